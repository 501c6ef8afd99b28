"""What each rule of the alerts is about, and where it begins to be wrong."""

from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.shelf import Shelf
from config.alerts import AlertSettings
from config.settings import QuotaSettings
from storage.tables.job import Job
from storage.tables.model import ModelUse
from storage.tables.work import (
    InboxStatus,
    OutboxStatus,
)
from tests.builders.alerts import MINUTE, House, a_setting


async def test_a_message_that_waits_for_long(house: House) -> None:
    await house.receives(InboxStatus.received)
    await house.passes(2)
    assert await house.names() == []
    await house.passes()
    assert await house.names() == ["unanswered"]
    await house.answers_everything()
    await house.passes(3)
    assert await house.names() == []


async def test_messages_that_are_not_sent(house: House) -> None:
    default = house.settings.model_copy(update={"alerts": AlertSettings()})
    watch = house.process(settings=default)
    await house.queues(OutboxStatus.queued)
    await house.passes(5, watch)
    assert "unsent" not in await house.names()
    await house.passes(2, watch)
    assert "unsent" in await house.names()
    assert "fake 的消息发不出去" in (await house.told())[0]


async def test_what_waits_because_it_is_told_to_is_not_late(house: House) -> None:
    default = house.settings.model_copy(update={"alerts": AlertSettings()})
    later = house.staff.clock.now() + timedelta(hours=1)
    await house.queues(OutboxStatus.queued, not_before=later)
    await house.passes(20, house.process(settings=default))
    assert "unsent" not in await house.names()


@pytest.mark.parametrize(
    ("status", "count", "name"),
    [(OutboxStatus.failed, 10, "failed_sends"), (OutboxStatus.unknown, 5, "doubtful_sends")],
)
async def test_sends_that_fail(house: House, status: OutboxStatus, count: int, name: str) -> None:
    await house.queues(status, count - 1)
    await house.passes()
    assert await house.names() == []
    await house.queues(status)
    await house.passes()
    assert await house.names() == [name]
    await house.passes(60)
    assert await house.names() == []


async def test_a_channel_that_no_process_is_connected_to(house: House) -> None:
    await house.passes()
    house.channel.chats = frozenset()
    # What was said of the connection is true for a while: its time is over.
    await Shelf(house.redis, house.staff.organisation.id).take("connected:fake")
    await house.passes(2)
    assert await house.names() == []
    await house.passes()
    assert await house.names() == ["channels"]
    assert "fake 没有连接" in (await house.told())[0]
    house.channel.chats = frozenset({"chat"})
    await house.passes(3)
    assert "fake 又连上了" in (await house.told())[1]


async def test_a_channel_that_another_process_is_connected_to_is_fine(house: House) -> None:
    other = house.process(owner="other")
    house.channel.chats = frozenset()
    for _ in range(10):
        house.channel.chats = None
        await other._readings.beat()
        house.channel.chats = frozenset()
        await house.passes()
    assert await house.names() == []


async def test_when_redis_is_away_nobody_knows_who_is_connected(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise RedisConnectionError

    await house.passes()
    monkeypatch.setattr(house.redis, "get", away)
    for _ in range(10):
        house.staff.clock.advance(MINUTE)
        await house.watch.evaluate()
    assert await house.names() == []


@pytest.mark.parametrize(
    ("tokens", "names"),
    [(799, []), (800, ["quota_near"]), (1_000, ["quota_near", "quota_used"])],
)
async def test_tokens(house: House, tokens: int, names: list[str]) -> None:
    await uses(house, tokens=tokens, cost=0)
    quotas = QuotaSettings(organisation_daily_tokens=1_000)
    await house.passes(
        1, house.process(settings=house.settings.model_copy(update={"quotas": quotas}))
    )
    assert await house.names() == names


async def test_money(house: House) -> None:
    await uses(house, tokens=1, cost=9_000_000)
    quotas = QuotaSettings.model_validate({"organisation_monthly_cost": 10})
    await house.passes(
        1, house.process(settings=house.settings.model_copy(update={"quotas": quotas}))
    )
    assert await house.names() == ["quota_near"]
    assert "（money）已用 90%" in (await house.told())[0]


async def uses(house: House, *, tokens: int, cost: int) -> None:
    async with house.staff.database.unit_of_work() as session:
        session.add(
            ModelUse(
                organisation_id=house.staff.organisation.id, person_id=None, model="m",
                input_tokens=tokens, output_tokens=0, cost=cost, at=house.staff.clock.now(),
            )
        )  # fmt: skip


async def test_jobs_that_fail(house: House) -> None:
    now = house.staff.clock.now()
    async with house.staff.database.unit_of_work() as session:
        session.add(
            Job(
                organisation_id=house.staff.organisation.id, key="rules", kind="rules",
                payload={}, created_at=now, last_run_at=now, last_error="job:1",
            )
        )  # fmt: skip
    await house.passes()
    assert await house.names() == ["jobs"]
    async with house.staff.database.unit_of_work() as session:
        (await session.scalars(select(Job))).one().last_error = None
    await house.passes()
    assert await house.names() == []


async def test_a_disk_that_is_nearly_full(house: House) -> None:
    nowhere_yet = house.settings.data_dir / "not" / "there"
    any_disk = house.settings.model_copy(
        update={"alerts": a_setting("disk", threshold=0.001), "data_dir": nowhere_yet}
    )
    watch = house.process(settings=any_disk)
    await house.passes(5, watch)
    assert await house.names() == []
    await house.passes(1, watch)
    assert await house.names() == ["disk"]


@pytest.mark.parametrize(
    ("failed", "done", "names"),
    [(4, 0, []), (1, 9, []), (2, 8, ["turn_errors"]), (5, 0, ["turn_errors"])],
)
async def test_turns_that_fail(house: House, failed: int, done: int, names: list[str]) -> None:
    await house.receives(InboxStatus.failed, failed)
    await house.receives(InboxStatus.done, done)
    await house.passes(3)
    assert await house.names() == names


async def test_a_database_that_was_away_is_told_of_when_it_is_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away() -> None:
        raise OperationalError("SELECT", {}, ConnectionError())

    await house.passes()
    with monkeypatch.context() as patch:
        patch.setattr(house.watch._readings, "take", away)
        for _ in range(5):
            with pytest.raises(OperationalError):
                await house.passes()
    await house.passes()
    assert await house.told() == ["🔴 database 不正常，从 11-18 10:02 起。"]
    await house.passes(5)
    assert "database 恢复正常" in (await house.told())[1]
