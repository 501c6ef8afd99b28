"""Customers want a person, and get one of ours, who works from a chat of their own: on Telegram,
WeCom or DingTalk, whatever the customer writes on."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from bot.messages import File
from config.i18n import Language, say
from config.settings import AnswerSettings, Settings
from storage.tables.case import CaseReason, CaseStatus
from tests.fakes.clock import FakeClock
from tests.fakes.models import ScriptedModel
from tests.journeys.chat import AGENT, MANAGER
from tests.journeys.conftest import OpenDemo
from tests.journeys.office import DINGTALK, QIAN, SUN, TELEGRAM, WECOM, ZHAO, Office

ZH = Language.zh_cn
HAN = "韩梅梅"
TAKE, PASS, BACK = (say(ZH, f"cases.button_{each}") for each in ("take", "pass", "back"))
ALWAYS_ASKED = Settings(answers=AnswerSettings(fast_path=1.1))
PICTURE = File(name="shoe.png", media_type="image/png", content=b"\x89PNG\r\n\x1a\n" + b"0" * 40)

OpenOffice = Callable[..., Awaitable[Office]]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def open_office(open_demo: OpenDemo, clock: FakeClock) -> OpenOffice:
    """李雷 reads Telegram, 韩梅梅 DingTalk, the manager WeCom; of the customers one is on each."""

    async def open_(model: ScriptedModel | None = None) -> Office:
        _, ground, service = await open_demo(model, ALWAYS_ASKED if model else None)
        office = Office(service, ground, [TELEGRAM, DINGTALK, WECOM])
        office.clock = clock
        office.places = {
            AGENT: TELEGRAM, HAN: DINGTALK, MANAGER: WECOM, ZHAO: WECOM, QIAN: TELEGRAM,
            SUN: DINGTALK,
        }  # fmt: skip
        for who in (AGENT, HAN, MANAGER):
            await office.joins(who, office.places[who])
        return office

    return open_


@pytest.fixture
async def office(open_office: OpenOffice) -> Office:
    return await open_office()


async def served(office: Office, customer: str = ZHAO, by: str = AGENT) -> str:
    """A customer asked for a person and has one; the case."""
    await office.writes(customer, "转人工")
    found = re.search(r"H-\d+", office.last(customer))
    assert found, office.last(customer)
    await office.writes(by, f"/takeover {found[0]}")
    return found[0]


async def test_from_the_agent_to_a_person_and_back(office: Office) -> None:
    await office.writes(ZHAO, "你好")
    await office.writes(ZHAO, "转人工")
    offer = office.shown(AGENT)[-1]
    for words in ("H-1", ZHAO, "客户: 你好", "AI"):
        assert words in offer.text
    await office.clicks(AGENT, TAKE)
    assert office.last(ZHAO) == say(ZH, "cases.hello", name=AGENT)
    await office.writes(AGENT, "您好，给您八折可以吗？")
    assert office.last(ZHAO) == "客服 李雷：您好，给您八折可以吗？"
    await office.writes(ZHAO, "可以，谢谢")
    assert office.last(AGENT).startswith("💬 H-1 赵敏：可以，谢谢")
    assert say(ZH, "cases.how_it_works") in office.last(AGENT)
    assert office.last(ZHAO) == "客服 李雷：您好，给您八折可以吗？"
    await office.writes(AGENT, "/handback 八折当天有效")
    assert say(ZH, "cases.handed_back", name=AGENT) in office.heard(ZHAO)
    answers = len(office.heard(ZHAO))
    await office.writes(ZHAO, "在吗")
    assert len(office.heard(ZHAO)) == answers + 1
    assert not any("在吗" in text for text in office.heard(AGENT))


async def test_the_agent_knows_afterwards_what_was_said(open_office: OpenOffice) -> None:
    model = ScriptedModel(("request_human", {}), says="好的")
    office = await open_office(model)
    await served(office)
    model.calls = ()
    await office.writes(AGENT, "给您八折可以吗？")
    await office.writes(ZHAO, "可以，谢谢")
    await office.writes(AGENT, "/handback 八折当天有效")
    await office.writes(ZHAO, "我叫赵敏，请记住")
    heard = [(said.role, said.text) for said in model.conversation]
    assert heard[-4:] == [
        ("assistant", "[李雷] 给您八折可以吗？"), ("user", "可以，谢谢"),
        ("assistant", "[李雷] 八折当天有效"), ("user", "我叫赵敏，请记住"),
    ]  # fmt: skip
    assert not any("八折当天有效" in text for text in office.heard(ZHAO))


async def test_two_of_the_staff_serve_three_customers_at_once(office: Office) -> None:
    for customer in (ZHAO, QIAN, SUN):
        await office.writes(customer, "转人工")
    # Whoever was asked last is asked last again.
    assert (await office.case("H-1")).reason is CaseReason.asked
    assert any("H-1" in text for text in office.heard(AGENT))
    assert any("H-2" in text for text in office.heard(HAN))
    await office.writes(AGENT, "/takeover H-1")
    await office.writes(HAN, "/takeover H-2")
    await office.writes(AGENT, "/takeover H-3")

    await office.writes(AGENT, "孙女士您好")
    await office.writes(HAN, "钱先生您好")
    assert (office.last(SUN), office.last(QIAN)) == (
        "客服 李雷：孙女士您好",
        "客服 韩梅梅：钱先生您好",
    )
    await office.writes(ZHAO, "有人吗")
    unchosen = office.shown(AGENT)[-1]
    assert unchosen.text.startswith("💬 H-1 赵敏：有人吗")
    assert say(ZH, "cases.not_chosen", ref="H-1") in unchosen.text
    await office.writes(AGENT, "稍等")
    assert office.last(SUN) == "客服 李雷：稍等"
    await office.clicks(AGENT, say(ZH, "cases.button_switch", ref="H-1"))
    await office.writes(AGENT, "赵女士我在")
    assert office.last(ZHAO) == "客服 李雷：赵女士我在"
    assert office.last(SUN) == "客服 李雷：稍等"
    assert not any("钱先生" in text for text in office.heard(ZHAO) + office.heard(SUN))


async def test_words_that_quote_a_customer_are_for_that_customer(office: Office) -> None:
    for customer in (ZHAO, SUN):
        await served(office, customer)
    await office.writes(ZHAO, "我的鞋呢")
    quoted = str(len(office.channels[TELEGRAM].delivered))
    await office.writes(AGENT, "已经寄出了", answers=quoted)
    assert office.last(ZHAO) == "客服 李雷：已经寄出了"
    assert office.last(SUN) == say(ZH, "cases.hello", name=AGENT)


async def test_a_note_is_for_colleagues_alone(office: Office) -> None:
    ref = await served(office)
    await office.writes(HAN, f"/takeover {ref}")
    before = office.heard(ZHAO)
    await office.writes(AGENT, "/note 老客户，可以再让一点\n最多七折")
    assert office.heard(ZHAO) == before
    assert office.last(HAN) == say(
        ZH, "cases.noted_by", ref=ref, name=AGENT, text="老客户，可以再让一点\n最多七折"
    )
    await office.writes(HAN, f"/case {ref}")
    assert "最多七折" in office.last(HAN)


async def test_colleagues_who_serve_together_hear_each_other(office: Office) -> None:
    ref = await served(office)
    await office.writes(HAN, f"/takeover {ref}")
    assert AGENT in office.last(HAN)
    await office.writes(HAN, "我来查物流")
    assert office.last(ZHAO) == "客服 韩梅梅：我来查物流"
    assert office.last(AGENT).startswith(f"💬 {ref} 韩梅梅：我来查物流")
    await office.writes(HAN, "/handback")
    await office.writes(ZHAO, "好的")
    assert office.last(AGENT).startswith(f"💬 {ref} 赵敏：好的")
    assert "好的" not in office.last(HAN)


async def test_a_case_goes_to_a_colleague_who_takes_it(office: Office) -> None:
    ref = await served(office)
    await office.clicks(AGENT, PASS)
    assert {button.label for button in office.shown(AGENT)[-1].buttons} >= {HAN}
    await office.clicks(AGENT, HAN)
    # Until the colleague comes nobody leaves the customer alone.
    await office.writes(ZHAO, "还在吗")
    assert office.last(AGENT).startswith(f"💬 {ref} 赵敏：还在吗")
    assert AGENT in office.last(HAN)
    await office.clicks(HAN, TAKE)
    assert office.last(AGENT) == say(ZH, "cases.taken_by", ref=ref, name=HAN)
    await office.writes(ZHAO, "你好")
    assert office.last(HAN).startswith(f"💬 {ref} 赵敏：你好")
    await office.writes(AGENT, "你好")
    assert office.last(ZHAO) == say(ZH, "cases.hello", name=HAN)


async def test_files_go_both_ways(office: Office) -> None:
    await served(office)
    await office.writes(ZHAO, "", files=(PICTURE,))
    assert office.shown(AGENT)[-1].files == (PICTURE,)
    assert "/received" not in office.last(AGENT)
    await office.writes(AGENT, "是这双吗", files=(PICTURE,))
    assert office.shown(ZHAO)[-1].files == (PICTURE,)
    assert office.last(ZHAO) == "客服 李雷：是这双吗"


async def test_what_a_manager_says_to_a_customer_is_no_order(office: Office) -> None:
    await served(office, by=MANAGER)
    before = await office.case("H-1")
    await office.writes(MANAGER, "在美国建个销售广告，每天预算 300")
    assert office.last(ZHAO) == "客服 王经理：在美国建个销售广告，每天预算 300"
    await office.writes(MANAGER, "/ai 列出所有广告活动")
    assert "C-1" in office.last(MANAGER)
    assert office.last(ZHAO) == "客服 王经理：在美国建个销售广告，每天预算 300"
    await office.writes(MANAGER, "/whoami")
    assert MANAGER in office.last(MANAGER)
    await office.writes(MANAGER, "/handback")
    await office.forgets_windows()
    await office.writes(MANAGER, "再说一遍")
    assert "P-1" not in "".join(office.heard(MANAGER))
    assert before.status is CaseStatus.active


async def test_quick_replies_are_kept_and_sent(office: Office) -> None:
    await office.writes(AGENT, "/quick add 退货 七天内可以退，\n运费我们出。")
    await served(office)
    await office.writes(AGENT, "/q 1")
    assert office.last(ZHAO) == "客服 李雷：七天内可以退，\n运费我们出。"
    await office.writes(AGENT, "/quick remove 退货")
    await office.writes(AGENT, "/q 退货")
    assert office.last(AGENT) == say(ZH, "cases.no_quick_reply", said="退货", known="—")


async def test_nobody_takes_it_so_the_next_is_asked_and_then_everybody(office: Office) -> None:
    await office.writes(ZHAO, "转人工")
    assert "H-1" in office.last(AGENT)
    assert not any("H-1" in text for text in office.heard(HAN))
    await office.passes(3)
    assert "H-1" in office.last(HAN)
    assert not any("H-1" in text for text in office.heard(MANAGER))
    await office.passes(3)
    assert "H-1" in office.last(MANAGER)
    assert office.last(ZHAO) == say(ZH, "cases.asked_all")
    asked = len(office.heard(AGENT))
    await office.passes(3)
    assert len(office.heard(AGENT)) == asked
    await office.writes(MANAGER, "/takeover H-1")
    assert office.last(AGENT) == say(ZH, "cases.taken_by", ref="H-1", name=MANAGER)


async def test_who_waits_is_told_the_truth(office: Office) -> None:
    await office.writes(ZHAO, "转人工")
    assert say(ZH, "cases.ahead", n=1) not in office.last(ZHAO)
    await office.passes(2)
    await office.writes(AGENT, "/takeover H-1")
    await office.writes(QIAN, "转人工")
    await office.writes(SUN, "转人工")
    assert say(ZH, "cases.ahead", n=1) in office.last(SUN)
    assert say(ZH, "cases.usual_wait", n=2) in office.last(SUN)
    await office.writes(SUN, "人工呢")
    assert say(ZH, "cases.still_waiting", ref="H-3") in office.last(SUN)


async def test_nobody_had_time_so_it_becomes_a_ticket(office: Office) -> None:
    await office.writes(ZHAO, "转人工")
    await office.passes(31)
    case = await office.case("H-1")
    assert (case.status, case.ticket) == (CaseStatus.closed, "K-1")
    assert "K-1" in office.last(ZHAO)
    await office.writes(AGENT, "/takeover H-1")
    assert office.last(AGENT) == say(ZH, "cases.ended_already", ref="H-1")


async def test_at_night_it_becomes_one_ticket_and_the_morning_is_named(office: Office) -> None:
    office.clock.advance(datetime(2026, 11, 18, 15, 30, tzinfo=UTC) - office.clock.now())
    for _ in range(2):
        await office.writes(ZHAO, "转人工")
        assert say(ZH, "cases.nobody_here", at="11-19 09:00", ticket="K-1") in office.last(ZHAO)
    assert office.heard(AGENT) == []
    await office.writes(AGENT, "/duty on")
    await office.writes(ZHAO, "转人工")
    assert "H-3" in office.last(AGENT)


async def test_who_says_that_they_are_away_is_not_asked(office: Office) -> None:
    await office.writes(AGENT, "/duty off")
    await office.writes(ZHAO, "转人工")
    assert "H-1" in office.last(HAN)
    assert not any("H-1" in text for text in office.heard(AGENT))


async def test_the_staff_asks_in_plain_words_who_waits_and_who_is_there(office: Office) -> None:
    await office.writes(AGENT, "我下班了")
    await office.writes(ZHAO, "转人工")
    await office.writes(MANAGER, "谁在值班？")
    assert say(ZH, "cases.duty_away", name=AGENT, n=0) in office.last(MANAGER)
    await office.writes(MANAGER, "有客户在等吗")
    assert "H-1" in office.last(MANAGER)
    assert "今天转人工 1 次，已结束 0 次。" in office.last(MANAGER)
    await office.writes(HAN, "我来接 H-1")
    await office.writes(HAN, "谁在值班")
    assert office.last(ZHAO) == "客服 韩梅梅：谁在值班"
    await office.writes(ZHAO, "谁在值班")
    assert office.last(HAN).startswith("💬 H-1 赵敏：谁在值班")


async def test_a_silent_case_ends_by_itself(office: Office) -> None:
    ref = await served(office)
    await office.writes(AGENT, "您还在吗")
    await office.passes(31)
    assert say(ZH, "cases.fell_silent") in office.heard(ZHAO)
    assert office.last(AGENT) == say(ZH, "cases.ended_silent", ref=ref)
    await office.writes(AGENT, "您好？")
    assert (await office.case(ref)).status is CaseStatus.resolved
    assert not any("您好？" in text for text in office.heard(ZHAO))


async def test_a_settled_case_is_closed_in_the_words_of_the_staff(office: Office) -> None:
    ref = await served(office)
    await office.writes(AGENT, "/resolve 已补发一双")
    assert say(ZH, "cases.resolved") in office.heard(ZHAO)
    case = await office.case(ref)
    assert (case.status, case.summary) == (CaseStatus.resolved, "已补发一双")
    await office.writes(ZHAO, "你好")
    assert not office.last(AGENT).startswith("💬")


async def test_a_customer_is_served_unasked(office: Office) -> None:
    await office.writes(ZHAO, "你好")
    await office.writes(AGENT, "/takeover 赵敏")
    await office.writes(AGENT, "您好，看到您在看鞋")
    assert office.last(ZHAO) == "客服 李雷：您好，看到您在看鞋"
    assert (await office.case("H-1")).reason is CaseReason.staff


async def test_nothing_is_said_twice_when_a_platform_repeats_itself(office: Office) -> None:
    await served(office)
    for _ in range(2):
        await office.writes(ZHAO, "几点发货", again="m-77")
        await office.writes(AGENT, "下午三点", again="m-78")
    assert sum("几点发货" in text for text in office.heard(AGENT)) == 1
    assert office.heard(ZHAO).count("客服 李雷：下午三点") == 1


async def test_customers_reach_no_command_of_the_staff(office: Office) -> None:
    await served(office)
    for line in ("/takeover H-1", "/cases", "/note x", "/q 1", "/duty off", "/resolve H-1"):
        await office.writes(ZHAO, line)
        assert office.last(ZHAO) == say(
            ZH, "commands.not_allowed", name=line.split()[0].removeprefix("/")
        )
    assert (await office.case("H-1")).status is CaseStatus.active
