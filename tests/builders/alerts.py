"""A service in small whose health is watched."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import select

from bot.alerts import AlertWatch
from bot.channels.base import Channel
from bot.findings import Finding
from bot.shelf import Shelf
from config.alerts import AlertSettings
from config.settings import Settings
from storage.alerts import AlertBook
from storage.tables.organisation import Person
from storage.tables.work import (
    InboxMessage,
    InboxStatus,
    OutboxMessage,
    OutboxStatus,
)
from tests.builders.notices import Staff
from tests.fakes.channel import FakeChannel

MINUTE = timedelta(minutes=1)
HEALTHY = Finding(part="database", fine=True, seen="ok")
BROKEN = Finding(part="model deepseek", fine=False, seen="401", advice="set the right api_key")


@dataclass
class House:
    """A service in small; `findings` are what the doctor sees, `watch` is one process."""

    staff: Staff
    admin: Person
    redis: Redis
    settings: Settings
    channel: FakeChannel = field(default_factory=FakeChannel)
    findings: list[Finding] = field(default_factory=lambda: [HEALTHY])
    looks: int = 0

    def __post_init__(self) -> None:
        self.watch = self.process()
        self.book = AlertBook(self.staff.organisation.id, self.staff.clock)

    def process(self, owner: str = "worker", settings: Settings | None = None) -> AlertWatch:
        async def look() -> Sequence[Finding]:
            self.looks += 1
            return list(self.findings)

        staff, channels = self.staff, {self.channel.name: self.channel}
        served: dict[str, Channel] = {**channels}
        return AlertWatch(
            settings or self.settings, staff.database, staff.organisation.id, staff.clock,
            outbox=staff.outbox(owner), notifier=staff.notifier(owner=owner), channels=served,
            shelf=Shelf(self.redis, staff.organisation.id), look=look, duty=None,
        )  # fmt: skip

    async def passes(self, minutes: int = 1, watch: AlertWatch | None = None) -> None:
        """Evaluate each minute, as the process does."""
        watch = watch or self.watch
        for _ in range(minutes):
            self.staff.clock.advance(MINUTE)
            await watch._readings.beat()
            await watch.evaluate()

    async def told(self) -> list[str]:
        """What the admin is told, without what is said about the time."""
        return await self.staff.texts(self.admin)

    async def names(self) -> list[str]:
        """What fires now."""
        async with self.staff.database.reading() as session:
            return [row.name for row in await self.book.firing(session)]

    async def queues(self, status: OutboxStatus, count: int = 1, **values: Any) -> None:
        """Messages in the outbox, to the manager."""
        now, staff = self.staff.clock.now(), self.staff
        async with staff.database.unit_of_work() as session:
            session.add_all(
                OutboxMessage(
                    organisation_id=staff.organisation.id, key=f"{status}:{now}:{number}",
                    conversation_id=staff.chats[staff.person.id], text="x", status=status,
                    attempts=1, created_at=now, finished_at=now, **values,
                )
                for number in range(count)
            )  # fmt: skip

    async def receives(self, status: InboxStatus, count: int = 1) -> None:
        now, staff = self.staff.clock.now(), self.staff
        async with staff.database.unit_of_work() as session:
            session.add_all(
                InboxMessage(
                    organisation_id=staff.organisation.id, channel="fake", bot="bot",
                    external_id=f"{status}:{now}:{number}", person_id=staff.person.id,
                    conversation_id=staff.chats[staff.person.id], text="x", status=status,
                    received_at=now, finished_at=None if status is InboxStatus.received else now,
                )
                for number in range(count)
            )  # fmt: skip

    async def answers_everything(self) -> None:
        async with self.staff.database.unit_of_work() as session:
            for row in await session.scalars(select(InboxMessage)):
                row.status, row.finished_at = InboxStatus.done, self.staff.clock.now()

    async def forgets_to_send(self) -> None:
        """Nobody sends what is queued for the admins in these tests."""
        async with self.staff.database.unit_of_work() as session:
            for row in await session.scalars(
                select(OutboxMessage).where(OutboxMessage.status == OutboxStatus.queued)
            ):
                row.status = OutboxStatus.sent


def a_setting(name: str, **values: object) -> AlertSettings:
    return AlertSettings.model_validate({"unsent": {"enabled": False}, name: values})
