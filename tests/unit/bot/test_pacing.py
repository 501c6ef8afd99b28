"""No more messages go out than a platform allows, alone and together, whatever Redis does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise

import pytest
from fakeredis import FakeAsyncRedis
from hypothesis import given
from hypothesis import strategies as st
from redis.asyncio import Redis

from bot.channels.base import Pace
from bot.pacing import LocalPacer, Pacer, SharedPacer
from tests.conftest import missing
from tests.servers import ServerMissing, free_port, redis_server

# Longer than any test, so that no time that passes meanwhile gives anything free.
SLOW = Pace(count=3, seconds=1_000)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    try:
        with redis_server() as url:
            yield url
    except ServerMissing as error:
        missing(str(error))


@pytest.fixture(params=["local", "fakeredis", "redis"])
async def pacer(request: pytest.FixtureRequest) -> AsyncIterator[Pacer]:
    if request.param == "local":
        yield LocalPacer()
        return
    url: str = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    redis = Redis.from_url(url) if url else FakeAsyncRedis()
    await redis.flushall()
    yield SharedPacer(redis, organisation_id=1)
    await redis.aclose()


async def taken(pacer: Pacer, paces: dict[str, Pace], times: int) -> int:
    return sum([await pacer.take(paces) == 0 for _ in range(times)])


async def test_as_many_as_allowed_may_come_at_once_and_then_one_has_to_wait(pacer: Pacer) -> None:
    assert await taken(pacer, {"chat": SLOW}, 9) == 3
    wait = await pacer.take({"chat": SLOW})
    assert 900 < wait <= 1_000


async def test_another_chat_does_not_wait(pacer: Pacer) -> None:
    assert await taken(pacer, {"one": SLOW}, 9) == 3
    assert await taken(pacer, {"two": SLOW}, 9) == 3


async def test_what_one_limit_refuses_costs_the_other_nothing(pacer: Pacer) -> None:
    bot = Pace(count=4, seconds=1_000)
    assert await taken(pacer, {"bot": bot, "one": SLOW}, 9) == 3
    assert await taken(pacer, {"bot": bot, "two": SLOW}, 9) == 1


async def test_the_wait_is_until_all_of_them_allow_it(pacer: Pacer) -> None:
    paces = {"bot": Pace(count=1, seconds=10), "chat": Pace(count=1, seconds=500)}
    assert await pacer.take(paces) == 0
    assert 400 < await pacer.take(paces) <= 500


async def test_without_limits_nothing_waits(pacer: Pacer) -> None:
    assert await taken(pacer, {}, 100) == 100


async def test_after_the_wait_the_next_one_may_go(pacer: Pacer) -> None:
    quick = {"chat": Pace(count=2, seconds=0.05)}
    async with asyncio.timeout(60):
        for _ in range(6):
            while (wait := await pacer.take(quick)) > 0:
                assert wait <= 0.05
                await asyncio.sleep(wait)


@given(
    count=st.integers(1, 5), seconds=st.sampled_from([0.5, 1.0, 60.0]),
    pauses=st.lists(st.floats(0, 20), min_size=1, max_size=60),
)  # fmt: skip
async def test_no_window_ever_holds_more_than_allowed(
    count: int, seconds: float, pauses: list[float]
) -> None:
    now = 0.0
    pacer = LocalPacer(now=lambda: now)
    sent: list[float] = []
    for pause in pauses:
        now += pause
        wait = await pacer.take({"chat": Pace(count=count, seconds=seconds)})
        if wait == 0:
            sent.append(now)
        assert 0 <= wait <= seconds
    for first, last in zip(sent, sent[count:], strict=False):
        assert last - first >= seconds - 1e-9


async def test_whoever_waits_as_told_gets_through(pacer: Pacer) -> None:
    """Many at once, each of which waits for as long as it is told to."""
    pace = {"chat": Pace(count=5, seconds=0.2)}
    sent: list[float] = []

    async def one() -> None:
        while (wait := await pacer.take(pace)) > 0:
            await asyncio.sleep(wait)
        sent.append(time.monotonic())

    async with asyncio.timeout(60):
        await asyncio.gather(*(one() for _ in range(12)))
    assert all(first <= last for first, last in pairwise(sorted(sent)))
    assert len(sent) == 12


@pytest.fixture(params=["fakeredis", "redis"])
async def two(request: pytest.FixtureRequest) -> AsyncIterator[Callable[[int], SharedPacer]]:
    """Makes pacers of one organisation as two processes have them."""
    opened: list[Redis] = []
    fake = FakeAsyncRedis()

    def make(organisation_id: int) -> SharedPacer:
        redis = (
            Redis.from_url(request.getfixturevalue("redis_url"))
            if request.param == "redis"
            else FakeAsyncRedis(connection_pool=fake.connection_pool)
        )
        opened.append(redis)
        return SharedPacer(redis, organisation_id)

    make(1)
    await opened[0].flushall()
    yield make
    for redis in opened:
        await redis.aclose()


async def test_two_processes_share_what_is_allowed(two: Callable[[int], SharedPacer]) -> None:
    one, other = two(1), two(1)
    paces = {"bot": Pace(count=10, seconds=1_000)}
    waits = await asyncio.gather(*(each.take(paces) for each in [one, other] * 20))
    assert waits.count(0) == 10


async def test_two_organisations_share_nothing(two: Callable[[int], SharedPacer]) -> None:
    assert await taken(two(1), {"bot": SLOW}, 9) == 3
    assert await taken(two(2), {"bot": SLOW}, 9) == 3


async def test_nothing_stays_in_redis_for_ever() -> None:
    redis = FakeAsyncRedis()
    await SharedPacer(redis, 1).take({"bot": SLOW, "chat": Pace(count=5, seconds=5)})
    keys = [key async for key in redis.scan_iter()]
    assert len(keys) == 2
    assert all([0 < await redis.ttl(key) <= 1_001 for key in keys])
    await redis.aclose()


async def test_while_redis_is_away_each_process_keeps_the_limits_alone() -> None:
    away = Redis.from_url(f"redis://127.0.0.1:{free_port()}/0")
    pacer = SharedPacer(away, 1)
    assert await taken(pacer, {"chat": SLOW}, 9) == 3
    await away.aclose()


async def test_a_pacer_forgets_chats_of_long_ago(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pacing._FORGET_ABOVE", 10)
    now = 0.0
    pacer = LocalPacer(now=lambda: now)
    for number in range(100):
        now += 10_000
        assert await pacer.take({str(number): SLOW}) == 0
    assert len(pacer._sent) < 20


async def test_what_it_forgets_does_not_loosen_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.pacing._FORGET_ABOVE", 1)
    pacer = LocalPacer(now=lambda: 5.0)
    for number in range(20):
        await pacer.take({str(number): SLOW})
    assert await taken(pacer, {"0": SLOW}, 9) == 2
