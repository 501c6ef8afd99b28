"""What the staff might do after a visit, and on which day: Wednesday, 10:00, unless told."""

import pytest

from storage.tables.visit import Mood
from tests.builders.visits import Reception
from tests.unit.tools.visits.test_ending import has_a_lead

HELMETS = "你们卖不卖自行车头盔？"


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("耳机多少钱？我的电话 13900001234", True), ("How much is it? +65 9123 4567", True),
        ("耳机多少钱？", False), ("我的电话 13900001234", False),
        ("已经下单了，多少钱运费？电话 13900001234", False),
    ],
)  # fmt: skip
async def test_who_asked_the_price_and_can_be_reached_is_contacted_the_next_working_day(
    reception: Reception, text: str, follows: bool
) -> None:
    await reception.says(text, sources=("价目表",))
    await reception.leaves()
    assert await reception.due() == ({"contact": "11-19"} if follows else {})


@pytest.mark.parametrize(
    ("moment", "contact", "answer"),
    [
        ("2026-11-18 11:00", "11-19", "11-18"), ("2026-11-18 20:00", "11-19", "11-19"),
        ("2026-11-20 16:00", "11-23", "11-20"), ("2026-11-20 19:00", "11-23", "11-23"),
        ("2026-11-22 12:00", "11-23", "11-23"),
    ],
)  # fmt: skip
async def test_days_are_those_on_which_people_work(
    reception: Reception, moment: str, contact: str, answer: str
) -> None:
    reception.goes_to(moment)
    await reception.says("头盔多少钱？电话 13900001234", unsure=True)
    await reception.leaves()
    due = await reception.due()
    assert (due["contact"], due["answer"]) == (contact, answer)


async def test_a_question_that_colleagues_answered_is_not_open(reception: Reception) -> None:
    await reception.says(HELMETS, unsure=True)
    await reception.helped("不卖的，抱歉")
    await reception.leaves()
    assert await reception.due() == {}
    assert "遗留：无" in await reception.summary()


async def test_a_question_that_was_answered_in_other_words_is_not_open(
    reception: Reception,
) -> None:
    await reception.says("鞋子退货期限？", unsure=True)
    await reception.says("鞋子几天可以退货？", sources=("退货政策",))
    await reception.says(HELMETS, unsure=True)
    await reception.leaves()
    (answer, _) = await reception.follow_ups()
    assert HELMETS in answer.text
    assert "鞋子" not in answer.text


@pytest.mark.parametrize(
    ("text", "follows"),
    [
        ("我要退货", True), ("我想把这双鞋退掉", True), ("帮我申请退款", True), ("退钱！", True),
        ("我准备换货", True), ("I want to return it", True), ("I'd like a refund", True),
        ("可以退货吗？", False), ("我想问一下退货政策", False), ("几天内可以退货？", False),
        ("退货要多久？", False), ("How do refunds work?", False), ("我不退", False),
    ],
)  # fmt: skip
async def test_who_returns_something_is_asked_in_three_days(
    reception: Reception, text: str, follows: bool
) -> None:
    await reception.says(text, sources=("退货政策",))
    await reception.leaves()
    # Saturday would be the third day.
    assert await reception.due() == ({"return": "11-23"} if follows else {})


@pytest.mark.parametrize(
    ("moods", "follows"),
    [
        ((Mood.angry,), True), ((Mood.angry, Mood.calm), True), ((Mood.calm, Mood.unhappy), True),
        ((Mood.unhappy, Mood.calm), False), ((Mood.pleased,), False),
    ],
)  # fmt: skip
async def test_who_was_angry_or_left_unhappy_is_called_back(
    reception: Reception, moods: tuple[Mood, ...], follows: bool
) -> None:
    for mood in moods:
        await reception.says("这鞋怎么洗？", sources=("保养",), mood=mood)
    await reception.leaves()
    assert await reception.due() == ({"mood": "11-18"} if follows else {})


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("明天给您回电话", "11-19"), ("好的，周五前联系您，最晚11月20日", "11-20"),
        ("昨天的包裹今天给您寄出", "11-18"), ("下周一我给您回复", "11-23"),
        ("I will call you tomorrow", "11-19"), ("这个周六给您补发：11月21日", "11-21"),
        ("稍后给您回复", None), ("昨天已经发货了", None), ("明天是周四", None),
    ],
)  # fmt: skip
async def test_a_day_that_staff_promised_is_kept_by_who_promised(
    reception: Reception, words: str, day: str | None
) -> None:
    await reception.says("包裹在哪里？", sources=("物流",))
    await reception.helped(words)
    await reception.leaves()
    assert await reception.due() == ({"promise": day} if day else {})
    if day:
        (row,) = await reception.follow_ups()
        assert row.owner_id == reception.agent.id
        assert words in (await reception.reads(reception.agent))[-1]


async def test_the_missing_document_is_for_the_managers(reception: Reception) -> None:
    inbox_id = await reception.says(HELMETS, unsure=True)
    await has_a_lead(reception, inbox_id, reception.agent.id)
    await reception.leaves()
    (own,) = await reception.reads(reception.agent)
    assert "补一份资料" not in own
    (managers,) = await reception.reads(reception.manager)
    assert "补一份资料" in managers
