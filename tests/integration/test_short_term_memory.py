"""Short-term memory, on the Redis in process and on a real redis-server."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from memory.connect import open_redis
from memory.keys import ConversationKey
from memory.short_term import Entry, ShortTermMemory
from tests.conftest import missing
from tests.servers import ServerMissing, redis_server, running_redis

ALICE = ConversationKey(organisation_id=1, conversation_id=1)
BOB = ConversationKey(organisation_id=1, conversation_id=2)
OTHER_COMPANY = ConversationKey(organisation_id=2, conversation_id=1)


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    try:
        with redis_server() as url:
            yield url
    except ServerMissing as error:
        missing(str(error))


@pytest.fixture(params=["in process", "server"])
async def redis(request: pytest.FixtureRequest) -> AsyncIterator[Redis]:
    url = request.getfixturevalue("redis_url") if request.param == "server" else None
    client = open_redis(url)
    await client.flushall()
    yield client
    for key in await client.keys():
        assert await client.ttl(key) > 0, f"{key!r} lives for ever"
    await client.aclose()


@pytest.fixture
def memory(redis: Redis) -> ShortTermMemory:
    return ShortTermMemory(redis, ttl=timedelta(minutes=5), window_tokens=100)


def said(turn: int, text: str) -> Entry:
    return Entry(turn=turn, role="user", text=text)


async def nothing() -> list[Entry]:
    return []


async def texts(memory: ShortTermMemory, key: ConversationKey) -> list[str]:
    return [entry.text for entry in await memory.recent(key, nothing)]


async def test_turns_come_back_in_order(memory: ShortTermMemory) -> None:
    await memory.recent(ALICE, nothing)
    await memory.append(ALICE, 1, [said(1, "one"), said(1, "一")])
    await memory.append(ALICE, 2, [said(2, "two")])
    assert await texts(memory, ALICE) == ["one", "一", "two"]


async def test_ids_that_were_shown_come_back(memory: ShortTermMemory) -> None:
    await memory.recent(ALICE, nothing)
    await memory.append(ALICE, 1, [Entry(turn=1, role="assistant", text="", shown=("L-1", "L-2"))])
    (entry,) = await memory.recent(ALICE, nothing)
    assert entry.shown == ("L-1", "L-2")


async def test_a_repeated_turn_counts_once(memory: ShortTermMemory) -> None:
    await memory.recent(ALICE, nothing)
    await memory.append(ALICE, 1, [said(1, "one")])
    await memory.append(ALICE, 2, [said(2, "two"), said(2, "answer")])
    await memory.append(ALICE, 2, [said(2, "two"), said(2, "answer")])
    assert await texts(memory, ALICE) == ["one", "two", "answer"]


async def test_conversations_do_not_hear_each_other(memory: ShortTermMemory) -> None:
    for key in (ALICE, BOB, OTHER_COMPANY):
        await memory.recent(key, nothing)
    await memory.append(ALICE, 1, [said(1, "secret")])
    assert await texts(memory, BOB) == []
    assert await texts(memory, OTHER_COMPANY) == []


async def test_the_oldest_turns_leave_when_the_window_is_full(memory: ShortTermMemory) -> None:
    await memory.recent(ALICE, nothing)
    for turn in range(1, 7):
        await memory.append(ALICE, turn, [said(turn, f"{turn}" + "长" * 39)])
    assert [text[0] for text in await texts(memory, ALICE)] == ["5", "6"]


async def test_one_message_larger_than_the_window_is_kept(memory: ShortTermMemory) -> None:
    await memory.recent(ALICE, nothing)
    await memory.append(ALICE, 1, [said(1, "长" * 500)])
    assert await texts(memory, ALICE) == ["长" * 500]


async def test_a_lost_window_is_rebuilt(memory: ShortTermMemory, redis: Redis) -> None:
    await memory.recent(ALICE, nothing)
    await memory.append(ALICE, 1, [said(1, "one")])
    await redis.flushall()

    async def from_database() -> list[Entry]:
        return [said(1, "one")]

    assert await memory.recent(ALICE, from_database) == [said(1, "one")]


async def test_a_window_lost_in_mid_turn_is_not_begun_with_half_of_it(
    memory: ShortTermMemory, redis: Redis
) -> None:
    await memory.recent(ALICE, nothing)
    await redis.flushall()
    await memory.append(ALICE, 2, [said(2, "two")])

    async def from_database() -> list[Entry]:
        return [said(1, "one"), said(2, "two")]

    rebuilt = await memory.recent(ALICE, from_database)
    assert [entry.text for entry in rebuilt] == ["one", "two"]


async def test_without_redis_the_database_is_asked_and_later_nothing_is_missing() -> None:
    kept: list[Entry] = []

    async def rebuild() -> list[Entry]:
        return list(kept)

    try:
        with running_redis() as server:
            client = open_redis(server.url)
            memory = ShortTermMemory(client, ttl=timedelta(minutes=5), window_tokens=100)
            kept.append(said(1, "one"))
            assert await memory.recent(ALICE, rebuild) == kept
            server.kill()
            kept.append(said(2, "two"))
            assert await memory.append(ALICE, 2, kept[1:]) == []
            assert await memory.recent(ALICE, rebuild) == kept
            server.start()
            # A window from before would lack what happened meanwhile.
            await memory.recent(BOB, nothing)
            await client.rename(BOB.window(), ALICE.window())
            assert await memory.recent(ALICE, rebuild) == kept
            assert await memory.recent(ALICE, nothing) == kept
            await client.aclose()
    except ServerMissing as error:
        missing(str(error))


async def test_a_full_window_gives_up_a_quarter_at_once(memory: ShortTermMemory) -> None:
    await memory.recent(ALICE, nothing)
    for turn in range(1, 11):
        assert await memory.append(ALICE, turn, [said(turn, "十个字的一句话，正好")]) == []
    dropped = await memory.append(ALICE, 11, [said(11, "十个字的一句话，正好")])
    assert [entry.turn for entry in dropped] == [1, 2, 3, 4]
    assert await memory.append(ALICE, 12, [said(12, "十个字的一句话，正好")]) == []
