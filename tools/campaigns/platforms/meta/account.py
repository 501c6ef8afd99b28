"""The ad account behind the settings, as Meta describes it."""

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from tools.campaigns.platforms.errors import ErrorCode, platform_error
from tools.campaigns.platforms.meta.errors import NAME
from tools.campaigns.platforms.meta.graph import Graph
from tools.campaigns.platforms.meta.money import from_minor

_FIELDS = "currency,timezone_name,min_daily_budget,account_status"
_ACTIVE, _UNSETTLED, _GRACE = 1, 3, 9
_CLOSED = frozenset({100, 101})


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaAccount:
    """Money is in `currency`, days are those of `zone`."""

    currency: str
    zone: ZoneInfo
    min_daily_budget: Decimal


async def read_account(graph: Graph) -> MetaAccount:
    """Raises PlatformRefused for an account on which nothing can run."""
    found = await graph.get(graph.account, "account", fields=_FIELDS)
    status = found["account_status"]
    if status not in (_ACTIVE, _GRACE):
        raise platform_error(_trouble(status), NAME).said(f"account_status {status}", None)
    return MetaAccount(
        currency=found["currency"],
        zone=ZoneInfo(found["timezone_name"]),
        min_daily_budget=from_minor(found["min_daily_budget"], found["currency"]),
    )


def _trouble(status: int) -> ErrorCode:
    if status == _UNSETTLED:
        return ErrorCode.INSUFFICIENT_FUNDS
    return ErrorCode.NO_AD_ACCOUNT if status in _CLOSED else ErrorCode.POLICY_VIOLATION
