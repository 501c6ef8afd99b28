"""Messages to people other than the one who is talking: tools.ports.Notifier over the outbox."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from config.clock import Clock
from config.i18n import Language, say
from config.notices import NoticeKind, NoticeSettings
from storage.database import ReadSession, Session
from storage.outbox import Draft, File, Outbox
from storage.tables.organisation import Organisation, Person
from tools.notices.held import Digest, HeldNotices, Told
from tools.notices.service import Fate, Note, NoticeDesk
from tools.people.reach import private_chats
from tools.people.service import PeopleService, language_of
from tools.result import Attachment


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why several people are told the same."""

    kind: NoticeKind
    key: str
    topic: str = ""
    urgent: bool = False


class OutboxNotifier:
    """`served` are the channels of this service: a chat on another is no place for a notice."""

    served: Collection[str] = frozenset()

    def __init__(
        self,
        organisation_id: int,
        outbox: Outbox,
        default: Language,
        *,
        clock: Clock,
        settings: NoticeSettings,
    ) -> None:
        self._organisation_id = organisation_id
        self._outbox = outbox
        self._default = default
        self._clock = clock
        self._window = settings.window

    async def to_staff(
        self, session: Session, kind: NoticeKind, key: str, text: str, **values: object
    ) -> int:
        staff = await PeopleService(session, self._organisation_id).staff()
        return await self._queue(session, Cause(kind=kind, key=key), staff, text, values)

    async def to_people(
        self,
        session: Session,
        kind: NoticeKind,
        key: str,
        people: Sequence[int],
        text: str,
        *,
        topic: str = "",
        urgent: bool = False,
        **values: object,
    ) -> int:
        service = PeopleService(session, self._organisation_id)
        # Always in the same order: what one topic has for each is locked one after the other.
        wanted = [await service.get(id_) for id_ in sorted(people)]
        cause = Cause(kind=kind, key=key, topic=topic, urgent=urgent)
        return await self._queue(session, cause, wanted, text, values)

    async def to_person(
        self,
        session: Session,
        kind: NoticeKind,
        key: str,
        person_id: int,
        text: str,
        *,
        topic: str = "",
        attachments: Sequence[Attachment] = (),
        shown: Sequence[str] = (),
        buttons: Sequence[dict[str, str]] = (),
        urgent: bool = False,
    ) -> bool:
        conversation = await self._private_chat(session, person_id)
        if conversation is None:
            return False
        note = Note(
            key=f"{key}:{person_id}", kind=kind, person_id=person_id, text=text, topic=topic,
            shown=tuple(shown), buttons=tuple(buttons), urgent=urgent,
            files=tuple(
                File(name=each.name, media_type=each.media_type, content=each.content)
                for each in attachments
            ),
        )  # fmt: skip
        return await self._put(session, note, conversation, resend=False)

    async def send_held(self, session: Session, person_id: int) -> None:
        """Queue what waited for the end of quiet hours, or of a window, as one message."""
        conversation = await self._private_chat(session, person_id)
        if conversation is None:
            # Nothing is lost: it comes when they have a chat again.
            return
        digest = await HeldNotices(
            session, self._organisation_id, person_id, clock=self._clock, window=self._window
        ).take()
        if digest is None:
            return
        person = await session.get_one(Person, person_id)
        organisation = await session.get_one(Organisation, self._organisation_id)
        text = worded(
            digest, language_of(person, self._default), zone=ZoneInfo(organisation.timezone)
        )
        entries = digest.entries
        await self._outbox.queue(
            session,
            Draft(
                key=digest.key, conversation_id=conversation, text=text,
                buttons=tuple(button for each in entries for button in each.buttons),
                shown=tuple(dict.fromkeys(ref for each in entries for ref in each.shown)),
                files=tuple(file for each in entries for file in each.files),
            ),
        )  # fmt: skip

    async def _put(
        self, session: Session, note: Note, conversation_id: int, *, resend: bool = True
    ) -> bool:
        """Queue it when it is to be told now; False when the person does not want to be told."""
        desk = NoticeDesk(session, self._organisation_id, self._clock, self._window)
        fate = await desk.admit(note)
        if fate is Fate.now:
            await self._outbox.queue(
                session,
                Draft(
                    key=note.key, conversation_id=conversation_id, text=note.text,
                    buttons=note.buttons, shown=note.shown, files=note.files, resend=resend,
                ),
            )  # fmt: skip
        return fate is not Fate.off

    async def _queue(
        self,
        session: Session,
        cause: Cause,
        people: Iterable[Person],
        text: str,
        values: dict[str, object],
    ) -> int:
        reached = 0
        for person in people:
            conversation = await self._private_chat(session, person.id)
            if conversation is None:
                continue
            language = language_of(person, self._default)
            asks, ref = _asks(text), values.get("ref")
            note = Note(
                key=f"{cause.key}:{person.id}", kind=cause.kind, person_id=person.id,
                topic=cause.topic, urgent=cause.urgent, text=say(language, text, **values),
                buttons=_buttons(language, ref, values.get("version")) if asks else (),
                shown=(str(ref),) if ref is not None else (),
                asks=int(str(ref).removeprefix("P-")) if asks else None,
            )  # fmt: skip
            reached += await self._put(session, note, conversation)
        return reached

    async def _private_chat(self, session: ReadSession, person_id: int) -> int | None:
        """Where the person wants to be told things, else where they wrote last."""
        chats = await private_chats(session, self._organisation_id, person_id, self.served)
        return chats[0].conversation_id if chats else None


def _asks(text: str) -> bool:
    return text in ("approvals.please_answer", "approvals.please_look_again")


def _buttons(language: Language, ref: object, version: object) -> tuple[dict[str, str], ...]:
    named = ref if version is None else f"{ref}v{version}"
    return tuple(
        {"label": say(language, f"approvals.button_{verb}", ref=ref), "send": f"/{verb} {named}"}
        for verb in ("approve", "reject")
    )


def worded(digest: Digest, language: Language, *, zone: ZoneInfo) -> str:
    """One notice as it is, several as a list in which each says when it was."""
    if len(digest.entries) == 1:
        (entry,) = digest.entries
        if entry.count == 1:
            return entry.text
        when = _when(entry, zone)
        return say(language, "notices.counted", n=entry.count, when=when, text=entry.text)
    title = say(language, "notices.digest", n=digest.count)
    return "\n\n".join([title, *(_line(entry, language, zone) for entry in digest.entries)])


def _line(entry: Told, language: Language, zone: ZoneInfo) -> str:
    key = "notices.line" if entry.count == 1 else "notices.line_counted"
    return say(language, key, when=_when(entry, zone), n=entry.count, text=entry.text)


def _when(entry: Told, zone: ZoneInfo) -> str:
    first, last = (f"{at.astimezone(zone):%H:%M}" for at in (entry.first, entry.last))
    return first if first == last else f"{first}–{last}"
