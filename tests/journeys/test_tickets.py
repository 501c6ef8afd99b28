"""Tickets told as stories: opened by a customer, by the AI and by the staff, watched over until they
are settled, and judged by the customer."""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select

from config.settings import Settings
from storage.tables.organisation import Organisation
from storage.tables.ticket import Ticket
from storage.tables.work import OutboxMessage, OutboxStatus
from tests.fakes.ports import OpenFence
from tests.journeys.chat import AGENT, COLLEAGUE, CUSTOMER, MANAGER, Chat
from tests.journeys.conftest import OpenChat
from tools.support.sla import SlaWatch
from tools.support.tickets import TicketService

OFFICE = Settings.model_validate({"hours": {"weekly": ["mon-fri 09:00-18:00"]}})


@pytest.fixture
async def chat(open_chat: OpenChat) -> Chat:
    """A company that works on weekdays from 9 to 18."""
    return await open_chat(settings=OFFICE)


async def got(chat: Chat, who: str, after: int = 0) -> list[str]:
    """When nothing waits any more: platforms have limits of pace."""
    waiting = select(func.count(OutboxMessage.id)).where(
        OutboxMessage.status.in_((OutboxStatus.queued, OutboxStatus.sending))
    )
    async with asyncio.timeout(60):
        while True:
            await chat.service.settled()
            async with chat.service.database.reading() as session:
                if not await session.scalar(waiting):
                    break
            await asyncio.sleep(0.05)
    account = str(await chat.person(who))
    return [sent.text for sent in chat._wire.read(account)][after:]


async def minute(chat: Chat) -> None:
    """What a process that has just begun does in its first minute."""
    settings = chat.service.settings
    watch = SlaWatch(
        chat.service.database, chat.service.organisation_id, chat.clock,
        notifier=chat.ground.notifier, hours=settings.hours, support=settings.support,
    )  # fmt: skip
    await watch.look()
    await chat.service.housekeeper.send_held_notices()
    await chat.service.settled()


async def go_to(chat: Chat, moment: str, zone: str = "Asia/Shanghai") -> None:
    local = datetime.fromisoformat(moment).replace(tzinfo=ZoneInfo(zone))
    chat.clock.advance(local.astimezone(UTC) - chat.clock.now())
    await minute(chat)


async def opened_by_the_ai(chat: Chat, problem: str) -> Ticket:
    """As when a customer wants somebody and nobody is there."""
    await chat.says("你好", as_=CUSTOMER)
    context = await chat.ground.tools_of_job(None, f"case:{problem}", OpenFence())
    async with chat.service.database.unit_of_work() as session:
        return await TicketService.of(session, context).open(
            "", problem, person_id=await chat.person(CUSTOMER), conversation_id=None,
            order_key=context.order_key,
        )  # fmt: skip


async def test_a_complaint_becomes_a_ticket_that_is_answered_and_settled(chat: Chat) -> None:
    assert "什么问题" in await chat.says("我要投诉", as_=CUSTOMER)
    told = await chat.says("耳机左边没声音，昨天才收到", as_=CUSTOMER)
    assert "K-1" in told
    assert "今天 14:00" in told
    for who in (AGENT, MANAGER):
        assert "耳机左边没声音" in (await chat.last(who)).text
    assert "K-1" in await chat.says("/tickets", as_=AGENT)
    await chat.says("/ticket K-1 assign me", as_=AGENT)
    await chat.says("/ticket K-1 answer “请把订单号发给我”", as_=AGENT)
    assert "请把订单号发给我" in (await chat.last(CUSTOMER)).text
    assert "转给" in await chat.says("订单号是 A123", as_=CUSTOMER)
    assert "A123" in (await chat.last(AGENT)).text
    assert "请把订单号发给我" in await chat.says("我的工单怎么样了", as_=CUSTOMER)
    await chat.says("/ticket K-1 resolve 新耳机明天送到", as_=AGENT)
    resolved, question = (await got(chat, CUSTOMER))[-2:]
    assert "新耳机明天送到" in resolved
    assert "满意吗" in question
    assert "谢谢" in await chat.presses("5 很满意", as_=CUSTOMER)
    shown = await chat.says("/ticket K-1", as_=AGENT)
    for words in ("已解决", "A123", "新耳机明天送到"):
        assert words in shown
    assert "没有未完成的工单" in await chat.says("/tickets", as_=AGENT)


async def test_who_is_not_content_is_heard_by_the_managers(chat: Chat) -> None:
    await chat.says("帮我提个工单：箱子压坏了", as_=CUSTOMER)
    await chat.says("/ticket K-1 assign me", as_=AGENT)
    await chat.says("/ticket K-1 resolve", as_=AGENT)
    assert "哪里没做好" in await chat.says("2", as_=CUSTOMER)
    assert "2 分" in (await chat.last(MANAGER)).text
    assert "转告" in await chat.says("没有人来看过", as_=CUSTOMER)
    told = (await chat.last(MANAGER)).text
    assert "没有人来看过" in told
    assert AGENT in told
    await chat.says("帮我提个工单：又压坏了", as_=CUSTOMER)
    already = len(await got(chat, CUSTOMER))
    await chat.says("/ticket K-2 resolve", as_=AGENT)
    (resolved,) = await got(chat, CUSTOMER, already)
    assert "满意吗" not in resolved, "they were asked this week"


async def test_what_is_not_solved_is_opened_again_in_plain_words(chat: Chat) -> None:
    await chat.says("你好", as_=CUSTOMER)
    assert "K-1" in await chat.says("/ticket new 访客 high 发票抬头写错了", as_=AGENT)
    assert "今天 11:00" in (await chat.last(CUSTOMER)).text
    await chat.says("/ticket K-1 resolve 已重开", as_=AGENT)
    assert "重新打开" in await chat.says("还没收到", as_=CUSTOMER)
    assert "还没收到" in (await chat.last(AGENT)).text
    await chat.says("/ticket K-1 answer 今天寄出", as_=AGENT)
    already = len(await got(chat, AGENT))
    assert "K-1" not in await chat.says("好的，谢谢", as_=CUSTOMER)
    assert await got(chat, AGENT, already) == [], "thanks are no words for the ticket"


async def test_over_a_weekend_nobody_is_bothered_and_each_is_told_once(chat: Chat) -> None:
    await go_to(chat, "2026-11-20 17:00")
    await opened_by_the_ai(chat, "收不到验证码")
    await minute(chat)
    await chat.says("/ticket K-1 assign 刘经理", as_=MANAGER)
    already, managers = len(await got(chat, COLLEAGUE)), len(await got(chat, MANAGER))
    for moment in ("2026-11-20 23:00", "2026-11-21 12:00", "2026-11-22 20:00"):
        await go_to(chat, moment)
    assert await got(chat, COLLEAGUE, already) == []
    for moment in ("2026-11-23 11:15", "2026-11-23 11:30"):
        await go_to(chat, moment)
    (warned,) = await got(chat, COLLEAGUE, already)
    assert "11-23 12:00" in warned
    assert await got(chat, MANAGER, managers) == []
    for moment in ("2026-11-23 12:00", "2026-11-23 12:05"):
        await go_to(chat, moment)
    (missed,) = await got(chat, MANAGER, managers)
    assert "还没有回复客户" in missed
    shown = await chat.says("/tickets overdue", as_=COLLEAGUE)
    assert "K-1" in shown
    assert "高" in shown


@pytest.mark.parametrize(("friday", "monday"), [("03-26", "03-29"), ("10-29", "11-01")])
async def test_the_clocks_change_and_the_promise_stays(
    chat: Chat, friday: str, monday: str
) -> None:
    async with chat.service.database.unit_of_work() as session:
        (
            await session.get_one(Organisation, chat.ground.organisation_id)
        ).timezone = "Europe/Berlin"
    await go_to(chat, f"2027-{friday} 17:00", "Europe/Berlin")
    told = await chat.says("open a ticket: my parcel is wet", as_=CUSTOMER)
    assert f"Mon {monday}, 12:00" in told
    await chat.says("/ticket K-1 assign me", as_=AGENT)
    already = len(await got(chat, AGENT))
    await go_to(chat, f"2027-{monday} 11:11", "Europe/Berlin")
    assert await got(chat, AGENT, already) == []
    await go_to(chat, f"2027-{monday} 11:12", "Europe/Berlin")
    (warned,) = await got(chat, AGENT, already)
    assert f"{monday} 12:00" in warned


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/ticket K-9", "没有工单 K-9"), ("/ticket K-9 dance", "用法：/ticket"),
        ("/tickets yesterday", "用法：/tickets"), ("/ticket new 没有这个人 坏了", "没有"),
    ],
)  # fmt: skip
async def test_a_mistake_is_told_with_the_way_to_write_it(chat: Chat, line: str, told: str) -> None:
    assert told in await chat.says(line, as_=AGENT)


async def test_tickets_are_the_business_of_the_staff(chat: Chat) -> None:
    await opened_by_the_ai(chat, "别人的事")
    for line in ("/tickets", "/ticket K-1", "/ticket K-1 close"):
        assert "权限" in await chat.says(line, as_=CUSTOMER)
    assert "过期" in await chat.says("/rate 99 1", as_=CUSTOMER)
