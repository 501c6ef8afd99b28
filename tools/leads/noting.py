"""What staff want remembered about a customer, said in plain words: "记一下：客户赵敏喜欢喝茶"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, literal, select

from config.roles import Role
from memory.insights import Insights
from storage.database import ReadSession, Session
from storage.tables.lead import Lead
from storage.tables.organisation import Person
from tools.context import ToolContext
from tools.leads.origins import customers_behind
from tools.leads.service import LeadService
from tools.result import Offer, ToolResult

_ORDER = re.compile(
    r"^\s*(?:请|麻烦|帮我|帮忙)*\s*(?:记一下|记住|记下来?|记录一下|備註一下|备注一下|記一下|記住|remember(?: that)?|note(?: that)?)(?![a-z])[:：,，。\s]*",
    re.IGNORECASE,
)
_ORDER_AFTER = re.compile(
    r"[，,。;；\s]*(?:请|麻烦|帮我|帮忙)*(?:记一下|记住|记下来?|备注一下|記一下|記住)[吧哦啊呀]?[。.!！]*\s*$"
)
_CUSTOMER = re.compile(
    r"^(?:关于|關於|我们的?|那位|这位)*(?:客户|顾客|客人|线索|客戶|顧客|(?:(?:the|our|a)\s+)?(?:customer|client|lead)(?![a-z]))[:：\s]*",
    re.IGNORECASE,
)
_REF = re.compile(r"[Ll][-\s]?\d{1,9}(?!\d)")
# "张总" may be any customer called 张.
_TITLED = re.compile(r"([㐀-鿿])(?:总|總|经理|經理|老板|老闆|先生|女士|小姐|老师|老師|哥|姐)")
_BETWEEN = " ，,：:、的。"
_LONGEST_NAME, _SHORTEST_NAME, _MOST_OFFERED = 120, 2, 4


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is left behind the order; `surely` when it speaks of a customer by that word."""

    rest: str
    surely: bool


async def note_about_customer(context: ToolContext, text: str) -> ToolResult | None:
    """Keep it for the team, or ask whom it is about; None when it speaks of no customer."""
    wish = _wish(text)
    if wish is None:
        return None
    async with context.database.unit_of_work() as session:
        people = await _named(session, context.organisation_id, wish.rest)
        if len(people) == 1:
            return await _keep(session, context, people[0], _behind(wish.rest, people[0].name))
        if not people and (kept := await _on_lead(session, context, wish.rest)) is not None:
            return kept
        if people or wish.surely:
            return await _ask(session, context, wish.rest, people)
    return None


def _wish(text: str) -> _Wish | None:
    said = _ORDER_AFTER.sub("", _ORDER.sub("", text))
    if said == text or not said.strip():
        return None
    rest = _CUSTOMER.sub("", said.strip())
    return _Wish(rest, surely=rest != said.strip())


async def _named(session: ReadSession, organisation_id: int, rest: str) -> Sequence[Person]:
    """The customers whose name the words begin with; of names within names the longest."""
    folded = rest.casefold()
    rows = await session.scalars(
        select(Person).where(
            Person.organisation_id == organisation_id, Person.role == Role.customer,
            func.length(Person.name) >= _SHORTEST_NAME,
            literal(rest[:_LONGEST_NAME]).icontains(Person.name),
        )
    )  # fmt: skip
    found = [row for row in rows if folded.startswith(row.name.casefold())]
    longest = max((len(row.name) for row in found), default=0)
    return [row for row in found if len(row.name) == longest]


async def _on_lead(session: Session, context: ToolContext, rest: str) -> ToolResult | None:
    """About the customer who is behind a lead; without one, as a note on the lead."""
    if not context.asker.role.includes(Role.manager):
        return None
    service = LeadService.of(session, context)
    if (ref := _REF.match(rest)) is not None:
        lead, words = await service.get(ref[0]), _behind(rest, ref[0])
    else:
        rows = await session.scalars(
            select(Lead).where(
                Lead.organisation_id == context.organisation_id,
                func.length(Lead.contact_name) >= _SHORTEST_NAME,
                literal(rest[:_LONGEST_NAME]).icontains(Lead.contact_name),
            )
        )
        named = [row for row in rows if rest.casefold().startswith(row.contact_name.casefold())]
        if len(named) != 1:
            return None
        lead, words = named[0], _behind(rest, named[0].contact_name)
    if not words:
        return None
    behind = await customers_behind(session, context, lead.ref)
    if len(behind) == 1:
        return await _keep(session, context, await session.get_one(Person, behind[0]), words)
    held = await service.hold(session, lead.ref)
    await service.note(
        session, held, words, author_id=context.asker.id, order_key=context.order_key
    )
    text = context.say("insights.kept_on_lead", lead=lead.ref, name=lead.contact_name)
    return ToolResult(status="ok", text=text, shown=(lead.ref,))


async def _keep(session: Session, context: ToolContext, about: Person, words: str) -> ToolResult:
    if not words:
        return ToolResult(status="ok", text=context.say("insights.what", name=about.name))
    await Insights(context.organisation_id, context.clock).add(
        session, about=about, author_id=context.asker.id, order_key=context.order_key, text=words
    )
    return ToolResult(status="ok", text=context.say("insights.kept", name=about.name))


async def _ask(
    session: ReadSession, context: ToolContext, rest: str, people: Sequence[Person]
) -> ToolResult:
    """Whom it is about, with those who may be meant."""
    words = _behind(rest, people[0].name) if people else rest
    if not people and (titled := _TITLED.match(rest)) is not None:
        words = _behind(rest, titled[0])
        rows = await session.scalars(
            select(Person)
            .where(
                Person.organisation_id == context.organisation_id, Person.role == Role.customer,
                Person.name.startswith(titled[1], autoescape=True),
            )
            .order_by(Person.id.desc())
            .limit(_MOST_OFFERED)
        )  # fmt: skip
        people = rows.all()
    offers = tuple(
        Offer(label=f"{each.name} #{each.id}", send=f"/insight #{each.id} {words}")
        for each in people[:_MOST_OFFERED]
    )
    return ToolResult(status="ok", text=context.say("insights.who", words=words), offers=offers)


def _behind(rest: str, name: str) -> str:
    return rest[len(name) :].strip(_BETWEEN)
