"""Advertising on the real platforms, ordered in a chat and seen on their emulators."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest
from tenacity import wait_none

from bot.composition import open_automation
from config.settings import Settings
from storage.tables.campaign import CampaignStatus
from tests.fakes.clock import FakeClock
from tests.journeys.ad_towns import TOWNS, AdTown
from tests.journeys.chat import ADMIN, AGENT, Chat
from tests.journeys.conftest import OpenChat
from tools.campaigns.platforms import http, retries
from tools.demo import DEMO

pytestmark = [
    pytest.mark.parametrize("place", ["console on SQLite"], indirect=True),
    pytest.mark.parametrize("town", TOWNS, indirect=True),
]
ORDER = "在美国建个销售广告，投{platform}，每天预算 300，用素材 CR-1 和 CR-2"


@pytest.fixture
async def town(request: pytest.FixtureRequest, clock: FakeClock) -> AsyncIterator[AdTown]:
    async with TOWNS[request.param](clock) as opened:
        yield opened


@pytest.fixture
async def chat(town: AdTown, open_chat: OpenChat, monkeypatch: pytest.MonkeyPatch) -> Chat:
    # How fast we may call, and how long we wait before we ask again, is shown elsewhere.
    monkeypatch.setattr(http._Turns, "wait", lambda turns: 0.0)
    monkeypatch.setattr(retries, "_growing", wait_none())
    return await open_chat(settings=Settings(**town.settings, _env_file=None))


async def ordered(chat: Chat, town: AdTown) -> str:
    """The campaign, made and paused."""
    await chat.says("/accounts category none")
    asked = await chat.says(ORDER.format(platform=town.platform))
    assert f"在{town.platform}新建活动" in asked, asked
    made = await chat.says("同意")
    assert "C-3" in made, made
    return "C-3"


async def test_a_campaign_lives_from_the_order_to_its_end(chat: Chat, town: AdTown) -> None:
    await ordered(chat, town)
    assert (town.living(), town.running()) == (1, 0)
    assert sum(town.budgets()) == 300
    assert "P-2" in await chat.says("启动 C-3")
    assert town.running() == 0
    await chat.says("同意")
    assert town.running() == 3
    chat.clock.advance(timedelta(days=3))
    told = await chat.says("C-3 这周效果怎么样")
    assert "投放中" in told
    assert "花费 ¥0" not in told
    assert "A-3.3" in told
    await chat.says("C-3 预算加 20%")
    await chat.says("同意")
    assert (sum(town.budgets()), await chat.budgets("C-3")) == (360, ["120.00"] * 3)
    assert "已暂停" in await chat.says("暂停 C-3")
    assert town.running() == 0
    assert (await chat.campaign("C-3")).status is CampaignStatus.paused
    await chat.says("删除 C-3")
    assert town.living() == 1
    await chat.says("同意")
    assert town.living() == 0
    assert (await chat.campaign("C-3")).status is CampaignStatus.deleted


async def test_a_running_campaign_is_optimised_and_a_rule_stops_it(
    chat: Chat, town: AdTown
) -> None:
    await ordered(chat, town)
    await chat.says("启动 C-3")
    await chat.says("同意")
    chat.clock.advance(timedelta(days=8))
    assert "C-3" in await chat.says("按 ROAS 优化一下 C-3 的预算")
    assert sum(town.budgets()) == 300
    assert "R-1" in await chat.says("C-3 最近7天花费大于1就暂停广告组")
    assert "已执行" in await chat.says("/rules check R-1")
    assert town.running() == 0


async def test_an_ab_test_runs_with_equal_budgets_and_is_analysed(chat: Chat, town: AdTown) -> None:
    await chat.says("/accounts category none")
    order = f"用素材 CR-1 和 CR-2 做 A/B 测试，每天 200，跑 7 天，投{town.platform}"
    assert "总花费最多 ¥1,400" in await chat.says(order)
    assert town.living() == 0
    assert "T-1" in await chat.says("同意")
    assert (town.running(), town.budgets()) == (2, [Decimal(100), Decimal(100)])
    chat.clock.advance(timedelta(days=3))
    assert "CR-1" in await chat.says("分析 T-1")


async def test_before_the_first_campaign_people_say_what_they_advertise(
    chat: Chat, town: AdTown
) -> None:
    asked = await chat.says(ORDER.format(platform=town.platform))
    assert "住房" in asked
    assert town.calls() == 0
    assert "面向所有 18 岁以上的人" in await chat.presses("住房")
    proposed = await chat.says(ORDER.format(platform=town.platform))
    assert "广告类别：住房" in proposed
    await chat.says("同意")
    assert town.living() == 1
    assert len(town.budgets()) == 1
    assert town.special() == ([] if town.platform == "Google" else [["HOUSING"]])
    everybody = {
        "Meta": {(18, 65)}, "Google": set(),
        "TikTok": {("AGE_18_24", "AGE_25_34", "AGE_35_44", "AGE_45_54", "AGE_55_100")},
    }  # fmt: skip
    assert town.ages() == everybody[town.platform]


async def test_an_expired_token_is_told_with_what_to_do_and_nothing_happens(
    chat: Chat, town: AdTown
) -> None:
    await ordered(chat, town)
    town.expire()
    told = await chat.says("启动 C-3")
    assert "授权已过期" in told
    assert "重新授权" in told
    assert town.running() == 0
    assert "授权已过期" in await chat.says("/accounts", as_=ADMIN)
    caller = {"user_id": str(await chat.person(ADMIN)), "session_id": "s", "organisation": DEMO}
    ((platform, account),) = town.settings.items()
    wanted = {"campaign_id": "C-3", "platform": platform}
    answer = await open_automation(chat.ground).execute("get_campaign_status", wanted, caller)
    assert answer["error"]["code"] == 6001
    assert answer["error"]["details"]["ad_account_id"] == account.id


async def test_a_platform_that_takes_no_more_calls_leaves_all_as_it_was(
    chat: Chat, town: AdTown
) -> None:
    await ordered(chat, town)
    await chat.says("启动 C-3")
    town.throttle()
    await chat.says("同意")
    assert town.running() == 0
    assert (await chat.campaign("C-3")).status is CampaignStatus.paused


async def test_a_lost_answer_makes_no_second_campaign(chat: Chat, town: AdTown) -> None:
    await chat.says("/accounts category none")
    await chat.says(ORDER.format(platform=town.platform))
    town.lose_create()
    assert "C-3" in await chat.says("同意")
    assert (town.living(), len(town.budgets())) == (1, 3)


async def test_accounts_are_shown_with_what_runs_there(chat: Chat, town: AdTown) -> None:
    assert "还没有回答" in await chat.says("/accounts")
    await ordered(chat, town)
    shown = await chat.says("/accounts", as_=ADMIN)
    for part in (town.platform, "main", "CNY", "Asia/Shanghai", "正常", "默认", "共 1 个活动"):
        assert part in shown
    assert "更高的权限" in await chat.says("/accounts", as_=AGENT)
