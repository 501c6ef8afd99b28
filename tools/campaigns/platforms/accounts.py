"""Ad accounts: which of them there are, and what their platform says of them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from tools.campaigns.platforms.base import AdPlatform

SANDBOX: Final = "sandbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdAccount:
    """`id` is the platform's own, `name` what the settings call it."""

    platform: str
    name: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """An account on which campaigns can run. `title` is its name on the platform, `zone` the time
    zone of its days; `missing` are rights that we do not have there, in the platform's words."""

    title: str
    currency: str
    zone: str
    missing: tuple[str, ...] = ()


class AccountPlatform(AdPlatform, Protocol):
    """An AdPlatform on an account that can be asked about, and is closed at the end."""

    async def facts(self) -> AccountFacts:
        """Raises the errors of `platforms.errors`: a dead token, an account that is not active."""

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """How an account is opened, and what is taken for its own until it was."""

    account: AdAccount
    min_daily_budget: Decimal
    zone: ZoneInfo
    open: Callable[[], Awaitable[AccountPlatform]]

    def today(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()
