"""Measures what the rules of the alerts are about."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select

from bot.channels.base import Channel
from bot.findings import Finding
from bot.shelf import Shelf
from config.clock import Clock
from config.errors import TransientError
from config.settings import Settings
from storage.alerts import Reading
from storage.database import Database, ReadSession
from storage.tables.job import Job
from storage.tables.organisation import Organisation
from storage.tables.work import (
    Conversation,
    InboxMessage,
    InboxStatus,
    OutboxMessage,
    OutboxStatus,
)
from tools.usage.service import UsageService

Look = Callable[[], Awaitable[Sequence[Finding]]]

_SENDS, _JOBS, _TURNS = timedelta(hours=1), timedelta(days=1), timedelta(minutes=10)
# A share of fewer turns than that says nothing.
_FEW_TURNS = 5
# What the doctor mentions, and nobody has to be woken for.
_HARMLESS = frozenset({"ad platforms"})
_BEATS = 3


class Readings:
    """`channels` are those that this process serves; `look` is the doctor's."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        organisation_id: int,
        clock: Clock,
        *,
        channels: Mapping[str, Channel],
        shelf: Shelf,
        look: Look,
    ) -> None:
        self._settings = settings
        self._database = database
        self._organisation_id = organisation_id
        self._clock = clock
        self._channels = channels
        self._shelf = shelf
        self._look = look
        self._findings: Sequence[Finding] = ()
        self._looked: datetime | None = None
        self._unwell: datetime | None = None

    async def beat(self) -> None:
        """Let the other processes know which channels this one is connected to."""
        keep = self._settings.alerts.every * _BEATS
        for name, channel in self._channels.items():
            if channel.chats is None or channel.chats:
                await self._shelf.put(f"connected:{name}", "yes", keep)

    async def take(self) -> dict[str, list[Reading]]:
        """By rule; one that could not be measured is left out."""
        async with self._database.reading() as session:
            taken = [
                *await self._waiting(session), *await self._sends(session),
                *await self._quotas(session), *await self._work(session),
            ]  # fmt: skip
        found: dict[str, list[Reading]] = {"unsent": [], "channels": [], "parts": []}
        taken += [await asyncio.to_thread(self._disk), *await self._parts()]
        try:
            taken += await self._connections()
        except TransientError:
            # Redis is away, which is a part that is not well; who is connected is not known.
            del found["channels"]
        for reading in taken:
            found.setdefault(reading.name, []).append(reading)
        return found

    async def _waiting(self, session: ReadSession) -> list[Reading]:
        oldest = await session.scalar(
            select(func.min(InboxMessage.received_at)).where(
                InboxMessage.organisation_id == self._organisation_id,
                InboxMessage.status == InboxStatus.received,
            )
        )
        now = self._clock.now()
        rows = await session.execute(
            select(Conversation.channel, func.min(OutboxMessage.created_at).label("oldest"))
            .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.status == OutboxStatus.queued,
                or_(OutboxMessage.not_before.is_(None), OutboxMessage.not_before <= now),
                Conversation.channel.in_(self._channels),
            )
            .group_by(Conversation.channel)
        )
        unsent = [
            Reading(name="unsent", subject=row.channel, value=self._age(row.oldest)) for row in rows
        ]
        return [Reading(name="unanswered", value=self._age(oldest)), *unsent]

    async def _sends(self, session: ReadSession) -> list[Reading]:
        rows = await session.execute(
            select(OutboxMessage.status, func.count(OutboxMessage.id).label("n"))
            .where(
                OutboxMessage.organisation_id == self._organisation_id,
                OutboxMessage.status.in_([OutboxStatus.failed, OutboxStatus.unknown]),
                OutboxMessage.finished_at > self._clock.now() - _SENDS,
            )
            .group_by(OutboxMessage.status)
        )
        counts = {row.status: row.n for row in rows}
        return [
            Reading(name="failed_sends", value=counts.get(OutboxStatus.failed, 0)),
            Reading(name="doubtful_sends", value=counts.get(OutboxStatus.unknown, 0)),
        ]

    async def _quotas(self, session: ReadSession) -> list[Reading]:
        """How much of the organisation's quota is used, in per cent."""
        quotas = self._settings.quotas
        organisation = await session.get_one(Organisation, self._organisation_id)
        usage = UsageService(
            session, self._organisation_id, self._clock, ZoneInfo(organisation.timezone)
        )
        used = {"tokens": 0.0}
        if quotas.organisation_daily_tokens:
            tokens = (await usage.today()).tokens
            used["tokens"] = 100 * tokens / quotas.organisation_daily_tokens
        if quotas.organisation_monthly_cost:
            cost = (await usage.this_month()).cost
            used["money"] = float(100 * cost / quotas.organisation_monthly_cost)
        return [
            Reading(name=name, subject=subject, value=percent)
            for name in ("quota_near", "quota_used")
            for subject, percent in used.items()
        ]

    async def _work(self, session: ReadSession) -> list[Reading]:
        now = self._clock.now()
        jobs = await session.scalar(
            select(func.count(Job.id)).where(
                Job.organisation_id == self._organisation_id,
                Job.last_error.is_not(None),
                Job.last_run_at > now - _JOBS,
            )
        )
        bad = func.sum(case((InboxMessage.status == InboxStatus.failed, 1), else_=0))
        turns, failed = (
            await session.execute(
                select(func.count(InboxMessage.id), bad).where(
                    InboxMessage.organisation_id == self._organisation_id,
                    InboxMessage.finished_at > now - _TURNS,
                )
            )
        ).one()
        share = 100 * int(failed or 0) / turns if turns >= _FEW_TURNS else 0
        return [Reading(name="jobs", value=jobs or 0), Reading(name="turn_errors", value=share)]

    def _disk(self) -> Reading:
        # On servers of their own nothing may have been written here yet.
        folder = self._settings.data_dir.resolve()
        while not folder.exists():
            folder = folder.parent
        usage = shutil.disk_usage(folder)
        return Reading(name="disk", value=100 * (usage.total - usage.free) / usage.total)

    async def _parts(self) -> list[Reading]:
        """Servers of other companies are not asked more often than needed while all is well."""
        now, every = self._clock.now(), self._settings.alerts.look_every
        unwell = self._unwell is not None and now - self._unwell < every
        if self._looked is None or unwell or now - self._looked >= every:
            self._findings, self._looked = await self._look(), now
            if not all(finding.fine for finding in self._findings):
                self._unwell = now
        return [
            Reading(
                name="parts", subject=finding.part, value=int(not finding.fine),
                detail="" if finding.fine else f"{finding.seen}: {finding.advice}",
            )
            for finding in self._findings if finding.part not in _HARMLESS
        ]  # fmt: skip

    async def _connections(self) -> list[Reading]:
        return [
            Reading(
                name="channels", subject=name,
                value=int(await self._shelf.get(f"connected:{name}") is None),
            )
            for name in self._channels
        ]  # fmt: skip

    def _age(self, at: datetime | None) -> float:
        return max(0.0, (self._clock.now() - at).total_seconds()) if at else 0.0
