"""/quota: what the language models cost, and what is left."""

from decimal import Decimal

from agent.contract import Reply
from bot.commands.base import Invocation
from config.i18n.money import format_money
from config.roles import Role
from config.settings import QuotaSettings
from tools.usage.service import UsageService, Used


async def quota(use: Invocation) -> Reply:
    """One's own tokens, and for admins the organisation's; models in the order they are tried."""
    settings, turn = use.services.settings, use.turn
    if not settings.model_chain:
        return Reply(text=use.say("usage.no_model"))
    async with use.services.database.reading() as session:
        service = UsageService(
            session, use.organisation_id, use.services.clock, turn.organisation.timezone
        )
        mine = await service.today(turn.asker.id), await service.this_month(turn.asker.id)
        all_ = await service.today(), await service.this_month()
    models = ", ".join(model.name for model in settings.model_chain)
    lines = [use.say("usage.title", models=models), *_own(use, settings.quotas, *mine)]
    if turn.asker.role.includes(Role.admin):
        lines += _organisation(use, settings.quotas, *all_)
    return Reply(text="\n".join(lines))


def _own(use: Invocation, quotas: QuotaSettings, today: Used, month: Used) -> list[str]:
    limit = quotas.person_daily_tokens
    return [
        use.say("usage.own_today", tokens=f"{today.tokens:,}", limit=f"{limit:,}",
                cost=_cost(use, today.cost)),
        use.say("usage.own_month", tokens=f"{month.tokens:,}", cost=_cost(use, month.cost)),
    ]  # fmt: skip


def _organisation(use: Invocation, quotas: QuotaSettings, today: Used, month: Used) -> list[str]:
    tokens, money = quotas.organisation_daily_tokens, quotas.organisation_monthly_cost
    lines = [
        use.say("usage.all_today", tokens=f"{today.tokens:,}", limit=f"{tokens:,}",
                cost=_cost(use, today.cost)),
        use.say("usage.all_month", tokens=f"{month.tokens:,}", cost=_cost(use, month.cost)),
    ]  # fmt: skip
    if money is not None:
        lines.append(use.say("usage.all_limit", cost=_cost(use, money)))
    return lines


def _cost(use: Invocation, cost: Decimal) -> str:
    rounded = cost.quantize(Decimal("0.01"))
    return format_money(use.language, use.turn.organisation.currency, rounded)
