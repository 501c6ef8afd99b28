"""Asks customers how content they are, and tells the managers of those who are not."""

from datetime import datetime

from sqlalchemy import select

from config.i18n import Language, say
from config.notices import NoticeKind
from config.roles import Role
from storage.database import ReadSession, Session
from storage.outbox import Draft
from storage.tables.broadcast import OptOut
from storage.tables.organisation import Person
from storage.tables.ticket import Satisfaction
from storage.upsert import insert_or_ignore
from tools.context import ToolContext
from tools.people.service import PeopleService
from tools.result import ToolResult
from tools.support.case_parts import Desk
from tools.support.telling import chat_with, language_for, queue
from tools.support.ticket_errors import NotAsked

MARKS = range(1, 6)
_WORDS_MOST = 1_000


async def ask_satisfaction(
    session: Session,
    desk: Desk,
    *,
    person_id: int,
    conversation_id: int | None,
    about: str,
    order_key: str,
    served_by: int | None = None,
) -> bool:
    """Ask a customer how content they are with `about` (K-9, H-3), by a message with a button for
    each mark. False when they are not asked: they were within a week, want no messages that they
    did not ask for, cannot be reached, or were asked about this order before."""
    settings, now = desk.promises, desk.clock.now()
    if not settings.ask_satisfaction:
        return False
    # One at a time: of two things that end together one asks.
    person = await session.get_one(Person, person_id, with_for_update=True)
    chat = await chat_with(session, desk.organisation_id, person_id, conversation_id)
    since = now - settings.ask_again_after
    if chat is None or not await _may_ask(session, desk.organisation_id, person, since):
        return False
    row = {
        "organisation_id": desk.organisation_id, "order_key": order_key, "words": "",
        "person_id": person_id, "about": about, "served_by": served_by, "asked_at": now,
    }  # fmt: skip
    asked = await insert_or_ignore(session, Satisfaction, row)
    if asked is None:
        return False
    language = await language_for(session, person_id, desk.default)
    buttons = [
        {"label": say(language, f"tickets.rating.marks.{mark}"), "send": f"/rate {asked} {mark}"}
        for mark in reversed(MARKS)
    ]
    if about.startswith("K-"):
        buttons.append(unsolved(language, about))
    draft = Draft(
        key=f"satisfaction:{asked}", conversation_id=chat, buttons=tuple(buttons),
        text=say(language, "tickets.rating.question", about=about),
    )  # fmt: skip
    await queue(session, desk.organisation_id, desk.clock, draft)
    return True


def unsolved(language: Language, ref: str) -> dict[str, str]:
    """The button that opens a ticket again."""
    label = say(language, "tickets.button_unsolved")
    return {"label": label, "send": f"/reply {ref} {label}"}


async def rate(context: ToolContext, number: int, mark: int, words: str) -> ToolResult:
    """Keep the asker's mark and words; the first mark stays. Raises NotAsked."""
    async with context.database.unit_of_work() as session:
        row = await _question(session, context, number)
        if row.mark is not None:
            return ToolResult(status="ok", text=context.say("tickets.rating.known", mark=row.mark))
        row.mark, row.words = mark, words[:_WORDS_MOST]
        row.answered_at = context.clock.now()
        low = mark <= context.support.low_satisfaction
        if low:
            await _report(session, context, row, "tickets.rating.low", f"rating:{row.id}")
    if not low:
        return ToolResult(status="ok", text=context.say("tickets.rating.thanks"))
    key = "tickets.rating.sorry" if words else "tickets.rating.why"
    return ToolResult(status="ok", text=context.say(key))


async def explain(context: ToolContext, number: int, words: str) -> ToolResult:
    """Keep why the mark was low; the first words stay. Raises NotAsked."""
    async with context.database.unit_of_work() as session:
        row = await _question(session, context, number)
        if row.mark is None:
            raise NotAsked
        if not row.words:
            row.words = words[:_WORDS_MOST]
            await _report(session, context, row, "tickets.rating.words", f"rating:{row.id}:words")
    return ToolResult(status="ok", text=context.say("tickets.rating.sorry"))


async def _may_ask(
    session: ReadSession, organisation_id: int, person: Person, since: datetime
) -> bool:
    if person.role is not Role.customer:
        return False
    if await session.scalar(select(OptOut.id).where(OptOut.person_id == person.id)) is not None:
        return False
    asked = await session.scalar(
        select(Satisfaction.id)
        .where(
            Satisfaction.organisation_id == organisation_id,
            Satisfaction.person_id == person.id,
            Satisfaction.asked_at > since,
        )
        .limit(1)
    )
    return asked is None


async def _question(session: Session, context: ToolContext, number: int) -> Satisfaction:
    row: Satisfaction | None = await session.scalar(
        select(Satisfaction)
        .where(
            Satisfaction.organisation_id == context.organisation_id,
            Satisfaction.id == number,
            Satisfaction.person_id == context.asker.id,
        )
        .with_for_update()
    )
    if row is None:
        raise NotAsked
    return row


async def _report(
    session: Session, context: ToolContext, row: Satisfaction, text: str, key: str
) -> None:
    people = PeopleService(session, context.organisation_id)
    names = await people.names()
    managers = [person.id for person in await people.staff(Role.manager)]
    await context.notifier.to_people(
        session, NoticeKind.rating, key, managers, text, name=context.asker.name, mark=row.mark,
        about=row.about, words=row.words or "—", person=context.asker.id,
        served=names.get(row.served_by or 0, "—"),
    )  # fmt: skip
