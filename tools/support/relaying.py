"""Carries words and files between a customer and those who serve them from chats of their own.

Everything is queued in the transaction that ends the received message, under a key made of that
message: after a crash it is neither lost nor said twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from config.i18n import Language, say
from storage.database import Session
from storage.inbox import FILES_ALONE, ReceivedFile
from storage.media import content_of, name_to_send
from storage.outbox import Draft, File, Outbox
from storage.tables.case import Case, CaseMember, CaseStatus
from storage.tables.work import InboxMessage, OutboxMessage
from tools.people.service import language_of
from tools.support.case_parts import Desk
from tools.support.case_rows import CaseRows, Seat, locked


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message to carry on."""

    inbox_id: int
    conversation_id: int
    person_id: int
    speaker: str
    language: Language
    text: str
    files: Sequence[ReceivedFile] = ()

    @property
    def said(self) -> str:
        """Without what stands for a message that is nothing but files."""
        return "" if self.text.startswith(FILES_ALONE) else self.text


class Relay:
    """Of one transaction."""

    def __init__(self, session: Session, desk: Desk) -> None:
        self._session = session
        self._desk = desk
        self._rows = CaseRows(session, desk.organisation_id)
        self._outbox = Outbox(desk.organisation_id, desk.clock, owner="cases")

    async def from_customer(self, words: Words) -> bool:
        """To everybody who serves the conversation; False when nobody does any more."""
        case = await self._rows.open_in(words.conversation_id)
        if case is None or (await locked(self._session, case)).status is not CaseStatus.active:
            return False
        case.last_at = self._desk.clock.now()
        files = await self._files(words)
        for seat in await self._rows.seats(case.id):
            await self._hand_in(case, seat, words, files)
        return True

    async def from_staff(self, words: Words) -> int | None:
        """To the customer of the case that is answered: the one whose words are quoted, else the
        last that this desk chose. The conversation that it went to, None when none is served
        here."""
        case = await self._answered(words)
        if case is None:
            return None
        now = self._desk.clock.now()
        case.last_at, case.first_response_at = now, case.first_response_at or now
        files = await self._files(words)
        draft = Draft(
            key=f"inbox:{words.inbox_id}:case:{case.id}:out", conversation_id=case.conversation_id,
            reply_to=await self._rows.last_inbox_id(case.conversation_id), text=words.said,
            files=files, said_by=words.speaker,
        )  # fmt: skip
        await self._outbox.queue(self._session, draft)
        await self._session.execute(
            update(InboxMessage).where(InboxMessage.id == words.inbox_id).values(relayed_to=case.id)
        )
        for seat in await self._rows.seats(case.id):
            if seat.person.id != words.person_id:
                await self._hand_in(case, seat, words, files)
            else:
                seat.member.focus = words.inbox_id
        return case.conversation_id

    async def unheard(self, words: Words) -> None:
        """Nobody is served from this desk any more: their words went nowhere."""
        draft = Draft(
            key=f"reply:{words.inbox_id}", conversation_id=words.conversation_id,
            reply_to=words.inbox_id, text=say(words.language, "cases.went_nowhere"),
        )  # fmt: skip
        await self._outbox.queue(self._session, draft)

    async def _hand_in(self, case: Case, seat: Seat, words: Words, files: tuple[File, ...]) -> None:
        language = language_of(seat.person, self._desk.default)
        lines = [
            say(
                language, "cases.forwarded", ref=case.ref, name=words.speaker,
                text=words.said or say(language, "cases.sent_files"),
            )
        ]  # fmt: skip
        missing = [file.name for file in words.files if not _has(file.name, files)]
        if missing:
            lines.append(say(language, "cases.not_forwarded", names=", ".join(missing)))
        buttons: tuple[dict[str, str], ...] = ()
        if await self._chosen_at(seat.member.desk_id) != case.id:
            lines.append(say(language, "cases.not_chosen", ref=case.ref))
            label = say(language, "cases.button_switch", ref=case.ref)
            buttons = ({"label": label, "send": f"/switch {case.ref}"},)
        elif not seat.member.greeted:
            lines.append(say(language, "cases.how_it_works"))
            seat.member.greeted = True
        await self._outbox.queue(
            self._session,
            Draft(
                key=f"inbox:{words.inbox_id}:case:{case.id}:to:{seat.person.id}",
                conversation_id=seat.member.desk_id, text="\n".join(lines), files=files,
                buttons=buttons, shown=(case.ref,),
            ),
        )  # fmt: skip

    async def _answered(self, words: Words) -> Case | None:
        quoted: int | None = await self._session.scalar(
            select(CaseMember.case_id)
            .join(Case, Case.id == CaseMember.case_id)
            .where(
                CaseMember.desk_id == words.conversation_id,
                CaseMember.left_at.is_(None),
                CaseMember.person_id == words.person_id,
                Case.number.in_(await self._quoted_numbers(words)),
            )
            .limit(1)
        )
        case_id = quoted or await self._chosen_at(words.conversation_id, words.person_id)
        return await self._session.get(Case, case_id) if case_id else None

    async def _quoted_numbers(self, words: Words) -> list[int]:
        """Of the cases that the quoted message of ours was about."""
        shown = await self._session.scalar(
            select(OutboxMessage.shown)
            .join(InboxMessage, InboxMessage.answers == OutboxMessage.external_id)
            .where(
                InboxMessage.id == words.inbox_id,
                OutboxMessage.conversation_id == words.conversation_id,
            )
            .limit(1)
        )
        return [int(ref[2:]) for ref in shown or [] if ref.startswith("H-")]

    async def _chosen_at(self, desk_id: int, person_id: int | None = None) -> int | None:
        """The case that plain words at a desk go to."""
        query = (
            select(CaseMember.case_id)
            .join(Case, Case.id == CaseMember.case_id)
            .where(
                CaseMember.desk_id == desk_id,
                CaseMember.left_at.is_(None),
                Case.status == CaseStatus.active,
            )
            .order_by(CaseMember.focus.desc(), CaseMember.id.desc())
            .limit(1)
        )
        if person_id is not None:
            query = query.where(CaseMember.person_id == person_id)
        found: int | None = await self._session.scalar(query)
        return found

    async def _files(self, words: Words) -> tuple[File, ...]:
        """Those whose content is kept."""
        found = []
        for file in words.files:
            content = await content_of(self._session, self._desk.organisation_id, file.id)
            if content is not None:
                name = name_to_send(file.name)
                found.append(File(name=name, media_type=file.media_type, content=content))
        return tuple(found)


def _has(name: str, files: Sequence[File]) -> bool:
    return any(file.name == name for file in files)
