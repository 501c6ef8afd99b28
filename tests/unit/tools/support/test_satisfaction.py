"""The question how content a customer is: once, not too often, and heard by the managers."""

from datetime import timedelta

import pytest

from config.errors import UserFacingError
from config.support import SupportSettings
from storage.tables.work import OutboxMessage
from tests.builders.tickets import HelpDesk
from tools.outreach.consent import opt_in, opt_out
from tools.support.case_parts import desk_of
from tools.support.satisfaction import ask_satisfaction, explain, rate


async def ask(desk: HelpDesk, about: str = "K-1", order_key: str = "") -> bool:
    async with desk.database.unit_of_work() as session:
        return await ask_satisfaction(
            session, desk_of(desk.context()), person_id=desk.customer.id, conversation_id=None,
            about=about, order_key=order_key or about, served_by=desk.agent.id,
        )  # fmt: skip


async def questions(desk: HelpDesk) -> list[OutboxMessage]:
    return [each for each in await desk.staff.messages(desk.customer) if "满意吗" in each.text]


async def test_the_question_has_a_button_for_each_mark(desk: HelpDesk) -> None:
    assert await ask(desk)
    (question,) = await questions(desk)
    sends = [button["send"] for button in question.buttons]
    number = sends[0].split()[1]
    assert sends[:5] == [f"/rate {number} {mark}" for mark in (5, 4, 3, 2, 1)]
    assert sends[5].startswith("/reply K-1 ")
    assert not await ask(desk, order_key="K-1"), "the same order again"


async def test_nobody_is_asked_twice_within_a_week(desk: HelpDesk) -> None:
    assert await ask(desk)
    desk.clock.advance(timedelta(days=6, hours=23))
    assert not await ask(desk, "H-2")
    desk.clock.advance(timedelta(hours=2))
    assert await ask(desk, "H-3")
    assert len(await questions(desk)) == 2


async def test_who_wants_no_messages_is_not_asked(desk: HelpDesk) -> None:
    context = desk.context()
    async with desk.database.unit_of_work() as session:
        await opt_out(session, context.organisation_id, desk.clock, desk.customer.id)
    assert not await ask(desk)
    async with desk.database.unit_of_work() as session:
        await opt_in(session, context.organisation_id, desk.customer.id)
    assert await ask(desk)


async def test_it_can_be_switched_off(desk: HelpDesk) -> None:
    desk.support = SupportSettings(ask_satisfaction=False)
    assert not await ask(desk)


async def test_who_cannot_be_reached_is_not_asked(desk: HelpDesk) -> None:
    desk.customer = await desk.staff.joins("老客户", desk.customer.role, chat=False)
    assert not await ask(desk)


@pytest.mark.parametrize("mark", [3, 4, 5])
async def test_a_good_mark_is_kept_and_bothers_nobody(desk: HelpDesk, mark: int) -> None:
    await ask(desk)
    (row,) = await desk.satisfaction()
    told = await rate(desk.context(desk.customer), row.id, mark, "")
    assert "谢谢" in told.text
    assert [each.mark for each in await desk.satisfaction()] == [mark]
    assert await desk.reads(desk.manager) == []


async def test_a_low_mark_reaches_the_managers_with_the_words(desk: HelpDesk) -> None:
    await ask(desk)
    (row,) = await desk.satisfaction()
    await rate(desk.context(desk.customer), row.id, 2, "等了三天")
    (told,) = await desk.reads(desk.manager)
    for words in ("访客", "2 分", "李雷", "等了三天"):
        assert words in told
    assert await desk.reads(desk.agent) == []


async def test_the_words_may_come_afterwards(desk: HelpDesk) -> None:
    await ask(desk)
    (row,) = await desk.satisfaction()
    asked = await rate(desk.context(desk.customer), row.id, 1, "")
    assert "哪里没做好" in asked.text
    for words in ("没人理我", "第二次的话"):
        await explain(desk.context(desk.customer), row.id, words)
    first, second = await desk.reads(desk.manager)
    assert "1 分" in first
    assert "没人理我" in second
    assert [each.words for each in await desk.satisfaction()] == ["没人理我"]


async def test_the_first_mark_stays(desk: HelpDesk) -> None:
    await ask(desk)
    (row,) = await desk.satisfaction()
    await rate(desk.context(desk.customer), row.id, 5, "")
    again = await rate(desk.context(desk.customer), row.id, 1, "")
    assert "5 分" in again.text
    assert [each.mark for each in await desk.satisfaction()] == [5]
    assert await desk.reads(desk.manager) == []


async def test_nobody_answers_for_somebody_else(desk: HelpDesk) -> None:
    await ask(desk)
    (row,) = await desk.satisfaction()
    stranger = await desk.staff.joins("路人", desk.customer.role)
    with pytest.raises(UserFacingError):
        await rate(desk.context(stranger), row.id, 1, "")
    with pytest.raises(UserFacingError):
        await explain(desk.context(desk.customer), row.id, "还没打分")
    assert [each.mark for each in await desk.satisfaction()] == [None]


async def test_a_ticket_that_is_resolved_asks(desk: HelpDesk) -> None:
    await desk.opens()
    context = desk.context()
    for _ in range(2):
        await desk.does("K-1", "resolve", "修好了", context=context)
    resolved, question = await desk.reads(desk.customer)
    assert "修好了" in resolved
    assert "K-1" in question
