"""Deadlines of tickets: a warning before, an escalation after, each told once."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from config.roles import Role
from storage.tables.ticket import TicketEventKind, TicketPriority, TicketStatus
from tests.builders.tickets import HelpDesk
from tools.support.ticket_tools import hear_customer


def at(text: str) -> datetime:
    zone = ZoneInfo("Asia/Shanghai")
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


async def taken(desk: HelpDesk) -> None:
    """A ticket of the agent, which nobody has answered: it needs a response by 14:00."""
    await desk.opens()
    await desk.does("K-1", "assign", "me")
    await desk.watch().look()


async def test_a_new_ticket_is_told_to_all_of_the_staff_once(desk: HelpDesk) -> None:
    await desk.opens("漏水了")
    for _ in range(3):
        await desk.watch().look()
    for who in (desk.agent, desk.colleague, desk.manager):
        (told,) = await desk.reads(who)
        assert "漏水了" in told


async def test_the_assignee_is_warned_when_four_fifths_of_the_time_are_gone(
    desk: HelpDesk,
) -> None:
    await taken(desk)
    assert await desk.look_at(at("2026-11-18 13:11")) == []
    (warned,) = await desk.look_at(at("2026-11-18 13:12"))
    assert "11-18 14:00" in warned
    managers = len(await desk.reads(desk.manager))
    assert await desk.look_at(at("2026-11-18 13:59")) == [], "told once, by a new process too"
    assert len(await desk.reads(desk.manager)) == managers


async def test_a_missed_deadline_goes_to_the_managers_and_raises_the_priority(
    desk: HelpDesk,
) -> None:
    await taken(desk)
    await desk.look_at(at("2026-11-18 13:30"))
    managers = await desk.reads(desk.manager)
    (missed,) = await desk.look_at(at("2026-11-18 14:00"))
    assert "还没有回复客户" in missed
    assert (await desk.reads(desk.manager))[len(managers) :] == [missed]
    ticket = await desk.ticket()
    assert ticket.priority is TicketPriority.high
    assert ticket.resolution_due == at("2026-11-20 16:00"), "what was promised stays"
    assert await desk.look_at(at("2026-11-18 14:30")) == []
    assert (await desk.ticket()).priority is TicketPriority.high


async def test_the_night_and_the_weekend_do_not_count(desk: HelpDesk) -> None:
    desk.clock.advance(timedelta(days=2, hours=7))
    await taken(desk)
    for quiet in ("2026-11-20 23:00", "2026-11-21 12:00", "2026-11-22 12:00", "2026-11-23 11:11"):
        assert await desk.look_at(at(quiet)) == []
    (warned,) = await desk.look_at(at("2026-11-23 11:12"))
    assert "11-23 12:00" in warned


async def test_who_answers_in_time_hears_of_the_resolution_alone(desk: HelpDesk) -> None:
    await taken(desk)
    await desk.does("K-1", "answer", "在看")
    assert await desk.look_at(at("2026-11-18 15:00")) == []
    (warned,) = await desk.look_at(at("2026-11-20 12:00"))
    assert "解决时限" in warned
    (missed,) = await desk.look_at(at("2026-11-20 16:00"))
    assert "还没有解决" in missed


async def test_nothing_is_told_while_the_customer_is_asked(desk: HelpDesk) -> None:
    await taken(desk)
    await desk.does("K-1", "answer", "订单号？")
    await desk.does("K-1", "pending")
    assert await desk.look_at(at("2026-11-27 12:00")) == []
    await hear_customer(desk.context(desk.customer), "K-1", "123")
    assert await desk.look_at(at("2026-11-27 12:01")) == []
    assert (await desk.ticket()).priority is TicketPriority.normal


async def test_a_ticket_that_is_opened_again_is_warned_of_again(desk: HelpDesk) -> None:
    await taken(desk)
    await desk.does("K-1", "answer", "换新的")
    assert len(await desk.look_at(at("2026-11-20 16:00"))) == 1
    await desk.does("K-1", "resolve")
    await desk.does("K-1", "reopen")
    due = (await desk.ticket()).resolution_due
    (missed,) = await desk.look_at(due)
    assert "还没有解决" in missed


async def test_of_one_that_nobody_has_everybody_is_warned(desk: HelpDesk) -> None:
    await desk.opens()
    await desk.watch().look()
    await desk.look_at(at("2026-11-18 13:30"))
    assert "14:00" in (await desk.reads(desk.colleague))[-1]


async def test_two_processes_that_look_at_the_same_time_tell_once(desk: HelpDesk) -> None:
    await taken(desk)
    desk.clock.advance(timedelta(hours=5))
    first, second = desk.watch(), desk.watch()
    assert await first.look() == 1
    assert await second.look() == 0
    kinds = [event.kind for event in await desk.events()]
    assert kinds.count(TicketEventKind.escalated) == 1


async def test_what_is_resolved_for_a_week_is_closed(desk: HelpDesk) -> None:
    await taken(desk)
    await desk.does("K-1", "resolve")
    told = len(await desk.reads(desk.customer))
    await desk.look_at(at("2026-11-25 09:59"))
    assert (await desk.ticket()).status is TicketStatus.resolved
    await desk.look_at(at("2026-11-25 10:01"))
    assert (await desk.ticket()).status is TicketStatus.closed
    assert len(await desk.reads(desk.customer)) == told


async def test_an_admin_counts_as_a_manager(desk: HelpDesk) -> None:
    admin = await desk.staff.joins("陈总", Role.admin)
    await taken(desk)
    await desk.look_at(at("2026-11-18 14:00"))
    assert "还没有回复客户" in (await desk.reads(admin))[-1]
