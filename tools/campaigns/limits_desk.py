"""/limits: what the limits of spending are, what is used of them, and how an admin changes them."""

from decimal import Decimal, InvalidOperation

from sqlalchemy import delete

from config.errors import InvalidInput, NotAllowed
from config.i18n import Language, catalogue
from config.roles import Role
from storage.audit import AuditLog
from storage.database import ReadSession
from storage.tables.organisation import Person
from storage.tables.spending import LimitName, SpendingLimit
from tools.campaigns.books import SpendingBooks
from tools.campaigns.repository import CampaignRepository
from tools.campaigns.spending import WINDOW, Reach, state_in_rows
from tools.campaigns.wording import money
from tools.context import ToolContext
from tools.result import ToolResult

_SHOWN = (LimitName.organisation, LimitName.day, LimitName.person, LimitName.campaign)
_TEN_THOUSAND = "万萬"
# Far above any budget, and far below what a column can hold.
_MOST = Decimal(10) ** 12


async def show_limits(context: ToolContext) -> ToolResult:
    """Each limit with what is used of it."""
    async with context.database.reading() as session:
        books = SpendingBooks(session, context.organisation_id)
        limits = await books.limits(context.limits)
        set_here = {row.name: row for row in await books.limits_set()}
        used = await _used(session, context)
        lines = [context.say("spending.show.title")]
        for name in _SHOWN:
            line = context.say(
                f"spending.show.{name.value}", limit=money(context, limits[name]),
                used=money(context, used[name]),
            )  # fmt: skip
            row = set_here.get(name)
            lines.append(line if row is None else await _signed(session, context, line, row))
    lines += [context.say("spending.show.counting"), context.say("spending.show.how")]
    data = {
        name.value: {"limit": f"{limits[name]:.2f}", "used": f"{used[name]:.2f}"} for name in _SHOWN
    }
    return ToolResult(status="ok", text="\n".join(lines), data=data)


async def set_limit(context: ToolContext, said: str, amount: str | None) -> ToolResult:
    """`amount` None goes back to the settings. Raises NotAllowed for anybody but an admin, and
    InvalidInput for an unknown limit and for what is no amount."""
    name, wanted = _name(said), None if amount is None else _amount(amount)
    async with context.database.unit_of_work() as session:
        books = SpendingBooks(session, context.organisation_id)
        if context.asker.role is not Role.admin:
            admins = context.say("spending.joint").join(await books.admins())
            raise NotAllowed("spending.admins_only", admins=admins or "—")
        await books.lock()
        before = (await books.limits(context.limits))[name]
        await session.execute(
            delete(SpendingLimit).where(
                SpendingLimit.organisation_id == context.organisation_id, SpendingLimit.name == name
            )
        )
        if wanted is not None:
            session.add(
                SpendingLimit(
                    organisation_id=context.organisation_id, name=name, amount=wanted,
                    set_by=context.asker.id, set_at=context.clock.now(),
                )
            )  # fmt: skip
            await session.flush()
        after = (await books.limits(context.limits))[name]
        await AuditLog(context.organisation_id, context.clock).append(
            session, "limit.set" if wanted is not None else "limit.reset",
            person_id=context.asker.id, ref=name.value, before=f"{before:.2f}", after=f"{after:.2f}",
        )  # fmt: skip
        used = (await _used(session, context))[name]
    lines = [
        context.say(
            "spending.reset" if wanted is None else "spending.set",
            name=context.say(f"spending.names.{name.value}"),
            before=money(context, before), after=money(context, after),
        )
    ]  # fmt: skip
    if used > after:
        lines.append(context.say("spending.set_below", used=money(context, used)))
    return ToolResult(status="ok", text="\n".join(lines), data={"limit": name.value})


async def _used(session: ReadSession, context: ToolContext) -> dict[LimitName, Decimal]:
    books = SpendingBooks(session, context.organisation_id)
    campaigns = await CampaignRepository(session, context.organisation_id).listed()
    since = context.clock.now() - WINDOW
    budgets = [Reach.of(row, state_in_rows(row)).switched_on for row in campaigns]
    return {
        LimitName.organisation: await books.running(),
        LimitName.day: await books.added(since),
        LimitName.person: await books.added(since, person_id=context.asker.id),
        LimitName.campaign: max(budgets, default=Decimal(0)),
    }


async def _signed(session: ReadSession, context: ToolContext, line: str, row: SpendingLimit) -> str:
    """Who set it in the chat, and when."""
    when = f"{row.set_at.astimezone(context.timezone):%m-%d %H:%M}"
    person = await session.get(Person, row.set_by) if row.set_by else None
    if person is None:
        return context.say("spending.show.set_here_by_none", line=line, when=when)
    return context.say("spending.show.set_here", line=line, name=person.name, when=when)


def _name(said: str) -> LimitName:
    for name in LimitName:
        for language in Language:
            words = catalogue(language)[f"spending.words.{name.value}"].split(",")
            if said.lower() in (word.strip() for word in words):
                return name
    raise InvalidInput("spending.unknown", said=said)


def _amount(said: str) -> Decimal:
    """30000, 30,000, ¥30000 or 3万."""
    digits = said.replace(",", "").replace("，", "").strip("¥￥元$ ")
    factor = Decimal(1)
    if digits.endswith(tuple(_TEN_THOUSAND)):
        digits, factor = digits[:-1], Decimal(10_000)
    try:
        amount = Decimal(digits) * factor
    except InvalidOperation:
        amount = Decimal(0)
    if not amount.is_finite() or not 0 < amount <= _MOST or amount != round(amount, 2):
        raise InvalidInput("spending.bad_amount", said=said)
    return amount
