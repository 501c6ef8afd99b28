"""An organisation with two ad accounts at Meta."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from config.platforms import MetaSettings
from config.settings import Settings
from tests.emulators.ads.meta.server import MetaEmulator
from tests.emulators.ads.meta.world import AD_SET, CAMPAIGN
from tests.fakes.clock import FakeClock
from tests.integration.ads.meta import ACCOUNT, STRANGER, STRANGERS_TOKEN, TOKEN, settings_of
from tests.journeys.chat import ADMIN, AGENT, Chat
from tests.journeys.conftest import OpenChat
from tools.campaigns.platforms import http

pytestmark = pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)
ORDER = "在美国建个销售广告，投Meta，每天预算 300，用素材 CR-1"
AT_HOME, IN_EUROPE = ACCOUNT, STRANGER


@pytest.fixture
async def emulator(clock: FakeClock) -> AsyncIterator[MetaEmulator]:
    async with MetaEmulator(clock) as opened:
        opened.world.account(AT_HOME, TOKEN)
        opened.world.account(IN_EUROPE, STRANGERS_TOKEN)
        yield opened


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http._Turns, "wait", lambda turns: 0.0)


def named(emulator: MetaEmulator, **accounts: str) -> Settings:
    """`main` and further accounts by name."""
    given: dict[str, MetaSettings] = {
        name: settings_of(emulator, account) for name, account in accounts.items()
    }
    return Settings(meta=given.pop("main", None), meta_accounts=given, _env_file=None)


def on(emulator: MetaEmulator, account: str, kind: str = CAMPAIGN) -> list[Any]:
    return [*emulator.world.of_kind(kind, emulator.world.accounts[account])]


async def made(chat: Chat) -> str:
    await chat.says(ORDER)
    return await chat.says("同意")


async def test_campaigns_stay_where_they_were_made_whatever_the_default_is(
    emulator: MetaEmulator, open_chat: OpenChat
) -> None:
    chat = await open_chat(settings=named(emulator, main=AT_HOME, eu=IN_EUROPE))
    await chat.says("/accounts category none")
    assert "C-3" in await made(chat)
    assert "只有管理员" in await chat.says("/accounts default meta eu")
    assert "eu" in await chat.says("/accounts default meta eu", as_=ADMIN)
    assert "eu（502）" in await chat.says(ORDER)
    assert "C-4" in await chat.says("同意")
    assert [len(on(emulator, each)) for each in (AT_HOME, IN_EUROPE)] == [1, 1]
    await chat.says("C-3 预算加 20%")
    await chat.says("同意")
    assert {each.fields["daily_budget"] for each in on(emulator, AT_HOME, AD_SET)} == {12_000}
    assert {each.fields["daily_budget"] for each in on(emulator, IN_EUROPE, AD_SET)} == {10_000}
    shown = await chat.says("/accounts", as_=ADMIN)
    assert "Meta eu（502）· 默认" in shown
    assert "Meta main（501）\n" in shown


async def test_what_runs_on_an_account_that_was_taken_away_cannot_be_touched(
    emulator: MetaEmulator, open_chat: OpenChat
) -> None:
    before = await open_chat(settings=named(emulator, main=AT_HOME, eu=IN_EUROPE))
    await before.says("/accounts category none")
    await before.says("/accounts default meta eu", as_=ADMIN)
    await made(before)
    chat = await open_chat(settings=named(emulator, main=AT_HOME))
    for order in ("启动 C-3", "暂停 C-3", "C-3 这周效果怎么样", "C-3 预算加 10%"):
        told = await chat.says(order)
        assert "6000" in told
        assert IN_EUROPE in told
    # New ones do not go to another account than people chose.
    assert "6000" in await chat.says(ORDER)
    assert "C-3" in await chat.says("/accounts", as_=ADMIN)
    await chat.says("这周整体情况怎么样")
    assert (await chat.last()).files
    again = await open_chat(settings=named(emulator, main=AT_HOME, eu=IN_EUROPE))
    assert "P-" in await again.says("启动 C-3")


async def test_nothing_is_created_on_an_account_in_another_currency(
    emulator: MetaEmulator, open_chat: OpenChat
) -> None:
    emulator.world.accounts[AT_HOME].currency = "USD"
    chat = await open_chat(settings=named(emulator, main=AT_HOME))
    await chat.says("/accounts category none")
    told = await chat.says(ORDER)
    assert "USD" in told
    assert "没有新建" in told
    assert emulator.writes == []
    assert "USD" in await chat.says("/accounts", as_=ADMIN)


async def test_meta_is_down_at_the_start_and_comes_back(
    emulator: MetaEmulator, open_chat: OpenChat
) -> None:
    settings = named(emulator, main=AT_HOME)
    nowhere = settings_of(emulator).model_copy(update={"base_url": "http://127.0.0.1:9"})
    chat = await open_chat(settings=settings.model_copy(update={"meta": nowhere}))
    assert "没有回应" in await chat.says("/accounts", as_=ADMIN)
    assert "C-1" in await chat.says("现在有哪些广告活动")
    emulator.world.accounts[AT_HOME].account_status = 2
    later = await open_chat(settings=settings)
    assert "用不了" in await later.says("/accounts", as_=ADMIN)
    emulator.world.accounts[AT_HOME].account_status = 1
    assert "正常" in await later.says("/accounts", as_=ADMIN)
    counted = (await later.ground.metrics.rendered()).decode()
    assert 'platform_api_calls_total{endpoint="account",platform="meta",status="200"}' in counted


async def test_accounts_are_not_for_agents_and_wrong_words_are_told(
    emulator: MetaEmulator, open_chat: OpenChat
) -> None:
    chat = await open_chat(settings=named(emulator, main=AT_HOME))
    assert "更高的权限" in await chat.says("/accounts", as_=AGENT)
    assert "main (501)" in await chat.says("/accounts default meta mars", as_=ADMIN)
    assert "Meta" in await chat.says("/accounts default tiktok main", as_=ADMIN)
    assert "housing" in await chat.says("/accounts category weapons")
    assert "用法" in await chat.says("/accounts what")
    assert emulator.calls == []
