"""Talk that goes on: follow-ups, corrections, questions, and what is not to be done."""

import pytest

from storage.tables.campaign import CampaignStatus
from storage.tables.lead import LeadStatus
from tests.journeys.chat import ADMIN, Chat


async def test_a_period_is_followed_up(chat: Chat) -> None:
    this_week = await chat.says("这周有多少线索")
    last_month = await chat.says("那上个月呢")
    assert "上月" in last_month
    assert this_week != last_month


async def test_it_is_the_campaign_that_the_talk_is_about(chat: Chat) -> None:
    await chat.says("C-2 这周效果怎么样")
    await chat.says("把它停了")
    assert (await chat.campaign("C-2")).status is CampaignStatus.paused
    assert (await chat.campaign("C-1")).status is CampaignStatus.active


async def test_the_second_is_the_second_of_the_list(chat: Chat) -> None:
    listed = await chat.says("列出评分最高的线索")
    second = next(line for line in listed.splitlines() if line.startswith("2. "))
    ref = second.split()[1]
    answer = await chat.says("第二个分给韩梅梅")
    assert ref in answer
    assert "韩梅梅" in answer


async def test_the_english_second_too(chat: Chat) -> None:
    listed = await chat.says("show me the best leads")
    ref = next(line for line in listed.splitlines() if line.startswith("2. ")).split()[1]
    await chat.says("mark the second one as lost")
    assert (await chat.lead(ref)).status is LeadStatus.lost


async def test_a_correction_replaces_the_campaign(chat: Chat) -> None:
    await chat.says("C-1 怎么样")
    answer = await chat.says("不是C-1，是C-2")
    assert "C-2" in answer
    assert "A-2.1" in answer


async def test_a_negated_order_is_not_carried_out(chat: Chat) -> None:
    answer = await chat.says("先别暂停 C-1，看看数据")
    assert "ROAS" in answer
    assert (await chat.campaign("C-1")).status is CampaignStatus.active


async def test_dont_delete_just_pause(chat: Chat) -> None:
    await chat.says("don't delete C-1, just pause it")
    assert (await chat.campaign("C-1")).status is CampaignStatus.paused
    assert await chat.says("/approvals") == await chat.says("/approvals")


async def test_missing_arguments_are_asked_for_one_at_a_time(chat: Chat) -> None:
    assert await chat.says("帮我建个广告") == "这次投放的目标是什么？"
    assert [button.label for button in (await chat.last()).buttons] == ["销售", "流量", "曝光"]
    assert await chat.presses("销售") == "每天的预算是多少？"
    assert await chat.says("三百") == "投放到哪些国家或地区？"
    assert "P-1" in await chat.says("美国和加拿大")
    await chat.says("同意")
    campaign = await chat.campaign("C-3")
    assert (campaign.objective, list(campaign.countries)) == ("sales", ["US", "CA"])
    assert await chat.budgets("C-3") == ["100.00"] * 3


async def test_a_question_can_be_left_open(chat: Chat) -> None:
    await chat.says("C-1 调一下预算")
    assert "C-1" in await chat.says("现在有哪些广告活动")


async def test_a_question_can_be_called_off(chat: Chat) -> None:
    await chat.says("C-1 调一下预算")
    assert "没有改" in await chat.says("算了")
    assert await chat.actions() == []


@pytest.mark.parametrize(
    "text",
    ["你好", "谢谢", "你是真人吗", "今天天气怎么样", "帮我写首诗", "hello", "who are you?",
     "what's the weather like", "以后报表都用英文", "我只看Meta", "asdfgh", "？？？"],
)  # fmt: skip
async def test_small_talk_and_the_rest_of_the_world_never_use_a_tool(chat: Chat, text: str) -> None:
    before = await chat.leads()
    answer = await chat.says(text)
    assert answer
    assert await chat.actions() == []
    assert await chat.leads() == before


async def test_it_says_that_it_is_an_ai(chat: Chat) -> None:
    assert "AI" in await chat.says("你是真人吗")
    assert "AI" in await chat.says("are you a human?")


@pytest.mark.parametrize(
    ("text", "named"),
    [("C-99 怎么样", "C-99"), ("L-9999 什么情况", "L-9999"), ("把 L-12 分给孙悟空", "孙悟空"),
     ("/approve P-77", "P-77")],
)  # fmt: skip
async def test_a_wrong_id_is_named(chat: Chat, text: str, named: str) -> None:
    assert named in await chat.says(text)


async def test_pasted_rubbish_is_survived(chat: Chat) -> None:
    rubbish = '\'; DROP TABLE leads; -- {"a": [1,2 \x00]} \U0001f600 ' * 200
    assert await chat.says(rubbish)
    assert await chat.leads() > 0


async def test_the_language_follows_the_person(chat: Chat) -> None:
    assert "有哪些" not in await chat.says("hello there")
    assert "你好" in await chat.says("你好")
    await chat.says("/lang en")
    assert "Hello" in await chat.says("你好")


async def test_short_term_memory_survives_the_loss_of_redis(chat: Chat) -> None:
    await chat.says("C-2 这周效果怎么样")
    await chat.ground.redis.flushall()
    await chat.says("把它停了")
    assert (await chat.campaign("C-2")).status is CampaignStatus.paused


async def test_an_admin_may_do_what_a_manager_may(chat: Chat) -> None:
    assert "C-1" in await chat.says("list campaigns", as_=ADMIN)


async def test_what_was_not_begun_because_of_a_refusal_is_said(chat: Chat) -> None:
    answer = await chat.says("C-9 预算加 20%，再暂停 C-2")
    assert "C-9" in answer
    assert "还没有做" in answer
    assert (await chat.campaign("C-2")).status is CampaignStatus.active
