"""Which ad account a new campaign goes to, and what the organisation said about what it advertises.

At a real platform nothing is created before somebody said whether the ads are about credit,
employment, housing or the like: such ads must be shown to everybody who is of age.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

from sqlalchemy import select

from config.errors import UserFacingError
from storage.database import Session
from storage.repository import Repository
from storage.tables.ad_account import AdChoice
from tools.campaigns.plans import CreationPlan
from tools.campaigns.platforms.accounts import AdAccount
from tools.campaigns.platforms.base import AdPlatform, SpecialCategory
from tools.campaigns.platforms.errors import AccountRemoved, OtherCurrency
from tools.campaigns.wording import platform_name
from tools.context import ToolContext

NONE: Final = "none"
CATEGORIES: Final[tuple[str, ...]] = (NONE, *get_args(SpecialCategory))
# The ages of an ad set that is for everybody.
EVERYBODY: Final = (18, 65)


class CategoryUnknown(UserFacingError):
    """Nobody said yet what the organisation advertises; the buttons do."""

    def __init__(self) -> None:
        super().__init__("accounts.category.ask")
        self.offers = tuple(
            (f"accounts.category.button.{each}", f"/accounts category {each}")
            for each in CATEGORIES
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`account` is None where the platform has one of its own."""

    platform: AdPlatform
    account: str | None = None
    special_category: SpecialCategory | None = None


class AdChoices(Repository[AdChoice]):
    async def get(self, *, lock: bool = False) -> AdChoice | None:
        wanted = select(AdChoice).where(AdChoice.organisation_id == self.organisation_id)
        return await self.one_or_none(wanted.with_for_update() if lock else wanted)


async def choose(context: ToolContext, platform: str) -> Chosen:
    """Where a new campaign of the platform goes. Raises PlatformNotConfigured, CategoryUnknown,
    AccountRemoved, OtherCurrency, and what the platform refuses."""
    first = context.platforms.get(platform)
    own = accounts_of(context, platform)
    if not own:
        return Chosen(platform=first)
    async with context.database.reading() as session:
        choices = await AdChoices(session, context.organisation_id).get()
    if choices is None or choices.category is None:
        raise CategoryUnknown
    account = default_among(own, platform, choices)
    facts = await context.platforms.facts(account)
    if facts.currency != context.currency:
        raise OtherCurrency(platform, account.id, facts.currency, context.currency)
    return Chosen(
        platform=context.platforms.get(platform, account.id), account=account.id,
        special_category=special(choices.category),
    )  # fmt: skip


def accounts_of(context: ToolContext, platform: str) -> Sequence[AdAccount]:
    return [each for each in context.platforms.accounts if each.platform == platform]


def default_among(own: Sequence[AdAccount], platform: str, choices: AdChoice | None) -> AdAccount:
    """The one that people chose, or the first. Raises AccountRemoved: money goes to no account
    that nobody named."""
    chosen = choices.defaults.get(platform) if choices else None
    if chosen is None:
        return own[0]
    found = next((each for each in own if each.id == chosen), None)
    if found is None:
        raise AccountRemoved(platform, chosen)
    return found


def special(category: str | None) -> SpecialCategory | None:
    known: tuple[SpecialCategory, ...] = get_args(SpecialCategory)
    return next((each for each in known if each == category), None)


def account_lines(context: ToolContext, plan: CreationPlan) -> list[str]:
    """What the approver has to know of the account, and of who may see the ads."""
    own = {each.id: each for each in accounts_of(context, plan.platform)}
    if plan.account is None or plan.account not in own:
        return []
    account = context.say(
        "accounts.plan.account", platform=platform_name(context, plan.platform),
        account=own[plan.account].name, id=plan.account,
    )  # fmt: skip
    category = plan.special_category or NONE
    return [account, context.say(f"accounts.plan.{'special' if category != NONE else 'none'}",
                                 category=category_name(context, category))]  # fmt: skip


def category_name(context: ToolContext, category: str) -> str:
    return context.say(f"accounts.category.name.{category}")


async def change_choices(session: Session, context: ToolContext) -> AdChoice:
    """The organisation's row, to be changed."""
    rows = AdChoices(session, context.organisation_id)
    found = await rows.get(lock=True)
    if found is None:
        found = AdChoice(organisation_id=context.organisation_id, defaults={}, category=None)
        session.add(found)
    found.changed_by, found.changed_at = context.asker.id or None, context.clock.now()
    return found
