"""What /accounts shows and changes."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

from config.errors import InvalidInput, NotAllowed, TransientError, UserFacingError
from config.roles import Role
from storage.audit import AuditLog
from storage.tables.ad_account import AdChoice
from storage.tables.campaign import Campaign, CampaignStatus
from tools.campaigns.accounts import (
    CATEGORIES,
    NONE,
    AdChoices,
    accounts_of,
    category_name,
    change_choices,
    special,
)
from tools.campaigns.overview import CampaignService
from tools.campaigns.platforms.accounts import SANDBOX, AdAccount
from tools.campaigns.platforms.errors import PlatformNotConfigured
from tools.campaigns.wording import platform_name
from tools.context import ToolContext
from tools.result import Offer, ToolResult

_NAMED = 8
_PATIENCE_SECONDS = 10.0
# The platform and the id of an account.
Place = tuple[str, str | None]


class NoSuchAccount(InvalidInput):
    def __init__(self, platform: str, word: str, known: Sequence[AdAccount]) -> None:
        names = ", ".join(f"{each.name} ({each.id})" for each in known)
        super().__init__("accounts.unknown", platform=platform, word=word, known=names)


class NoSuchCategory(InvalidInput):
    def __init__(self, word: str) -> None:
        super().__init__("accounts.category.unknown", word=word, known=", ".join(CATEGORIES))


class AdminsOnly(NotAllowed):
    def __init__(self) -> None:
        super().__init__("accounts.admins_only")


async def show_accounts(context: ToolContext) -> ToolResult:
    """Every account, how its platform sees it, and what runs there; each platform is asked now."""
    async with context.database.reading() as session:
        choices = await AdChoices(session, context.organisation_id).get()
    campaigns = await CampaignService.of(context).list()
    by_place: dict[Place, list[Campaign]] = defaultdict(list)
    for campaign in campaigns:
        by_place[_place(context, campaign)].append(campaign)
    accounts = context.platforms.accounts
    told = await asyncio.gather(*(_health(context, account) for account in accounts))
    lines = [context.say("accounts.title")]
    for account, health in zip(accounts, told, strict=True):
        default = _is_default(context, account, choices)
        lines += _lines(context, account, health, by_place, default=default)
    if SANDBOX in context.platforms.names:
        lines.append(context.say("accounts.sandbox", currency=context.currency,
                                 zone=context.timezone.key))  # fmt: skip
        lines += _running(context, by_place.pop((SANDBOX, None), []))
    lines += _removed(context, by_place)
    if accounts:
        lines.append(_answer(context, choices))
    else:
        lines.append(context.say("accounts.none_real"))
    return ToolResult(status="ok", text="\n".join(lines))


async def set_default(context: ToolContext, platform: str, word: str) -> ToolResult:
    """New campaigns of the platform go to this account, said by its name or id. Raises
    AdminsOnly, PlatformNotConfigured, NoSuchAccount."""
    if not context.asker.role.includes(Role.admin):
        raise AdminsOnly
    own = accounts_of(context, platform)
    if not own:
        names = {each.platform for each in context.platforms.accounts}
        raise PlatformNotConfigured(platform, sorted(names))
    account = next((each for each in own if word in (each.name, each.id)), None)
    if account is None:
        raise NoSuchAccount(platform_name(context, platform), word, own)
    async with context.database.unit_of_work() as session:
        choices = await change_choices(session, context)
        choices.defaults = {**choices.defaults, platform: account.id}
        await AuditLog(context.organisation_id, context.clock).append(
            session, "ads.default_account", person_id=context.asker.id, platform=platform,
            account=account.id,
        )  # fmt: skip
    text = context.say(
        "accounts.default_set", platform=platform_name(context, platform), name=account.name,
        id=account.id,
    )  # fmt: skip
    return ToolResult(status="ok", text=text)


async def set_category(context: ToolContext, word: str) -> ToolResult:
    """What the organisation advertises from now on; what exists stays as it is. Raises
    NoSuchCategory."""
    names = {category_name(context, each).lower(): each for each in CATEGORIES}
    category = word if word in CATEGORIES else names.get(word)
    if category is None:
        raise NoSuchCategory(word)
    async with context.database.unit_of_work() as session:
        choices = await change_choices(session, context)
        choices.category = category
        await AuditLog(context.organisation_id, context.clock).append(
            session, "ads.category", person_id=context.asker.id, category=category
        )
    key = "accounts.category.set_special" if special(category) else "accounts.category.set_none"
    return ToolResult(status="ok", text=context.say(key, category=category_name(context, category)))


def offer_categories(context: ToolContext) -> ToolResult:
    """The question, with its answers as buttons."""
    offers = tuple(
        Offer(
            label=context.say(f"accounts.category.button.{each}"), send=f"/accounts category {each}"
        )
        for each in CATEGORIES
    )
    return ToolResult(status="ok", text=context.say("accounts.category.ask"), offers=offers)


def _place(context: ToolContext, campaign: Campaign) -> Place:
    own = accounts_of(context, campaign.platform)
    first = own[0].id if own else None
    return campaign.platform, campaign.account or first


def _is_default(context: ToolContext, account: AdAccount, choices: AdChoice | None) -> bool:
    chosen = choices.defaults.get(account.platform) if choices else None
    return account.id == (chosen or accounts_of(context, account.platform)[0].id)


async def _health(context: ToolContext, account: AdAccount) -> str:
    """In words: what the platform says of it, or why it does not."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            facts = await context.platforms.facts(account)
    except UserFacingError as error:
        return context.say("accounts.trouble", why=context.say(error.key, **error.values))
    except (TransientError, TimeoutError):
        return context.say("accounts.silent")
    parts = [context.say("accounts.facts", title=facts.title, currency=facts.currency,
                         zone=facts.zone)]  # fmt: skip
    if facts.currency != context.currency:
        parts.append(context.say("accounts.wrong_currency", ours=context.currency))
    if facts.missing:
        parts.append(context.say("accounts.missing", rights=", ".join(facts.missing)))
    if len(parts) == 1:
        parts.append(context.say("accounts.healthy"))
    return context.say("accounts.joint").join(parts)


def _lines(
    context: ToolContext, account: AdAccount, health: str,
    by_place: dict[Place, list[Campaign]], *, default: bool,
) -> list[str]:  # fmt: skip
    head = context.say(
        "accounts.default_line" if default else "accounts.line",
        platform=platform_name(context, account.platform), name=account.name, id=account.id,
    )  # fmt: skip
    return [head, f"  {health}",
            *_running(context, by_place.pop((account.platform, account.id), []))]  # fmt: skip


def _running(context: ToolContext, campaigns: Sequence[Campaign]) -> list[str]:
    if not campaigns:
        return [f"  {context.say('accounts.nothing_there')}"]
    active = [each.ref for each in campaigns if each.status is CampaignStatus.active]
    key = "accounts.running" if active else "accounts.nothing_runs"
    shown = ", ".join(active[:_NAMED]) + (" …" if len(active) > _NAMED else "")
    return [f"  {context.say(key, n=len(campaigns), refs=shown)}"]


def _removed(context: ToolContext, by_place: Mapping[Place, list[Campaign]]) -> list[str]:
    """Accounts that campaigns are on, and the settings no longer name."""
    return [
        context.say(
            "accounts.removed", platform=platform_name(context, platform), id=account or "—",
            refs=", ".join(each.ref for each in campaigns[:_NAMED]),
        )
        for (platform, account), campaigns in by_place.items()
        if campaigns
    ]  # fmt: skip


def _answer(context: ToolContext, choices: AdChoice | None) -> str:
    if choices is None or choices.category is None:
        return context.say("accounts.category.open")
    key = "accounts.category.now_none" if choices.category == NONE else "accounts.category.now"
    return context.say(key, category=category_name(context, choices.category))
