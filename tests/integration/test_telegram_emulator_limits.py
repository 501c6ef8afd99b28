"""Flood limits, the choice of faults, and the clock behind both."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.flood import Flood
from tests.emulators.telegram.server import TelegramEmulator

LI, HAN = 5001, 5002


@pytest.fixture
def emulator() -> TelegramEmulator:
    emulator = TelegramEmulator("70001:AAA", "70002:BBB", scale=0)
    for bot in emulator.bots:
        emulator.user(LI, bot=bot).says("/start")
        emulator.user(HAN, bot=bot).says("/start")
    return emulator


@pytest.fixture
async def http(emulator: TelegramEmulator) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(emulator.app)
    async with httpx.AsyncClient(base_url="http://emulator/", transport=transport) as http:
        yield http


async def send(http: httpx.AsyncClient, chat: int = LI, token: str = "70001:AAA") -> int:
    data = {"chat_id": str(chat), "text": "hi"}
    return (await http.post(f"/bot{token}/sendMessage", data=data)).status_code


async def test_edits_spend_what_messages_spend(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    await send(http)
    where = {"chat_id": str(LI), "message_id": str(emulator.answers(LI)[0]["message_id"])}
    answers = [
        await http.post("/bot70001:AAA/editMessageText", data={**where, "text": str(number)})
        for number in range(5)
    ]
    assert [answer.status_code for answer in answers] == [200] * 4 + [429]


async def test_a_refused_edit_costs_nothing(http: httpx.AsyncClient) -> None:
    for _ in range(8):
        data = {"chat_id": str(LI), "message_id": "99", "text": "x"}
        assert (await http.post("/bot70001:AAA/editMessageText", data=data)).status_code == 400
    assert [await send(http) for _ in range(6)] == [200] * 5 + [429]


async def test_drafts_have_a_limit_of_their_own(http: httpx.AsyncClient) -> None:
    data = {"chat_id": str(LI), "draft_id": "1", "text": "x"}
    answers = [await http.post("/bot70001:AAA/sendMessageDraft", data=data) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert await send(http) == 200


async def test_bots_and_chats_do_not_hold_each_other(http: httpx.AsyncClient) -> None:
    assert [await send(http) for _ in range(6)][-1] == 429
    assert await send(http, HAN) == 200
    assert await send(http, LI, "70002:BBB") == 200


async def test_thirty_a_second_are_all_that_a_bot_may_send(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    for number in range(31):
        emulator.user(6000 + number).says("/start")
    codes = [await send(http, 6000 + number) for number in range(31)]
    assert codes == [200] * 30 + [429]


@pytest.mark.parametrize(("ease", "allowed"), [(1.0, 5), (2.0, 10), (0.0, 12)])
async def test_limits_can_be_eased(
    emulator: TelegramEmulator, http: httpx.AsyncClient, ease: float, allowed: int
) -> None:
    emulator.flood.ease = ease
    assert [await send(http) for _ in range(12)].count(200) == allowed


async def test_a_fault_hits_only_what_it_fits(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    fault = emulator.fault("restart", bot=70001, method="SENDMESSAGE", chat=LI, count=2)
    assert await send(http, LI, "70002:BBB") == 200
    assert await send(http, HAN) == 200
    assert (await http.get("/bot70001:AAA/getMe")).status_code == 200
    assert [await send(http) for _ in range(3)] == [500, 500, 200]
    assert fault.hits == 2


async def test_chance_comes_from_the_seed() -> None:
    async def unlucky(seed: int) -> list[int]:
        emulator = TelegramEmulator("70001:AAA", seed=seed, flood=0)
        emulator.user(LI).says("/start")
        emulator.fault("restart", method="sendMessage", count=None, probability=0.3)
        transport = httpx.ASGITransport(emulator.app)
        async with httpx.AsyncClient(base_url="http://emulator/", transport=transport) as http:
            return [await send(http) for _ in range(40)]

    first = await unlucky(1)
    assert first == await unlucky(1)
    assert first != await unlucky(2)
    assert 4 < first.count(500) < 20


async def test_faults_can_be_taken_back(
    emulator: TelegramEmulator, http: httpx.AsyncClient
) -> None:
    emulator.fault("revoked", count=None)
    assert await send(http) == 401
    emulator.faults.clear()
    assert await send(http) == 200


async def test_a_fast_clock_passes_sooner_and_keeps_the_date() -> None:
    fast, still = Clock(scale=1_000_000), Clock(scale=0)
    await fast.sleep(3600)
    assert fast.ticks() >= 3600
    assert fast.date() - still.date() <= 60
    still.advance(90)
    assert still.ticks() == 90
    assert still.date() - fast.date() >= 89


def test_the_wait_is_said_in_the_seconds_of_the_client() -> None:
    waits = []
    for scale in (1.0, 10.0):
        flood = Flood(Clock(scale), ease=0.01)
        flood.write(1, LI)
        with pytest.raises(ApiError) as raised:
            flood.write(1, LI)
        waits.append(raised.value.parameters["retry_after"])
    assert waits == [100, 10]
