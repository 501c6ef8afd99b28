"""What happens to a ticket, when its deadlines are, and what the customer is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from config.errors import UserFacingError
from storage.tables.ticket import TicketEventKind, TicketOrigin, TicketPriority, TicketStatus
from storage.tickets import forget_tickets
from tests.builders.tickets import HelpDesk
from tools.support.ticket_desk import list_tickets, open_for, show_ticket
from tools.support.ticket_tools import hear_customer

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


async def test_one_order_opens_one_ticket(desk: HelpDesk) -> None:
    first = await desk.opens(order_key="case:1")
    again = await desk.opens("别的", order_key="case:1")
    other = await desk.opens(order_key="case:2")
    assert (first.ref, again.ref, other.ref) == ("K-1", "K-1", "K-2")
    assert len(await desk.events()) == 2


async def test_the_deadlines_are_in_working_time(desk: HelpDesk) -> None:
    desk.clock.advance(timedelta(days=2, hours=7))
    assert desk.clock.now() == at("2026-11-20 17:00"), "Friday, an hour before the end"
    ticket = await desk.opens()
    assert ticket.response_due == at("2026-11-23 12:00"), "4 hours: 1 today, 3 on Monday"
    assert ticket.resolution_due == at("2026-11-25 14:00"), "24 hours of 9 a day"


async def test_the_first_answer_meets_the_promise_and_reaches_the_customer_once(
    desk: HelpDesk,
) -> None:
    await desk.opens()
    context = desk.context()
    for _ in range(2):
        # The second time as after a crash.
        await desk.does("K-1", "answer", "已补发，明天到", context=context)
    ticket = await desk.ticket()
    assert ticket.status is TicketStatus.open
    assert ticket.responded_at == desk.clock.now()
    assert ticket.assignee_id == desk.agent.id
    (told,) = await desk.reads(desk.customer)
    assert "已补发，明天到" in told


async def test_the_clock_stands_still_while_the_customer_is_asked(desk: HelpDesk) -> None:
    await desk.opens()
    await desk.does("K-1", "answer", "订单号是多少？")
    await desk.does("K-1", "pending")
    desk.clock.advance(timedelta(days=1))
    await hear_customer(desk.context(desk.customer), "K-1", "订单 123")
    ticket = await desk.ticket()
    assert ticket.status is TicketStatus.open
    assert ticket.resolution_due == at("2026-11-23 16:00"), "a working day later than promised"
    assert "订单 123" in (await desk.reads(desk.agent))[-1]


async def test_what_was_missed_before_the_pause_stays_missed(desk: HelpDesk) -> None:
    ticket = await desk.opens()
    desk.clock.advance(timedelta(days=7))
    await desk.does("K-1", "pending")
    desk.clock.advance(timedelta(days=1))
    await desk.does("K-1", "reopen")
    assert (await desk.ticket()).resolution_due == ticket.resolution_due


async def test_a_settled_ticket_is_opened_again_by_the_customer_with_a_new_promise(
    desk: HelpDesk,
) -> None:
    await desk.opens()
    await desk.does("K-1", "assign", "me")
    await desk.does("K-1", "resolve", "换了新的")
    desk.clock.advance(timedelta(hours=1))
    told = await hear_customer(desk.context(desk.customer), "K-1", "还是坏的")
    ticket = await desk.ticket()
    assert (ticket.status, ticket.resolved_at) == (TicketStatus.open, None)
    assert ticket.resolution_due == at("2026-11-20 17:00")
    assert "重新打开" in told.text
    assert "还是坏的" in (await desk.reads(desk.agent))[-1]


async def test_a_higher_priority_brings_the_deadlines_nearer(desk: HelpDesk) -> None:
    await desk.opens()
    desk.clock.advance(timedelta(minutes=30))
    await desk.does("K-1", "priority", "高")
    ticket = await desk.ticket()
    assert ticket.priority is TicketPriority.high
    assert ticket.response_due == at("2026-11-18 11:00")
    assert ticket.resolution_due == at("2026-11-18 18:00")


async def test_a_deadline_that_would_have_passed_by_then_is_now(desk: HelpDesk) -> None:
    await desk.opens()
    desk.clock.advance(timedelta(hours=3))
    await desk.does("K-1", "priority", "urgent")
    assert (await desk.ticket()).response_due == desk.clock.now()


async def test_every_step_is_written_down_with_who_did_it(desk: HelpDesk) -> None:
    await desk.opens()
    await desk.does("K-1", "assign", "韩梅梅")
    await desk.does("K-1", "note", "客户很急")
    await desk.does("K-1", "close")
    events = await desk.events()
    assert [event.kind for event in events] == [
        TicketEventKind.opened, TicketEventKind.assigned, TicketEventKind.note,
        TicketEventKind.status,
    ]  # fmt: skip
    assert {event.person_id for event in events[1:]} == {desk.agent.id}
    shown = (await show_ticket(desk.context(), "k1")).text
    for words in ("韩梅梅", "客户很急", "已关闭"):
        assert words in shown


async def test_who_gets_a_ticket_is_told_and_who_takes_it_is_not(desk: HelpDesk) -> None:
    await desk.opens()
    await desk.does("K-1", "assign", "韩梅梅")
    assert "李雷 把工单 K-1 分给了您" in (await desk.reads(desk.colleague))[-1]
    await desk.does("K-1", "assign", "me")
    assert await desk.reads(desk.agent) == []


@pytest.mark.parametrize(
    ("verb", "words", "told"),
    [
        ("assign", "访客", "tickets.not_on_staff"), ("assign", "没有人", "people.not_found"),
        ("priority", "soon", "tickets.unknown_priority"), ("answer", " ", "tickets.nothing_said"),
        ("note", "", "tickets.nothing_said"), ("reopen", "", "tickets.wrong_step"),
    ],
)  # fmt: skip
async def test_a_step_that_cannot_be_taken_says_why(
    desk: HelpDesk, verb: str, words: str, told: str
) -> None:
    await desk.opens()
    with pytest.raises(UserFacingError) as refused:
        await desk.does("K-1", verb, words)
    assert refused.value.key == told


@pytest.mark.parametrize(
    ("ref", "told"), [("K-7", "tickets.not_found"), ("K", "tickets.not_found")]
)
async def test_an_unknown_ticket_names_the_newest(desk: HelpDesk, ref: str, told: str) -> None:
    with pytest.raises(UserFacingError) as refused:
        await desk.does(ref, "close")
    assert refused.value.key == "tickets.not_found_none_yet"
    await desk.opens()
    with pytest.raises(UserFacingError) as refused:
        await desk.does(ref, "close")
    assert (refused.value.key, refused.value.values["latest"]) == (told, "K-1")


async def test_a_closed_ticket_is_answered_only_when_it_is_open_again(desk: HelpDesk) -> None:
    await desk.opens()
    await desk.does("K-1", "close")
    with pytest.raises(UserFacingError, match="reopen"):
        await desk.does("K-1", "answer", "还在吗")
    await desk.does("K-1", "reopen")
    await desk.does("K-1", "answer", "还在吗")
    assert (await desk.ticket()).status is TicketStatus.open


async def test_nobody_reaches_the_ticket_of_another_customer(desk: HelpDesk) -> None:
    await desk.opens("我的秘密")
    stranger = await desk.staff.joins("路人", desk.customer.role)
    with pytest.raises(UserFacingError) as refused:
        await hear_customer(desk.context(stranger), "K-1", "关掉")
    assert refused.value.key == "tickets.not_found_none_yet"
    assert "我的秘密" in await desk.asks("my_tickets")
    desk.customer = stranger
    assert "还没有工单" in await desk.asks("my_tickets")


async def test_a_customer_hears_by_when_somebody_answers_and_the_staff_of_the_ticket(
    desk: HelpDesk,
) -> None:
    told = await desk.asks("create_ticket", problem="洗衣机漏水\n已经两天了")
    ticket = await desk.ticket()
    assert (ticket.title, ticket.origin) == ("洗衣机漏水", TicketOrigin.customer)
    assert "今天 14:00" in told
    for who in (desk.agent, desk.colleague, desk.manager):
        assert "洗衣机漏水" in (await desk.reads(who))[-1]
    await desk.does("K-1", "answer", "师傅明天上门")
    assert "师傅明天上门" in await desk.asks("my_tickets")


async def test_a_colleague_opens_one_for_a_customer_who_is_told(desk: HelpDesk) -> None:
    answer = await open_for(desk.context(), "访客", "发票抬头写错了", "high")
    assert answer.chat == desk.staff.chats[desk.customer.id]
    ticket = await desk.ticket()
    assert (ticket.origin, ticket.assignee_id) == (TicketOrigin.staff, desk.agent.id)
    (told,) = await desk.reads(desk.customer)
    assert "今天 11:00" in told


async def test_without_a_chat_the_colleague_is_told_that_the_customer_was_not(
    desk: HelpDesk,
) -> None:
    silent = await desk.staff.joins("老客户", desk.customer.role, chat=False)
    answer = await open_for(desk.context(), "老客户", "发票")
    assert (answer.chat, "没有可以联系的聊天" in answer.text) == (None, True)
    assert (await desk.ticket()).requester_id == silent.id
    answer = await desk.does("K-1", "answer", "已重开")
    assert "别的方式" in answer.text


async def test_the_list_shows_what_is_due_first_and_what_is_late(desk: HelpDesk) -> None:
    await desk.opens("慢的", priority=TicketPriority.low)
    await desk.opens("急的", priority=TicketPriority.urgent, assignee_id=desk.agent.id)
    await desk.opens("好了的")
    await desk.does("K-3", "close")
    desk.clock.advance(timedelta(hours=5))
    everything = await list_tickets(desk.context(), "open")
    assert everything.shown == ("K-2", "K-1")
    assert "2 个，其中超时 1 个" in everything.text
    assert (await list_tickets(desk.context(), "mine")).shown == ("K-2",)
    assert (await list_tickets(desk.context(), "overdue")).shown == ("K-2",)
    assert (await list_tickets(desk.context(desk.colleague), "mine")).shown == ()


async def test_what_a_customer_wrote_can_be_forgotten(desk: HelpDesk) -> None:
    stranger = await desk.staff.joins("路人", desk.customer.role)
    await desk.opens("我的秘密")
    await desk.opens("别人的事", person_id=stranger.id)
    await desk.does("K-1", "note", "他的秘密是……")
    await desk.does("K-1", "priority", "high")
    async with desk.database.unit_of_work() as session:
        await forget_tickets(session, desk.staff.organisation.id, desk.customer.id)
    ticket, other = await desk.ticket("K-1"), await desk.ticket("K-2")
    assert (ticket.title, ticket.text, ticket.priority) == ("", "", TicketPriority.high)
    assert [event.text for event in await desk.events()] == ["", "别人的事", "", "high"]
    assert other.text == "别人的事"


@pytest.mark.parametrize(
    ("timezone", "friday", "due"),
    [
        ("Europe/Berlin", "2027-03-26 17:00", "2027-03-29 12:00"),
        ("America/New_York", "2026-10-30 17:00", "2026-11-02 12:00"),
    ],
)
async def test_a_change_of_the_clocks_moves_no_promise(
    desk: HelpDesk, timezone: str, friday: str, due: str
) -> None:
    zone = ZoneInfo(timezone)
    async with desk.database.unit_of_work() as session:
        desk.staff.organisation.timezone = timezone
        await session.merge(desk.staff.organisation)
    desk.clock.advance(at(friday, zone) - desk.clock.now())
    assert (await desk.opens()).response_due == at(due, zone)
