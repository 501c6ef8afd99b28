"""What is to follow after visits: kept, listed, done or dropped by the staff."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import or_, select

from config.errors import NotAllowed, NotFound
from config.roles import Role
from storage.audit import AuditLog
from storage.database import ReadSession, Session
from storage.tables.visit import FollowUp, FollowUpStatus, Visit
from storage.upsert import insert_or_ignore
from tools.context import ToolContext
from tools.people.service import PeopleService
from tools.visits.suggesting import Rule, Suggestion

Which = Literal["mine", "all"]
Verb = Literal["done", "drop"]
_SHOWN = 15
_STATUS = {"done": FollowUpStatus.done, "drop": FollowUpStatus.dropped}
# Of these an open one from an earlier visit says it already.
_LASTING = (Rule.contact, Rule.mood, Rule.returning)


class FollowUpNotFound(NotFound):
    def __init__(self, number: int) -> None:
        super().__init__("follow_ups.not_found", number=number)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpAnswer:
    """`buttons` are pairs of a label and what pressing sends; `shown` are the ids that it names."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    shown: tuple[str, ...] = ()


def ref_of(row: FollowUp) -> str:
    return f"FU-{row.id}"


async def keep(
    session: Session, context: ToolContext, visit: Visit, found: Sequence[Suggestion],
    owner_id: int | None,
) -> list[FollowUp]:  # fmt: skip
    """Write them down, each once; those that are new. `owner_id` gets what is nobody's own."""
    order_keys = []
    for each in found:
        if each.rule in _LASTING and await _stands(session, context, visit.person_id, each.rule):
            continue
        order_key = f"visit:{visit.id}:{each.rule}"
        row = {
            "organisation_id": context.organisation_id, "order_key": order_key,
            "visit_id": visit.id, "person_id": visit.person_id, "text": each.text,
            "owner_id": None if each.for_managers else each.owner_id or owner_id,
            "due_on": each.due_on, "status": FollowUpStatus.open,
            "created_at": context.clock.now(),
        }  # fmt: skip
        if await insert_or_ignore(session, FollowUp, row) is not None:
            order_keys.append(order_key)
    rows = await session.scalars(
        select(FollowUp)
        .where(
            FollowUp.organisation_id == context.organisation_id, FollowUp.order_key.in_(order_keys)
        )
        .order_by(FollowUp.due_on, FollowUp.id)
    )
    return list(rows)


async def list_follow_ups(context: ToolContext, which: Which) -> FollowUpAnswer:
    """The asker's own, and for managers those of nobody; or all, which is for managers."""
    manager = context.asker.role.includes(Role.manager)
    if which == "all" and not manager:
        raise NotAllowed("follow_ups.only_managers")
    async with context.database.reading() as session:
        rows = await _open(session, context, None if which == "all" else _mine(context, manager))
        names = await PeopleService(session, context.organisation_id).names()
    if not rows:
        return FollowUpAnswer(text=context.say(f"follow_ups.none_{which}"))
    today = context.local_now().date()
    lines = [context.say("follow_ups.title", n=len(rows))]
    lines += [_line(context, row, names, today, owner=which == "all") for row in rows[:_SHOWN]]
    if len(rows) > _SHOWN:
        lines.append(context.say("follow_ups.more", n=len(rows) - _SHOWN))
    return FollowUpAnswer(
        text="\n".join(lines), buttons=buttons(context, rows[:1]),
        shown=tuple(ref_of(row) for row in rows[:_SHOWN]),
    )  # fmt: skip


async def settle(context: ToolContext, number: int, verb: Verb) -> FollowUpAnswer:
    """Say that it was done, or is not wanted; a second time changes nothing. Raises
    FollowUpNotFound, NotAllowed."""
    async with context.database.unit_of_work() as session:
        row = await session.scalar(
            select(FollowUp)
            .where(FollowUp.organisation_id == context.organisation_id, FollowUp.id == number)
            .with_for_update()
        )
        if row is None:
            raise FollowUpNotFound(number)
        if not context.asker.role.includes(Role.manager) and row.owner_id != context.asker.id:
            raise NotAllowed("follow_ups.not_yours", number=number)
        if row.status is not FollowUpStatus.open:
            names = await PeopleService(session, context.organisation_id).names()
            key = f"follow_ups.already_{row.status}"
            who = names.get(row.done_by or 0, "—")
            return FollowUpAnswer(text=context.say(key, number=number, name=who))
        row.status, row.done_by = _STATUS[verb], context.asker.id
        row.done_at = context.clock.now()
        await AuditLog(context.organisation_id, context.clock).append(
            session, f"follow_up.{row.status}", person_id=context.asker.id, follow_up=row.id
        )
    return FollowUpAnswer(
        text=context.say(f"follow_ups.now_{row.status}", number=number, text=row.text),
        shown=(ref_of(row),),
    )


def buttons(context: ToolContext, rows: Sequence[FollowUp]) -> tuple[tuple[str, str], ...]:
    """Two for each; with its number when there are several."""
    return tuple(
        (
            context.say(f"follow_ups.button_{verb}{'_of' if len(rows) > 1 else ''}", number=row.id),
            f"/followups {verb} {row.id}",
        )
        for row in rows
        for verb in ("done", "drop")
    )


def day_of(context: ToolContext, due_on: date) -> str:
    """Today, tomorrow, or the date."""
    days = (due_on - context.local_now().date()).days
    if days in (0, 1):
        return context.say("follow_ups.today" if days == 0 else "follow_ups.tomorrow")
    return f"{due_on:%m-%d}"


def _mine(context: ToolContext, manager: bool) -> list[int | None]:
    return [context.asker.id, None] if manager else [context.asker.id]


async def _open(
    session: ReadSession, context: ToolContext, owners: Sequence[int | None] | None
) -> Sequence[FollowUp]:
    """The soonest first."""
    query = select(FollowUp).where(
        FollowUp.organisation_id == context.organisation_id,
        FollowUp.status == FollowUpStatus.open,
    )
    if owners is not None:
        query = query.where(or_(*(FollowUp.owner_id.is_not_distinct_from(each) for each in owners)))
    return (await session.scalars(query.order_by(FollowUp.due_on, FollowUp.id))).all()


async def _stands(session: ReadSession, context: ToolContext, person_id: int, rule: Rule) -> bool:
    """Whether the same is to be done for this person already."""
    found = await session.scalar(
        select(FollowUp.id)
        .where(
            FollowUp.organisation_id == context.organisation_id,
            FollowUp.person_id == person_id,
            FollowUp.status == FollowUpStatus.open,
            FollowUp.order_key.endswith(f":{rule}", autoescape=True),
        )
        .limit(1)
    )
    return found is not None


def _line(
    context: ToolContext, row: FollowUp, names: dict[int, str], today: date, *, owner: bool
) -> str:
    due = day_of(context, row.due_on)
    if row.due_on < today:
        due = context.say("follow_ups.late", day=due)
    line = context.say("follow_ups.line", number=row.id, due=due, text=row.text)
    if not owner:
        return line
    who = names.get(row.owner_id or 0, context.say("follow_ups.nobody"))
    return context.say("follow_ups.line_of", line=line, name=who)
