"""Messages to people other than the one who is talking: tools.ports.Notifier over the outbox."""

from collections.abc import Iterable, Sequence

from sqlalchemy import func, select

from config.i18n import Language, say
from storage.database import Session
from storage.outbox import Draft, File, Outbox
from storage.tables.organisation import Person
from storage.tables.work import Conversation
from tools.people.service import PeopleService, language_of
from tools.result import Attachment


class OutboxNotifier:
    def __init__(self, organisation_id: int, outbox: Outbox, default: Language) -> None:
        self._organisation_id = organisation_id
        self._outbox = outbox
        self._default = default

    async def to_staff(self, session: Session, key: str, text: str, **values: object) -> int:
        staff = await PeopleService(session, self._organisation_id).staff()
        return await self._queue(session, key, staff, text, values)

    async def to_people(
        self, session: Session, key: str, people: Sequence[int], text: str, **values: object
    ) -> int:
        wanted = [await PeopleService(session, self._organisation_id).get(id_) for id_ in people]
        return await self._queue(session, key, wanted, text, values)

    async def to_person(
        self,
        session: Session,
        key: str,
        person_id: int,
        text: str,
        *,
        attachments: Sequence[Attachment] = (),
        shown: Sequence[str] = (),
    ) -> bool:
        conversation = await self._private_chat(session, person_id)
        if conversation is None:
            return False
        await self._outbox.queue(
            session,
            Draft(
                key=f"{key}:{person_id}", conversation_id=conversation, text=text,
                shown=tuple(shown), resend=False,
                files=tuple(
                    File(name=each.name, media_type=each.media_type, content=each.content)
                    for each in attachments
                ),
            ),
        )  # fmt: skip
        return True

    async def _queue(
        self,
        session: Session,
        key: str,
        people: Iterable[Person],
        text: str,
        values: dict[str, object],
    ) -> int:
        reached = 0
        for person in people:
            conversation = await self._private_chat(session, person.id)
            if conversation is None:
                continue
            reached += 1
            language = language_of(person, self._default)
            await self._outbox.queue(
                session,
                Draft(
                    key=f"{key}:{person.id}",
                    conversation_id=conversation,
                    text=say(language, text, **values),
                    buttons=_buttons(language, values.get("ref")) if _asks(text) else (),
                    shown=(str(values["ref"]),) if "ref" in values else (),
                ),
            )
        return reached

    async def _private_chat(self, session: Session, person_id: int) -> int | None:
        """Where the person was last active in private."""
        found: int | None = await session.scalar(
            select(func.max(Conversation.id)).where(
                Conversation.organisation_id == self._organisation_id,
                Conversation.person_id == person_id,
                Conversation.closed_at.is_(None),
            )
        )
        return found


def _asks(text: str) -> bool:
    return text == "approvals.please_answer"


def _buttons(language: Language, ref: object) -> tuple[dict[str, str], ...]:
    return tuple(
        {"label": say(language, f"approvals.button_{verb}", ref=ref), "send": f"/{verb} {ref}"}
        for verb in ("approve", "reject")
    )
