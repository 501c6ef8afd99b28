"""What one person wants to be told of, and when not."""

from dataclasses import dataclass

from sqlalchemy import Select, select, update

from config.clock import Clock
from config.notices import NoticeKind
from storage.database import ReadSession, Session
from storage.tables.notice import Notice, NoticeStatus, NoticeWishes
from storage.upsert import insert_or_ignore
from tools.notices.quiet import QuietHours


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    off: frozenset[NoticeKind] = frozenset()
    quiet: QuietHours | None = None
    urgent_passes: bool = True


async def wishes_of(session: ReadSession, organisation_id: int, person_id: int) -> Wishes:
    """Of somebody who never said anything: everything, at any time."""
    row = await session.scalar(_of(organisation_id, person_id))
    if row is None:
        return Wishes()
    quiet = None
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = QuietHours(start=row.quiet_from, end=row.quiet_until)
    kinds = frozenset(NoticeKind(name) for name in row.off)
    return Wishes(off=kinds, quiet=quiet, urgent_passes=row.urgent_passes)


class WishBook:
    """Writes one person's wishes down. What is held for them is looked at anew then."""

    def __init__(
        self, session: Session, organisation_id: int, person_id: int, clock: Clock
    ) -> None:
        self._session = session
        self._organisation_id = organisation_id
        self._person_id = person_id
        self._clock = clock

    async def switch(self, kind: NoticeKind, *, on: bool) -> None:
        row = await self._row()
        row.off = sorted({*row.off} - {kind.value} if on else {*row.off, kind.value})

    async def keep_quiet(self, hours: QuietHours | None) -> None:
        row = await self._row()
        row.quiet_from, row.quiet_until = (hours.start, hours.end) if hours else (None, None)
        await self._look_again()

    async def let_urgent_pass(self, passes: bool) -> None:
        row = await self._row()
        row.urgent_passes = passes
        await self._look_again()

    async def _row(self) -> NoticeWishes:
        fresh = {
            "organisation_id": self._organisation_id, "person_id": self._person_id, "off": [],
            "urgent_passes": True,
        }  # fmt: skip
        await insert_or_ignore(self._session, NoticeWishes, fresh)
        query = _of(self._organisation_id, self._person_id).with_for_update()
        return (await self._session.scalars(query)).one()

    async def _look_again(self) -> None:
        await self._session.execute(
            update(Notice)
            .where(
                Notice.organisation_id == self._organisation_id,
                Notice.person_id == self._person_id,
                Notice.status == NoticeStatus.held,
            )
            .values(due_at=self._clock.now())
        )


def _of(organisation_id: int, person_id: int) -> Select[NoticeWishes]:
    return select(NoticeWishes).where(
        NoticeWishes.organisation_id == organisation_id, NoticeWishes.person_id == person_id
    )
