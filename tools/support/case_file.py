"""One case: its rows, what is on record of it, who is told, how serving begins and ends."""

from typing import Any, Self

from sqlalchemy import func, select, update

from config.failpoints import failpoint
from config.i18n import say
from storage.database import Session
from storage.outbox import Draft, Outbox
from storage.tables.case import Case, CaseEvent, CaseEventKind, CaseStatus
from storage.tables.organisation import Person
from storage.tables.work import Conversation
from storage.upsert import insert_or_ignore
from tools.context import ToolContext
from tools.people.service import PeopleService, language_of
from tools.support.case_errors import CaseEnded, CaseNotFound
from tools.support.case_parts import Desk, desk_of
from tools.support.case_rows import OPEN, CaseRows, locked
from tools.support.offering import Offering
from tools.support.presence import Roster


class CaseFile:
    """Of one transaction."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self.rows = CaseRows(session, desk.organisation_id)
        self.session = session
        self.desk = desk
        self.people = PeopleService(session, desk.organisation_id)
        self._outbox = Outbox(desk.organisation_id, desk.clock, owner="cases")
        self.roster = Roster(session, desk.organisation_id, desk.clock, desk.hours, desk.settings)
        self.offering = Offering(
            session, self.rows, self.roster, desk.notifier, desk.default,
            desk.settings.asked_one_by_one,
        )  # fmt: skip

    @classmethod
    def of(cls, session: Session, context: ToolContext) -> Self:
        return cls(session, desk_of(context))

    async def get(self, ref: str) -> Case:
        """Raises CaseNotFound."""
        found = await self.rows.by_ref(ref)
        if found is None:
            newest = await self.rows.newest()
            raise CaseNotFound(ref, newest.ref if newest else "—")
        return found

    async def record(
        self,
        case: Case,
        kind: CaseEventKind,
        key: str,
        person_id: int | None = None,
        text: str = "",
    ) -> bool:
        """False when it is on record already."""
        values = {
            "organisation_id": case.organisation_id, "key": _key_of(case, kind, key),
            "case_id": case.id, "kind": kind, "person_id": person_id, "text": text,
            "at": self.desk.clock.now(),
        }  # fmt: skip
        new = await insert_or_ignore(self.session, CaseEvent, values) is not None
        failpoint("case_recorded")
        return new

    async def recorded(self, case: Case, kind: CaseEventKind, key: str) -> bool:
        """Whether an earlier try of the same order did it already."""
        found = await self.session.scalar(
            select(CaseEvent.id).where(
                CaseEvent.case_id == case.id, CaseEvent.key == _key_of(case, kind, key)
            )
        )
        return found is not None

    async def tell_customer(self, case: Case, key: str, text: str, /, **values: Any) -> None:
        customer = await self.people.get(case.customer_id)
        await self.tell_seat(case.conversation_id, customer, key, text, **values)

    async def tell_seat(
        self, conversation_id: int, person: Person, key: str, text: str, /, **values: Any
    ) -> None:
        """Into one chat, in the person's language."""
        words = say(language_of(person, self.desk.default), text, **values)
        draft = Draft(key=key, conversation_id=conversation_id, text=words)
        await self._outbox.queue(self.session, draft)

    async def hold(self, case: Case) -> Case:
        """Locked; raises CaseEnded."""
        case = await locked(self.session, case)
        if case.status not in OPEN:
            raise CaseEnded(case)
        return case

    async def begin(self, case: Case) -> None:
        now = self.desk.clock.now()
        case.status, case.taken_at, case.last_at = CaseStatus.active, now, now
        await self.session.execute(
            update(Conversation)
            .where(Conversation.id == case.conversation_id)
            .values(human_since=func.coalesce(Conversation.human_since, now))
        )

    async def end(
        self, case: Case, status: CaseStatus, person: Person | None, order_key: str
    ) -> None:
        now = self.desk.clock.now()
        case.status, case.ended_at, case.open_in, case.last_at = status, now, None, now
        case.last_inbox_id = await self.rows.last_inbox_id(case.conversation_id)
        for seat in await self.rows.seats(case.id):
            seat.member.left_at = now
        await self.session.execute(
            update(Conversation)
            .where(Conversation.id == case.conversation_id)
            .values(human_since=None)
        )
        await self.record(
            case, CaseEventKind.ended, order_key, person.id if person else None, status.value
        )


def _key_of(case: Case, kind: CaseEventKind, key: str) -> str:
    return f"{kind}:{case.id}:{key}"[:160]
