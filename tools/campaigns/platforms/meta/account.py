"""The ad account behind the settings, as Meta describes it."""

from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from config.platforms import MetaSettings
from tools.campaigns.platforms.accounts import AccountFacts
from tools.campaigns.platforms.errors import ErrorCode, platform_error
from tools.campaigns.platforms.meta.errors import NAME
from tools.campaigns.platforms.meta.graph import Graph
from tools.campaigns.platforms.meta.money import from_minor

_FIELDS = "currency,timezone_name,min_daily_budget,account_status"
_ABOUT = "name,user_tasks,currency,timezone_name,account_status"
# What somebody has to be allowed on an account, and a token of them to do.
_TASKS = ("ADVERTISE", "ANALYZE")
_PERMISSIONS = ("ads_management", "ads_read")
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
    _check_active(found["account_status"])
    return MetaAccount(
        currency=found["currency"],
        zone=ZoneInfo(found["timezone_name"]),
        min_daily_budget=from_minor(found["min_daily_budget"], found["currency"]),
    )


async def read_facts(graph: Graph, settings: MetaSettings) -> AccountFacts:
    """Raises PlatformRefused for an account on which nothing can run."""
    found = await graph.get(graph.account, "account", fields=_ABOUT)
    _check_active(found["account_status"])
    listed = await graph.pages("me/permissions", "permissions")
    granted = {row["permission"] for row in listed if row["status"] == "granted"}
    missing = [each for each in _PERMISSIONS if each not in granted]
    missing += [each for each in _TASKS if each not in found.get("user_tasks", ())]
    if settings.app_id is not None:
        app = await graph.get("app", "app", fields="id")
        if app["id"] != settings.app_id:
            missing.append(f"META_APP_ID {settings.app_id} (token: {app['id']})")
    return AccountFacts(
        title=found["name"], currency=found["currency"], zone=found["timezone_name"],
        missing=tuple(missing),
    )  # fmt: skip


def _check_active(status: int) -> None:
    if status not in (_ACTIVE, _GRACE):
        raise platform_error(_trouble(status), NAME).said(f"account_status {status}", None)


def _trouble(status: int) -> ErrorCode:
    if status == _UNSETTLED:
        return ErrorCode.INSUFFICIENT_FUNDS
    return ErrorCode.NO_AD_ACCOUNT if status in _CLOSED else ErrorCode.POLICY_VIOLATION
