"""Every working tool once in Chinese and once in English, from the words to the database."""

import pytest

from storage.tables.campaign import CampaignStatus
from storage.tables.lead import LeadStatus
from tests.journeys.chat import AGENT, Chat
from tools.people.service import PeopleService


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天抖音来了多少线索？", "抖音"),
        ("How many leads came in this week?", "leads"),
        ("这个月的线索按负责人统计一下", "李雷"),
        ("上周每天各有多少线索", "11-09"),
    ],
)
async def test_lead_stats(chat: Chat, text: str, expected: str) -> None:
    assert expected in await chat.says(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("找一下评分80以上的线索", "95分"), ("show me the leads from douyin this month", "Douyin")],
)
async def test_search_leads(chat: Chat, text: str, expected: str) -> None:
    answer = await chat.says(text)
    assert expected in answer
    assert "1. L-" in answer
    assert "@" not in answer


@pytest.mark.parametrize("text", ["L-12 什么情况", "tell me about lead L-12"])
async def test_get_lead(chat: Chat, text: str) -> None:
    lead = await chat.lead("L-12")
    answer = await chat.says(text)
    assert lead.contact_name in answer
    assert (lead.contact_phone or "").removeprefix("+86") in answer


@pytest.mark.parametrize("text", ["L-12 的评分是怎么来的", "why does L-12 have that score?"])
async def test_explain_lead_score(chat: Chat, text: str) -> None:
    answer = await chat.says(text)
    assert "/40" in answer
    assert "/10" in answer


@pytest.mark.parametrize(
    ("text", "name", "phone"),
    [
        ("新建线索 张伟，电话 138 0000 4321，来自小红书", "张伟", "+8613800004321"),
        ("Add a lead: Kevin Wu, phone +65 9123 4567", "Kevin Wu", "+6591234567"),
    ],
)
async def test_create_lead(chat: Chat, text: str, name: str, phone: str) -> None:
    before = await chat.leads()
    answer = await chat.says(text)
    assert await chat.leads() == before + 1
    lead = await chat.lead(f"L-{before + 1}")
    assert (lead.contact_name, lead.contact_phone) == (name, phone)
    assert lead.ref in answer


@pytest.mark.parametrize(
    ("text", "status"),
    [("L-12 改成流失", LeadStatus.lost), ("mark L-12 as lost", LeadStatus.lost)],
)
async def test_update_lead(chat: Chat, text: str, status: LeadStatus) -> None:
    answer = await chat.says(text)
    assert (await chat.lead("L-12")).status is status
    assert "→" in answer


@pytest.mark.parametrize("text", ["把 L-12 分给李雷", "assign L-12 to 李雷"])
async def test_assign_lead(chat: Chat, text: str) -> None:
    await chat.says(text)
    owner = (await chat.lead("L-12")).assigned_to
    async with chat.service.database.reading() as session:
        people = PeopleService(session, chat.ground.organisation_id)
        assert owner == (await people.find(AGENT)).id


@pytest.mark.parametrize("text", ["现在有哪些广告活动", "list my campaigns"])
async def test_list_campaigns(chat: Chat, text: str) -> None:
    answer = await chat.says(text)
    assert "C-1" in answer
    assert "C-2" in answer


@pytest.mark.parametrize("text", ["有哪些素材可以用", "which creatives do we have?"])
async def test_list_creatives(chat: Chat, text: str) -> None:
    assert "CR-1" in await chat.says(text)


@pytest.mark.parametrize("text", ["C-1 这周效果怎么样", "how is C-1 doing?"])
async def test_get_campaign_status(chat: Chat, text: str) -> None:
    answer = await chat.says(text)
    assert "ROAS" in answer
    assert "A-1.1" in answer


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("在美国建一个销售广告，每天预算 300，用素材 CR-1 和 CR-2", "同意"),
        ("create a sales campaign in the US with 300 a day using CR-1 and CR-2", "yes"),
    ],
)
async def test_create_campaign(chat: Chat, text: str, yes: str) -> None:
    assert "P-1" in await chat.says(text)
    assert "C-3" in await chat.says(yes)
    campaign = await chat.campaign("C-3")
    assert campaign.status is CampaignStatus.paused
    assert await chat.budgets("C-3") == ["100.00"] * 3


@pytest.mark.parametrize("text", ["先把 C-1 停了", "pause campaign C-1"])
async def test_pausing_a_campaign_needs_no_approval(chat: Chat, text: str) -> None:
    await chat.says(text)
    assert (await chat.campaign("C-1")).status is CampaignStatus.paused


@pytest.mark.parametrize(
    ("pause", "start", "yes"),
    [("暂停C-1", "启动C-1", "同意"), ("pause C-1", "start C-1 again", "yes")],
)
async def test_starting_a_campaign_needs_one(chat: Chat, pause: str, start: str, yes: str) -> None:
    await chat.says(pause)
    assert "P-1" in await chat.says(start)
    assert (await chat.campaign("C-1")).status is CampaignStatus.paused
    await chat.says(yes)
    assert (await chat.campaign("C-1")).status is CampaignStatus.active


@pytest.mark.parametrize(
    ("text", "yes"), [("C-1 预算加 20%", "同意"), ("raise the budget of C-1 by 20%", "yes")]
)
async def test_set_budget(chat: Chat, text: str, yes: str) -> None:
    before = sum(map(float, await chat.budgets("C-1")))
    assert "P-1" in await chat.says(text)
    assert sum(map(float, await chat.budgets("C-1"))) == before
    await chat.says(yes)
    assert sum(map(float, await chat.budgets("C-1"))) == pytest.approx(before * 1.2)


@pytest.mark.parametrize(
    "text", ["按 ROAS 优化一下 C-2 的预算", "optimise the budget of C-2 for ROAS"]
)
async def test_optimize_budget_proposes_and_changes_nothing(chat: Chat, text: str) -> None:
    before = await chat.budgets("C-2")
    assert "A-2." in await chat.says(text)
    assert await chat.budgets("C-2") == before


@pytest.mark.parametrize("text", ["这周整体情况怎么样", "give me an overview of this week"])
async def test_overview_report(chat: Chat, text: str) -> None:
    await chat.says(text)
    assert [file.media_type for file in (await chat.last()).files] == ["image/png"]


@pytest.mark.parametrize("text", ["看看上个月的漏斗", "show me the funnel of last month"])
async def test_funnel_report(chat: Chat, text: str) -> None:
    assert "%" in await chat.says(text)
    assert [file.media_type for file in (await chat.last()).files] == ["image/png"]


@pytest.mark.parametrize("text", ["近30天的线索趋势", "the lead trend of the last 30 days please"])
async def test_trend_report(chat: Chat, text: str) -> None:
    await chat.says(text)
    (chart,) = (await chat.last()).files
    assert chart.content.startswith(b"\x89PNG")
