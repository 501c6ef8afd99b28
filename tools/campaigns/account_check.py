"""A look at the ad accounts for those who run the service: is the token accepted, does the account run, is its money
ours, are its days those of the settings, and what may we not do there."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from config.clock import SystemClock
from config.i18n import Language, say
from config.settings import Settings
from storage.database import Database
from storage.tables.organisation import Organisation
from tools.campaigns.platforms.accounts import AccountFacts, AdAccount
from tools.campaigns.platforms.configured import open_accounts
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused, PlatformUnavailable
from tools.campaigns.platforms.lazy import LazyPlatform

_PATIENCE_SECONDS = 10.0
_ADVICE = {
    ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED: "sign in on the platform again and set the new token",
    ErrorCode.AUTH_FAILED: "check the keys of the app, and that its user may use this account",
    ErrorCode.NO_AD_ACCOUNT: "check the account's id, and on the platform that it is open",
    ErrorCode.INSUFFICIENT_FUNDS: "settle its bill on the platform",
    ErrorCode.POLICY_VIOLATION: "the platform has stopped it: look at its notices there",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """In English; without an `advice` all is well."""

    account: AdAccount
    seen: str
    advice: str = ""


async def check_accounts(settings: Settings, database: Database) -> list[Checked]:
    """Asks each platform about each account; nothing is changed there."""
    async with _open(settings) as accounts:
        if not accounts:
            return []
        ours = await _currency(settings, database)
        return list(await asyncio.gather(*(_check(each, settings, ours) for each in accounts)))


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Sequence[LazyPlatform]]:
    accounts = open_accounts(settings, SystemClock())
    try:
        yield accounts
    finally:
        for account in accounts:
            await account.aclose()


async def _currency(settings: Settings, database: Database) -> str | None:
    """The organisation's; None before its first start."""
    wanted = select(Organisation.currency).where(Organisation.slug == settings.organisation)
    try:
        async with database.reading() as session:
            found: str | None = await session.scalar(wanted)
    except (SQLAlchemyError, OSError):
        return None
    return found


async def _check(link: LazyPlatform, settings: Settings, ours: str | None) -> Checked:
    account = link.account
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            facts = await link.facts()
    except PlatformRefused as error:
        said = f" ({error.platform_code})" if error.platform_code else ""
        return Checked(
            account=account,
            seen=f"{error.code.value} {error.code.name}{said}",
            advice=_ADVICE.get(error.code, say(Language.en, error.key, **error.values)),
        )  # fmt: skip
    except (PlatformUnavailable, TimeoutError):
        return Checked(
            account=account, seen="no answer",
            advice="check the network, and the platform's own status page",
        )  # fmt: skip
    seen = f"{facts.title}, {facts.currency}, {facts.zone}"
    advice = _advice(link, facts, settings, ours)
    return Checked(account=account, seen=seen, advice=advice)


def _advice(link: LazyPlatform, facts: AccountFacts, settings: Settings, ours: str | None) -> str:
    """What is to be done first."""
    account = link.account
    if ours is not None and facts.currency != ours:
        return (
            f"the organisation reckons in {ours}: no campaign is created on an account in "
            f"{facts.currency}; set another account"
        )
    zone = settings.ad_accounts(account.platform)[account.name].timezone
    if account.platform != "meta" and zone != facts.zone:
        return f"set its TIMEZONE to {facts.zone}: its days are not those of {zone}"
    if facts.missing:
        return f"rights are missing: {', '.join(facts.missing)}"
    return ""
