"""An approval in words: who, what, cost, before and after, until when."""

from zoneinfo import ZoneInfo

from config.i18n import Language, say
from config.i18n.money import format_money
from storage.tables.trust import Approval


def describe(
    language: Language, approval: Approval, zone: ZoneInfo, *, currency: str, may_answer: bool
) -> str:
    """What the person who asked reads; `may_answer` says whether they can say yes themselves."""
    ref = f"P-{approval.number}"
    until = approval.expires_at.astimezone(zone)
    lines = [
        say(language, "approvals.title", ref=ref, summary=approval.summary),
        *(f"· {line}" for line in approval.lines),
        say(
            language, "approvals.cost", cost=format_money(language, currency, approval.daily_cost),
            until=f"{until:%m-%d %H:%M}",
        ),
    ]  # fmt: skip
    if not may_answer:
        lines.append(say(language, "approvals.need_somebody_else_note"))
    elif approval.votes_needed > 1:
        lines.append(say(language, "approvals.two_needed"))
    else:
        lines.append(say(language, "approvals.answer", ref=ref))
    return "\n".join(lines)
