"""With a language model: it answers what the planner is not sure of, acts through the same gate, and
its words are shown only when they are true."""

from decimal import Decimal

import pytest
from pydantic import HttpUrl

from config.models import ModelSettings
from config.settings import AnswerSettings, QuotaSettings, Settings
from storage.tables.campaign import CampaignStatus
from storage.tables.lead import LeadStatus
from tests.fakes.models import AbsentModel, ScriptedModel
from tests.journeys.chat import ADMIN, CUSTOMER, MANAGER, Chat
from tests.journeys.conftest import OpenChat
from tools.usage.service import Purse

ALWAYS_ASKED = Settings(answers=AnswerSettings(fast_path=1.1))
# Out of the planner's range, so that the model is asked.
UNSURE = "嗯，帮我琢磨琢磨那边"


async def test_what_the_planner_is_sure_of_is_done_without_the_model(open_chat: OpenChat) -> None:
    model = ScriptedModel(says="never shown")
    chat = await open_chat(model)
    assert "抖音" in await chat.says("今天抖音来了多少线索？")
    assert model.conversation == []


async def test_what_the_planner_is_not_sure_of_goes_to_the_model(open_chat: OpenChat) -> None:
    model = ScriptedModel(says="您想看哪一块：线索，还是广告？")
    chat = await open_chat(model)
    assert await chat.says(UNSURE) == "您想看哪一块：线索，还是广告？"
    assert model.conversation[-1].text == UNSURE


async def test_words_about_what_a_tool_found_are_shown_with_its_picture(
    open_chat: OpenChat,
) -> None:
    model = ScriptedModel(("overview_report", {"period": "today"}), says="今天比昨天好一些。")
    chat = await open_chat(model, ALWAYS_ASKED)
    assert await chat.says("今天怎么样") == "今天比昨天好一些。"
    assert [file.media_type for file in (await chat.last()).files] == ["image/png"]


async def test_invented_figures_give_way_to_those_of_the_tool(open_chat: OpenChat) -> None:
    model = ScriptedModel(("lead_stats", {"period": "today"}), says="今天来了 9,876 条线索！")
    chat = await open_chat(model, ALWAYS_ASKED)
    answer = await chat.says("今天来了多少线索")
    assert "9,876" not in answer
    assert "新线索" in answer


@pytest.mark.parametrize("words", ["已将 C-1 的预算提高 20%。", "I've raised the budget of C-1."])
async def test_a_claim_without_a_deed_is_not_shown(open_chat: OpenChat, words: str) -> None:
    chat = await open_chat(ScriptedModel(says=words), ALWAYS_ASKED)
    assert "没有做任何更改" in await chat.says("C-1 预算加 20%")
    assert await chat.budgets("C-1") == ["200.00"] * 3


async def test_an_effect_is_told_by_its_tool_whatever_the_model_says(open_chat: OpenChat) -> None:
    model = ScriptedModel(
        ("update_lead", {"lead": "L-12", "status": "lost"}), says="我把它删掉了。"
    )
    chat = await open_chat(model, ALWAYS_ASKED)
    answer = await chat.says("L-12 改成流失")
    assert "删掉" not in answer
    assert "L-12" in answer
    assert (await chat.lead("L-12")).status is LeadStatus.lost


async def test_money_opens_an_approval_with_buttons(open_chat: OpenChat) -> None:
    model = ScriptedModel(
        ("set_budget", {"campaign": "C-1", "change_percent": 20}), says="已经加好了！"
    )
    chat = await open_chat(model, ALWAYS_ASKED)
    assert "P-1" in await chat.says("C-1 预算加 20%")
    assert await chat.budgets("C-1") == ["200.00"] * 3
    await chat.presses("同意 P-1")
    assert await chat.budgets("C-1") == ["240.00"] * 3


async def test_a_figure_that_the_person_did_not_say_is_refused(open_chat: OpenChat) -> None:
    model = ScriptedModel(("set_budget", {"campaign": "C-1", "change_percent": 50}))
    chat = await open_chat(model, ALWAYS_ASKED)
    assert "50" in await chat.says("C-1 预算加 20%")
    assert '"failed"' in model.told[0]


async def test_yesterdays_order_is_no_consent_today(open_chat: OpenChat) -> None:
    model = ScriptedModel(("manage_campaign", {"campaign": "C-1", "action": "pause"}))
    chat = await open_chat(model)
    await chat.says("暂停 C-1")
    await chat.says("启动 C-1")
    await chat.says("同意")
    await chat.says(UNSURE)
    assert (await chat.campaign("C-1")).status is CampaignStatus.active


async def test_the_answer_to_a_question_belongs_to_its_order(open_chat: OpenChat) -> None:
    asking = ScriptedModel(says="要暂停哪一个广告活动？")
    chat = await open_chat(asking, ALWAYS_ASKED)
    await chat.says("把广告暂停了")
    asking.calls = (("manage_campaign", {"campaign": "C-1", "action": "pause"}),)
    await chat.says("C-1")
    assert (await chat.campaign("C-1")).status is CampaignStatus.paused


async def test_the_same_call_twice_in_a_turn_is_made_once(open_chat: OpenChat) -> None:
    call = ("create_lead", {"name": "张伟", "phone": "13800004321"})
    model = ScriptedModel(call, call, call)
    chat = await open_chat(model, ALWAYS_ASKED)
    before = await chat.leads()
    await chat.says("新建线索 张伟 13800004321")
    assert await chat.leads() == before + 1
    assert "repeated" in model.told[1]


async def test_fifty_calls_are_cut_short(open_chat: OpenChat) -> None:
    calls = [("get_lead", {"lead": f"L-{number}"}) for number in range(1, 51)]
    model = ScriptedModel(*calls)
    chat = await open_chat(model, ALWAYS_ASKED)
    await chat.says("看看所有线索")
    assert sum("refused" in told for told in model.told) == 34


async def test_a_missing_value_is_asked_for_in_our_words(open_chat: OpenChat) -> None:
    model = ScriptedModel(("ask", {"tool": "create_campaign", "argument": "daily_budget"}))
    chat = await open_chat(model, ALWAYS_ASKED)
    answer = await chat.says("在美国建个广告")
    assert "预算" in answer
    assert answer.endswith("？")


async def test_without_an_answer_the_planner_takes_over(open_chat: OpenChat) -> None:
    chat = await open_chat(AbsentModel(), ALWAYS_ASKED)
    assert "抖音" in await chat.says("今天抖音来了多少线索？")


async def test_what_nobody_understands_gets_an_honest_failure(open_chat: OpenChat) -> None:
    chat = await open_chat(AbsentModel())
    assert "没有回应" in await chat.says(UNSURE)


async def test_the_model_knows_what_the_person_asked_us_to_remember(open_chat: OpenChat) -> None:
    model = ScriptedModel(says="好的。")
    chat = await open_chat(model)
    await chat.says("记住：我们主要做少儿英语")
    await chat.says("你还记得我们公司是做什么的吗？")
    assert "少儿英语" in model.instructions


async def test_what_left_the_window_comes_back_as_a_summary(open_chat: OpenChat) -> None:
    model = ScriptedModel(says="好的。")
    chat = await open_chat(model)
    await chat.says("L-12 什么情况")
    for number in range(13, 40):
        await chat.says(f"L-{number} 什么情况")
    await chat.says(UNSURE)
    assert "L-12 什么情况" in model.instructions
    assert all(said.text != "L-12 什么情况" for said in model.conversation)
    await chat.ground.redis.flushall()
    model.instructions = ""
    await chat.says(f"{UNSURE}吧")
    assert "L-12 什么情况" in model.instructions


async def test_a_customers_model_has_a_customers_tools_only(open_chat: OpenChat) -> None:
    model = ScriptedModel(("lead_stats", {"period": "today"}), says="不清楚，我帮您转给同事？")
    chat = await open_chat(model, ALWAYS_ASKED)
    await chat.says("你们这周生意如何", as_=CUSTOMER)
    assert '"failed"' in model.told[0]
    assert "lead_stats" in model.told[0]


async def test_the_answer_is_shown_while_it_comes(open_chat: OpenChat) -> None:
    chat = await open_chat(ScriptedModel(says="您想看哪一块？"))
    await chat.says(UNSURE)
    assert chat.drafts() in (None, ["您想看哪一块？"])


PRICED = ModelSettings(
    name="test", base_url=HttpUrl("http://127.0.0.1:9/v1"), model="m", input_price=Decimal(10)
)


async def test_quota_shows_ones_own_use_and_the_organisations_to_admins(
    open_chat: OpenChat,
) -> None:
    chat = await open_chat(settings=Settings(models=(PRICED,)))
    await use(chat, MANAGER, 120_000)
    mine = await chat.says("/quota")
    assert "120,000 / 300,000" in mine
    assert "1.2" in mine
    assert "公司" not in mine
    assert "公司今天：120,000" in await chat.says("/quota", as_=ADMIN)


async def use(chat: Chat, who: str, tokens: int) -> None:
    person_id = await chat.person(who)
    purse = Purse(
        database=chat.service.database, organisation_id=chat.ground.organisation_id,
        clock=chat.clock, zone=await chat.zone(), person_id=person_id, quotas=QuotaSettings(),
    )  # fmt: skip
    await purse.pay(PRICED, tokens, 0)
