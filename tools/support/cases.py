"""The rules a case lives by. Services never commit.

waiting → active → resolved, or closed when nobody served it. While it is active people of ours
write in the conversation, and the agent listens (storage/handover.py).
"""

from collections.abc import Sequence
from datetime import datetime

from config.i18n import say
from config.notices import NoticeKind
from memory.traces import cause_of
from storage.repository import next_number
from storage.tables.case import Case, CaseEventKind, CaseMember, CaseReason, CaseStatus
from storage.tables.organisation import Person
from storage.tables.ticket import TicketPriority
from storage.upsert import insert_or_ignore
from tools.people.service import language_of
from tools.support.case_errors import NotServing, ServedByPlatform
from tools.support.case_file import CaseFile
from tools.support.case_parts import Requested, Taken, Wanted
from tools.support.routing import Candidate
from tools.support.satisfaction import ask_satisfaction
from tools.support.tickets import TicketService

_QUESTION_LETTERS, _NOTE_LETTERS = 500, 2_000


class CaseService(CaseFile):
    async def request(self, wanted: Wanted) -> Requested:
        """A case, or the one that is open in the conversation already; whose turn it is of the staff
        is asked. When nobody is there it becomes a ticket."""
        ours = await self.rows.by_order(wanted.order_key)
        known = ours or await self.rows.open_in(wanted.conversation_id)
        if known is not None:
            return await self._standing(known, new=ours is not None)
        case = await self.open(wanted)
        if case is None:
            opened = await self.rows.open_in(wanted.conversation_id)
            assert opened is not None
            return await self._standing(opened, new=False)
        if wanted.by_platform:
            return Requested(case=case, new=True)
        here = await self.offering.candidates(case)
        if not here or not (await self.offering.ask_next(case, here) or _full(here)):
            return Requested(case=case, new=True, back_at=await self.to_ticket(case))
        return await self._standing(case, new=True)

    async def open(self, wanted: Wanted) -> Case | None:
        """A waiting case that nobody is asked to take; None when the conversation has one."""
        now = self.desk.clock.now()
        case_id = await insert_or_ignore(
            self.session,
            Case,
            {
                "organisation_id": self.desk.organisation_id,
                "number": await next_number(self.session, self.desk.organisation_id, "H"),
                "order_key": wanted.order_key, "conversation_id": wanted.conversation_id,
                "open_in": wanted.conversation_id, "customer_id": wanted.customer_id,
                "status": CaseStatus.waiting, "reason": wanted.reason,
                "priority": wanted.priority, "by_platform": wanted.by_platform,
                "question": wanted.question[:_QUESTION_LETTERS], "tags": list(wanted.tags),
                "mood": wanted.mood, "summary": "", "aside": "", "asked_all": False, "opened_at": now, "last_at": now,
            },
        )  # fmt: skip
        if case_id is None:
            return None
        case = await self.session.get_one(Case, case_id)
        await self.record(case, CaseEventKind.opened, wanted.order_key, text=wanted.reason.value)
        return case

    async def to_ticket(self, case: Case) -> datetime:
        """Nobody is there: it becomes a ticket, one for as long as nobody is; when somebody is
        back."""
        back_at = await self.roster.back_at()
        customer = await self.people.get(case.customer_id)
        tickets = TicketService(
            self.session, self.desk.organisation_id, self.desk.clock, await self.roster.hours(),
            self.desk.promises,
        )  # fmt: skip
        language = self.desk.default
        text = case.question or say(language, f"cases.reasons.{case.reason}")
        ticket = await tickets.open(
            say(language, "cases.ticket_title", name=customer.name), text,
            person_id=customer.id, conversation_id=case.conversation_id, tags=case.tags,
            order_key=f"conversation:{case.conversation_id}:{back_at:%Y-%m-%dT%H:%M}",
            priority=TicketPriority(case.priority.value),
        )  # fmt: skip
        case.ticket = ticket.ref
        await self.record(case, CaseEventKind.ticket, f"{case.order_key}:ticket", text=ticket.ref)
        await self.end(case, CaseStatus.closed, None, f"{case.order_key}:ticket")
        return back_at

    async def take(self, case: Case, person: Person, desk_id: int, order_key: str) -> Taken:
        """Serve it from the chat `desk_id`; who serves it already takes it to that chat. Raises
        CaseEnded, ServedByPlatform."""
        case = await self.hold(case)
        if case.by_platform and case.status is CaseStatus.active:
            raise ServedByPlatform(case)
        first = case.status is CaseStatus.waiting
        before = await self.rows.seats(case.id)
        others = tuple(seat.person.name for seat in before if seat.person.id != person.id)
        joined = await self._sit_down(case, person.id, desk_id, cause_of(order_key) or 0)
        if first:
            await self.begin(case)
        if joined:
            kind = CaseEventKind.taken if first else CaseEventKind.joined
            await self.record(case, kind, order_key, person.id)
            await self.tell_customer(case, f"{order_key}:hello", "cases.hello", name=person.name)
            await self._tell_asked(case, person, order_key)
            others = await self._replace(case, person, others, order_key)
        return Taken(case=case, first=first, others=others)

    async def transfer(self, case: Case, by: Person, to: Person, order_key: str) -> bool:
        """Ask a colleague to take it; whoever serves it does so until then. False when they cannot
        be reached. Raises CaseEnded, ServedByPlatform."""
        case = await self.hold(case)
        if case.by_platform and case.status is CaseStatus.active:
            raise ServedByPlatform(case)
        reached = await self.offering.ask(case, to, key=order_key, by=by)
        if reached:
            await self.record(case, CaseEventKind.transferred, order_key, by.id, to.name)
        return reached

    async def note(self, case: Case, person: Person, text: str, order_key: str) -> None:
        """For colleagues alone: those who serve the case read it at once."""
        noted = await self.record(
            case, CaseEventKind.note, order_key, person.id, text[:_NOTE_LETTERS]
        )
        for seat in await self.rows.seats(case.id) if noted else ():
            if seat.person.id != person.id:
                await self.tell_seat(
                    seat.member.desk_id, seat.person, f"{order_key}:note:{seat.person.id}",
                    "cases.noted_by", ref=case.ref, name=person.name, text=text[:_NOTE_LETTERS],
                )  # fmt: skip

    async def hand_back(self, case: Case, person: Person, aside: str, order_key: str) -> bool:
        """They leave; whether nobody is left, so that the agent answers again. It will know the
        words `aside`, which the customer does not see. Raises CaseEnded, NotServing."""
        if await self.recorded(case, CaseEventKind.left, order_key):
            return not await self.rows.seats(case.id)
        case = await self.hold(case)
        member = await self.rows.member(case.id, person.id)
        if member is None or member.left_at is not None:
            raise NotServing(case)
        if aside:
            line = f"[{person.name}] {aside[:_NOTE_LETTERS]}"
            case.aside = f"{case.aside}\n{line}".strip()
        member.left_at = self.desk.clock.now()
        await self.session.flush()
        await self.record(case, CaseEventKind.left, order_key, person.id)
        if await self.rows.seats(case.id):
            return False
        await self.end(case, CaseStatus.resolved, person, order_key)
        await self.tell_customer(case, f"{order_key}:back", "cases.handed_back", name=person.name)
        await self._ask_satisfaction(case, person.id, order_key)
        return True

    async def resolve(
        self, case: Case, person: Person | None, order_key: str, summary: str = ""
    ) -> None:
        """The matter is settled; nobody serves the conversation any more. Without a person it was
        silent for long. Raises CaseEnded."""
        if await self.recorded(case, CaseEventKind.ended, order_key):
            return
        case = await self.hold(case)
        seats = await self.rows.seats(case.id)
        case.summary = summary[:_NOTE_LETTERS]
        served = case.taken_at is not None
        await self.end(
            case, CaseStatus.resolved if served else CaseStatus.closed, person, order_key
        )
        text = "cases.resolved" if person else "cases.fell_silent"
        await self.tell_customer(case, f"{order_key}:resolved", text)
        if served and seats:
            await self._ask_satisfaction(case, seats[0].person.id, order_key)
        for seat in seats:
            if person is None or seat.person.id != person.id:
                ending = "cases.ended_by" if person else "cases.ended_silent"
                await self.tell_seat(
                    seat.member.desk_id, seat.person, f"{order_key}:ended:{seat.person.id}",
                    ending, ref=case.ref, name=person.name if person else "",
                )  # fmt: skip

    async def _ask_satisfaction(self, case: Case, served_by: int, order_key: str) -> None:
        await ask_satisfaction(
            self.session, self.desk, person_id=case.customer_id, served_by=served_by,
            conversation_id=case.conversation_id, about=case.ref,
            order_key=f"{order_key}:satisfaction",
        )  # fmt: skip

    async def platform_begins(self, conversation_id: int, customer_id: int, key: str) -> None:
        """People of the platform serve it now."""
        case = await self.rows.open_in(conversation_id) or await self.open(
            Wanted(
                conversation_id=conversation_id, customer_id=customer_id, order_key=key,
                reason=CaseReason.platform, by_platform=True,
            )
        )  # fmt: skip
        if case is not None and case.status is CaseStatus.waiting:
            case.by_platform = True
            await self.begin(case)
            await self.record(case, CaseEventKind.taken, f"{key}:taken")

    async def platform_ends(self, conversation_id: int, key: str) -> None:
        case = await self.rows.open_in(conversation_id)
        if case is not None and case.by_platform and case.status is CaseStatus.active:
            await self.end(case, CaseStatus.resolved, None, key)

    async def _standing(self, case: Case, *, new: bool) -> Requested:
        if case.status is CaseStatus.closed and case.ticket:
            return Requested(case=case, new=new, back_at=await self.roster.back_at())
        return Requested(
            case=case, new=new, ahead=await self.rows.ahead_of(case),
            wait=await self.rows.usual_wait(),
        )  # fmt: skip

    async def _sit_down(self, case: Case, person_id: int, desk_id: int, focus: int) -> bool:
        """Whether they did not serve it before."""
        case.by_platform = False
        member = await self.rows.member(case.id, person_id)
        now = self.desk.clock.now()
        if member is None:
            member = CaseMember(
                organisation_id=case.organisation_id, case_id=case.id, person_id=person_id,
                desk_id=desk_id, focus=focus, joined_at=now,
            )  # fmt: skip
            self.session.add(member)
            await self.session.flush()
            return True
        was_gone = member.left_at is not None
        member.left_at, member.desk_id, member.focus = None, desk_id, max(focus, member.focus)
        return was_gone

    async def _replace(
        self, case: Case, person: Person, others: tuple[str, ...], order_key: str
    ) -> tuple[str, ...]:
        """Whoever asked them to take it leaves; those who stay."""
        offers = await self.rows.offers(case.id)
        offer = next((each for each in offers if each.person_id == person.id), None)
        asked_by = offer.from_id if offer else None
        if offer is not None:
            # Whoever asked may serve again later, and stays then.
            offer.from_id = None
        for seat in await self.rows.seats(case.id):
            if seat.person.id == asked_by:
                seat.member.left_at = self.desk.clock.now()
                await self.record(case, CaseEventKind.left, order_key, asked_by)
                others = tuple(name for name in others if name != seat.person.name)
                await self.tell_seat(
                    seat.member.desk_id, seat.person, f"{order_key}:relieved", "cases.taken_by",
                    ref=case.ref, name=person.name,
                )  # fmt: skip
        return others

    async def _tell_asked(self, case: Case, person: Person, order_key: str) -> None:
        """Others need not take it any more."""
        serving = {seat.person.id for seat in await self.rows.seats(case.id)}
        for offer in await self.rows.offers(case.id):
            if offer.person_id not in serving:
                other = await self.people.get(offer.person_id)
                language = language_of(other, self.desk.default)
                await self.desk.notifier.to_person(
                    self.session, NoticeKind.human, f"{order_key}:taken", other.id,
                    say(language, "cases.taken_by", ref=case.ref, name=person.name),
                )  # fmt: skip


def _full(here: Sequence[Candidate]) -> bool:
    """Whether nobody of those who are there has room, so that one has to wait."""
    return all(each.busy >= each.room for each in here)
