"""Amounts, rates and names of campaigns as people read them."""

from decimal import ROUND_HALF_UP, Decimal

from config.i18n.money import format_money
from tools.campaigns.plans import Change
from tools.context import ToolContext

NOTHING = "—"


def money(context: ToolContext, amount: Decimal | str | None) -> str:
    """`¥1,200` or `¥99.50`; a dash for nothing."""
    if amount is None:
        return NOTHING
    return format_money(context.language, context.currency, Decimal(amount))


def percent(change: Decimal) -> str:
    """A signed change in percent: `+20%`, `-12.5%`."""
    rounded = change.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    whole = rounded == rounded.to_integral_value()
    return f"{rounded:+.0f}%" if whole else f"{rounded:+.1f}%"


def ratio(value: Decimal | None) -> str:
    return NOTHING if value is None else f"{value:.2f}"


def rate(value: Decimal | None) -> str:
    """A share such as a CTR, given as 0…1."""
    return NOTHING if value is None else f"{value * 100:.2f}%"


def platform_name(context: ToolContext, platform: str) -> str:
    return context.say(f"campaigns.platform.{platform}")


def status_name(context: ToolContext, status: str) -> str:
    return context.say(f"campaigns.status.{status}")


def objective_name(context: ToolContext, objective: str) -> str:
    return context.say(f"campaigns.objective.{objective}")


def change_line(context: ToolContext, change: Change) -> str:
    """What was changed, before and after."""
    if change.field == "status":
        return context.say(
            "campaigns.manage.change", ref=change.ref, before=status_name(context, change.before),
            after=status_name(context, change.after),
        )  # fmt: skip
    return context.say(
        "campaigns.budget.change", ref=change.ref,
        before=money(context, change.before), after=money(context, change.after),
    )  # fmt: skip
