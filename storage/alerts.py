"""The state of alerts: since when something is wrong, whether people know, and who is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Update, delete, select, update

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.tables.notice import Alert, AlertMute, AlertPlace, AlertStatus
from storage.tables.work import Conversation
from storage.upsert import insert_or_ignore

_DETAIL_LETTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was measured for a rule; `subject` says of what when there are several. `since` is when
    it went wrong, if that was before now."""

    name: str
    value: float
    subject: str = ""
    detail: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What people are to be told. `episode` counts how often this alert has fired."""

    alert_id: int
    name: str
    subject: str
    state: Literal["firing", "resolved"]
    episode: int
    value: float
    detail: str
    since: datetime


class AlertBook:
    """Services never commit: of two processes that note the same, the second sees the first's."""

    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def note(
        self, session: Session, reading: Reading, *, wrong: bool, hold: timedelta
    ) -> News | None:
        """Write a reading down; what is new about it for people."""
        row = await self._row(session, reading, open_it=wrong)
        if row is None:
            return None
        if wrong:
            return await self._note_wrong(session, row, reading, hold)
        return await self._note_well(session, row, hold)

    async def end_others(
        self,
        session: Session,
        name: str,
        subjects: Collection[str],
        hold: timedelta,
    ) -> list[News]:
        """Take every subject of a rule that was not measured any more as well again."""
        gone = await session.scalars(
            select(Alert.subject).where(
                Alert.organisation_id == self._organisation_id,
                Alert.name == name,
                Alert.subject.not_in(subjects),
                Alert.status != AlertStatus.resolved,
            )
        )
        told = [
            await self.note(
                session, Reading(name=name, subject=subject, value=0), wrong=False, hold=hold
            )
            for subject in gone.all()
        ]
        return [news for news in told if news is not None]

    async def firing(self, session: ReadSession) -> list[Alert]:
        """What is wrong now, the longest first."""
        found = await session.scalars(
            select(Alert)
            .where(
                Alert.organisation_id == self._organisation_id,
                Alert.status == AlertStatus.firing,
            )
            .order_by(Alert.since, Alert.id)
        )
        return list(found)

    async def mute(self, session: Session, name: str, until: datetime) -> None:
        """Tell nobody of this rule before `until`."""
        fresh = {"organisation_id": self._organisation_id, "name": name, "until": until}
        if await insert_or_ignore(session, AlertMute, fresh) is None:
            await session.execute(self._mute(name).values(until=until))

    async def unmute(self, session: Session, name: str) -> None:
        await session.execute(self._mute(name).values(until=self._clock.now()))

    async def muted(self, session: ReadSession) -> dict[str, datetime]:
        """Until when, by rule."""
        rows = await session.scalars(
            select(AlertMute).where(
                AlertMute.organisation_id == self._organisation_id,
                AlertMute.until > self._clock.now(),
            )
        )
        return {row.name: row.until for row in rows}

    async def tell_here(self, session: Session, conversation_id: int, language: str) -> None:
        """Tell the chat of alerts from now on, in this language."""
        fresh = {
            "organisation_id": self._organisation_id, "conversation_id": conversation_id,
            "language": language,
        }  # fmt: skip
        if await insert_or_ignore(session, AlertPlace, fresh) is None:
            place = AlertPlace.conversation_id == conversation_id
            await session.execute(update(AlertPlace).where(place).values(language=language))

    async def tell_here_no_more(self, session: Session, conversation_id: int) -> None:
        await session.execute(
            delete(AlertPlace).where(
                AlertPlace.organisation_id == self._organisation_id,
                AlertPlace.conversation_id == conversation_id,
            )
        )

    async def places(self, session: ReadSession) -> Sequence[AlertPlace]:
        """The chats to tell that can be reached."""
        found = await session.scalars(
            select(AlertPlace)
            .join(Conversation, Conversation.id == AlertPlace.conversation_id)
            .where(
                AlertPlace.organisation_id == self._organisation_id,
                Conversation.closed_at.is_(None),
            )
            .order_by(AlertPlace.id)
        )
        return found.all()

    async def _row(self, session: Session, reading: Reading, *, open_it: bool) -> Alert | None:
        now = self._clock.now()
        if open_it:
            fresh = {
                "organisation_id": self._organisation_id, "name": reading.name,
                "subject": reading.subject, "status": AlertStatus.resolved, "episode": 0,
                "told": False, "since": now, "value": reading.value, "detail": "",
            }  # fmt: skip
            await insert_or_ignore(session, Alert, fresh)
        found: Alert | None = await session.scalar(
            select(Alert)
            .where(
                Alert.organisation_id == self._organisation_id,
                Alert.name == reading.name,
                Alert.subject == reading.subject,
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return found

    async def _note_wrong(
        self, session: Session, row: Alert, reading: Reading, hold: timedelta
    ) -> News | None:
        now = self._clock.now()
        row.value, row.detail = reading.value, reading.detail[:_DETAIL_LETTERS]
        row.well_since = None
        if row.status is AlertStatus.resolved:
            row.status, row.since, row.told = AlertStatus.pending, reading.since or now, False
            row.resolved_at = None
        if row.status is AlertStatus.pending and now - row.since >= hold:
            row.status, row.episode = AlertStatus.firing, row.episode + 1
        if row.status is AlertStatus.pending or row.told or row.name in await self.muted(session):
            return None
        row.told = True
        return _news(row, "firing")

    async def _note_well(self, session: Session, row: Alert, hold: timedelta) -> News | None:
        now = self._clock.now()
        if row.status is AlertStatus.pending:
            row.status, row.resolved_at = AlertStatus.resolved, now
        if row.status is AlertStatus.resolved:
            return None
        row.well_since = row.well_since or now
        if now - row.well_since < hold:
            return None
        row.status, row.resolved_at = AlertStatus.resolved, now
        # Who was not told that it fired need not be told that it is over.
        if not row.told or row.name in await self.muted(session):
            return None
        return _news(row, "resolved")

    def _mute(self, name: str) -> Update:
        return update(AlertMute).where(
            AlertMute.organisation_id == self._organisation_id, AlertMute.name == name
        )


def _news(row: Alert, state: Literal["firing", "resolved"]) -> News:
    return News(
        alert_id=row.id, name=row.name, subject=row.subject, state=state, episode=row.episode,
        value=row.value, detail=row.detail, since=row.since,
    )  # fmt: skip
