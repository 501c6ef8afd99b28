"""What waits to be told: who is to be told something now, and what that is by then."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from config.clock import Clock
from config.notices import NoticeKind
from storage.database import ReadSession, Session
from storage.outbox import File
from storage.tables.notice import Notice, NoticeFile, NoticeStatus, NoticeWindow
from storage.tables.trust import Approval, ApprovalStatus
from tools.notices.service import passes_quiet_hours, quiet_end
from tools.notices.wishes import wishes_of

# After which it is forgotten that a notice was told.
_KEPT = timedelta(days=30)


@dataclass(slots=True, kw_only=True)
class Told:
    """One notice, or all of one topic: how many, the newest of them, and when the first and the
    last were."""

    text: str
    first: datetime
    last: datetime
    count: int = 0
    shown: list[str] = field(default_factory=list)
    buttons: list[dict[str, str]] = field(default_factory=list)
    files: list[File] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one person is told in one message, in order; `key` is the message's."""

    key: str
    entries: list[Told]

    @property
    def count(self) -> int:
        return sum(entry.count for entry in self.entries)


async def people_to_tell(session: ReadSession, organisation_id: int, clock: Clock) -> list[int]:
    found = await session.scalars(
        select(Notice.person_id)
        .where(
            Notice.organisation_id == organisation_id,
            Notice.status == NoticeStatus.held,
            Notice.due_at <= clock.now(),
        )
        .distinct()
        .order_by(Notice.person_id)
    )
    return list(found)


class HeldNotices:
    """Of one person, in one transaction; another process that looks at the same time waits, and
    finds nothing."""

    def __init__(
        self,
        session: Session,
        organisation_id: int,
        person_id: int,
        *,
        clock: Clock,
        window: timedelta,
    ) -> None:
        self._session = session
        self._organisation_id = organisation_id
        self._person_id = person_id
        self._clock = clock
        self._window = window

    async def take(self) -> Digest | None:
        """What is due, from now on as told; None when nothing is to be said. What the person does
        not want any more and what asks for approvals that are closed is dropped; what falls into
        quiet hours waits on."""
        rows = await self._still_good(await self._due())
        if not rows:
            return None
        digest = Digest(
            key=f"digest:{rows[-1].id}:{self._person_id}", entries=await self._gathered(rows)
        )
        for row in rows:
            row.status, row.sent_as = NoticeStatus.sent, digest.key
        await self._close(rows)
        await self._go_on_gathering(rows)
        return digest

    async def _due(self) -> list[Notice]:
        found = await self._session.scalars(
            select(Notice)
            .where(
                Notice.organisation_id == self._organisation_id,
                Notice.status == NoticeStatus.held,
                Notice.person_id == self._person_id,
                Notice.due_at <= self._clock.now(),
            )
            .order_by(Notice.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return list(found)

    async def _still_good(self, rows: list[Notice]) -> list[Notice]:
        now = self._clock.now()
        wishes = await wishes_of(self._session, self._organisation_id, self._person_id)
        quiet = await quiet_end(self._session, self._organisation_id, wishes, now)
        good: list[Notice] = []
        pointless: list[Notice] = []
        for row in rows:
            if row.kind in wishes.off or not await self._can_be_answered(row):
                row.status = NoticeStatus.dropped
                pointless.append(row)
            elif quiet and not passes_quiet_hours(row.kind, wishes, urgent=row.urgent):
                row.due_at = quiet
            else:
                good.append(row)
        await self._close(pointless)
        return good

    async def _can_be_answered(self, row: Notice) -> bool:
        if row.asks is None:
            return True
        found = await self._session.scalar(
            select(Approval.id).where(
                Approval.organisation_id == self._organisation_id,
                Approval.number == row.asks,
                Approval.status == ApprovalStatus.pending,
                Approval.expires_at > self._clock.now(),
            )
        )
        return found is not None

    async def _gathered(self, rows: list[Notice]) -> list[Told]:
        gathered: dict[tuple[NoticeKind, str], Told] = {}
        for row in rows:
            alone = row.topic or f"#{row.id}"
            entry = gathered.setdefault(
                (row.kind, alone), Told(text="", first=row.created_at, last=row.created_at)
            )
            entry.count += 1
            entry.text, entry.last, entry.buttons = row.text, row.created_at, row.buttons
            entry.shown = list(dict.fromkeys([*entry.shown, *row.shown]))
            entry.files += await self._files(row)
        return list(gathered.values())

    async def _files(self, row: Notice) -> list[File]:
        found = await self._session.scalars(
            select(NoticeFile).where(NoticeFile.notice_id == row.id).order_by(NoticeFile.position)
        )
        return [
            File(name=file.name, media_type=file.media_type, content=file.content) for file in found
        ]

    async def _close(self, rows: list[Notice]) -> None:
        for row in rows:
            row.text, row.shown, row.buttons, row.due_at = "", [], [], None
        ids = [row.id for row in rows]
        await self._session.execute(delete(NoticeFile).where(NoticeFile.notice_id.in_(ids)))

    async def _go_on_gathering(self, rows: list[Notice]) -> None:
        """Each topic that was told of has its next window now."""
        for kind, topic in sorted({(row.kind, row.topic) for row in rows if row.topic}):
            await self._session.execute(
                update(NoticeWindow)
                .where(
                    NoticeWindow.organisation_id == self._organisation_id,
                    NoticeWindow.person_id == self._person_id,
                    NoticeWindow.kind == kind,
                    NoticeWindow.topic == topic,
                )
                .values(until=self._clock.now() + self._window)
            )


async def tidy(session: Session, organisation_id: int, clock: Clock) -> None:
    """Forget what was told long ago."""
    before = clock.now() - _KEPT
    await session.execute(
        delete(Notice).where(
            Notice.organisation_id == organisation_id,
            Notice.status != NoticeStatus.held,
            Notice.created_at < before,
        )
    )
    await session.execute(
        delete(NoticeWindow).where(
            NoticeWindow.organisation_id == organisation_id, NoticeWindow.until < before
        )
    )
