"""Decides for each notice whether the person is told now, later or not at all, and keeps what is
to be told later.

Of notices about one topic the first opens a window; what comes before its end waits for that, and
is told as one. In quiet hours everything waits that does not pass them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select, update

from config.clock import Clock
from config.notices import NoticeKind
from storage.database import ReadSession, Session
from storage.outbox import File
from storage.tables.notice import Notice, NoticeFile, NoticeStatus, NoticeWindow
from storage.tables.organisation import Organisation
from storage.upsert import insert_or_ignore
from tools.notices.wishes import Wishes, wishes_of

# The person chose the time of these.
_CHOSEN = frozenset({NoticeKind.report})


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A notice for one person, in their words. `asks` is the number of the approval that it asks
    for; one without a `topic` is always told by itself."""

    key: str
    kind: NoticeKind
    person_id: int
    text: str
    topic: str = ""
    urgent: bool = False
    shown: tuple[str, ...] = ()
    buttons: tuple[dict[str, str], ...] = ()
    asks: int | None = None
    files: tuple[File, ...] = ()


class Fate(StrEnum):
    now = "now"
    later = "later"
    off = "off"
    known = "known"  # the same key was admitted before


class NoticeDesk:
    """Of one transaction; `window` is how long notices of one topic are gathered, 0 for never."""

    def __init__(
        self, session: Session, organisation_id: int, clock: Clock, window: timedelta
    ) -> None:
        self._session = session
        self._organisation_id = organisation_id
        self._clock = clock
        self._window = window

    async def admit(self, note: Note) -> Fate:
        """Say what becomes of it; the caller queues what is to be told now."""
        notice_id = await self._enter(note)
        if notice_id is None:
            return await self._fate_of(note)
        wishes = await wishes_of(self._session, self._organisation_id, note.person_id)
        if note.kind in wishes.off:
            await self._set(notice_id, status=NoticeStatus.off)
            return Fate.off
        waits = [await self._until_window_ends(note), await self._until_quiet_ends(note, wishes)]
        ends = [end for end in waits if end is not None]
        if not ends:
            return Fate.now
        await self._set(
            notice_id, status=NoticeStatus.held, due_at=max(ends), text=note.text, sent_as=None,
            shown=list(note.shown), buttons=list(note.buttons), asks=note.asks,
        )  # fmt: skip
        self._session.add_all(
            NoticeFile(
                organisation_id=self._organisation_id, notice_id=notice_id, position=position,
                name=file.name, media_type=file.media_type, content=file.content,
            )
            for position, file in enumerate(note.files)
        )  # fmt: skip
        return Fate.later

    async def _fate_of(self, note: Note) -> Fate:
        """Of one that was admitted before."""
        status = await self._session.scalar(
            select(Notice.status).where(
                Notice.organisation_id == self._organisation_id, Notice.key == note.key
            )
        )
        return Fate.off if status is NoticeStatus.off else Fate.known

    async def _enter(self, note: Note) -> int | None:
        return await insert_or_ignore(
            self._session,
            Notice,
            {
                "organisation_id": self._organisation_id,
                "key": note.key,
                "person_id": note.person_id,
                "kind": note.kind,
                "topic": note.topic,
                "urgent": note.urgent,
                "status": NoticeStatus.sent,
                "text": "",
                "shown": [],
                "buttons": [],
                "created_at": self._clock.now(),
                "sent_as": note.key,
            },
        )

    async def _until_quiet_ends(self, note: Note, wishes: Wishes) -> datetime | None:
        if passes_quiet_hours(note.kind, wishes, urgent=note.urgent):
            return None
        return await quiet_end(self._session, self._organisation_id, wishes, self._clock.now())

    async def _until_window_ends(self, note: Note) -> datetime | None:
        """None when this notice opens a window; else when the one that it falls into ends."""
        if not note.topic or not self._window:
            return None
        now = self._clock.now()
        opened = await insert_or_ignore(
            self._session,
            NoticeWindow,
            {
                "organisation_id": self._organisation_id,
                "person_id": note.person_id,
                "kind": note.kind,
                "topic": note.topic,
                "until": now + self._window,
            },
        )
        if opened is not None:
            return None
        # Locked: of two processes that find it over, one opens the next.
        row = (await self._session.scalars(self._window_of(note).with_for_update())).one()
        if row.until > now:
            return row.until
        if await self._is_held(note):
            return now
        row.until = now + self._window
        await self._session.flush()
        return None

    def _window_of(self, note: Note) -> Select[NoticeWindow]:
        return select(NoticeWindow).where(
            NoticeWindow.organisation_id == self._organisation_id,
            NoticeWindow.person_id == note.person_id,
            NoticeWindow.kind == note.kind,
            NoticeWindow.topic == note.topic,
        )

    async def _is_held(self, note: Note) -> bool:
        """Whether others of its topic wait to be told at the end of a window that is over."""
        found = await self._session.scalar(
            select(Notice.id)
            .where(
                Notice.organisation_id == self._organisation_id,
                Notice.status == NoticeStatus.held,
                Notice.person_id == note.person_id,
                Notice.kind == note.kind,
                Notice.topic == note.topic,
            )
            .limit(1)
        )
        return found is not None

    async def _set(self, notice_id: int, **values: object) -> None:
        await self._session.execute(update(Notice).where(Notice.id == notice_id).values(**values))


def passes_quiet_hours(kind: NoticeKind, wishes: Wishes, *, urgent: bool) -> bool:
    return kind in _CHOSEN or (urgent and wishes.urgent_passes)


async def quiet_end(
    session: ReadSession, organisation_id: int, wishes: Wishes, at: datetime
) -> datetime | None:
    """When the quiet hours end that `at` is in, None when it is in none."""
    if wishes.quiet is None:
        return None
    organisation = await session.get_one(Organisation, organisation_id)
    return wishes.quiet.end_after(at, ZoneInfo(organisation.timezone))
