"""The statements that answer, and how sure that is. The real model tells meanings."""

import pytest

from memory.meaning import Meanings, shared_meanings
from storage.tables.knowledge import ChunkKind
from tests.unit.tools.support.test_statements import a_passage
from tools.support.asked import Question
from tools.support.choosing import MOST_STATEMENTS, Choice, choose
from tools.support.knowledge import SURE, questions_in

PASSAGES = (
    a_passage("自签收之日起 7 天内可以退货。请保留吊牌。节日礼盒拆封后不退。", heading="衣服", chunk_id=1),
    a_passage("自签收之日起 15 天内可以退货，鞋底须无磨损。", heading="鞋类", chunk_id=2),
    a_passage("可以。下单时填写抬头，第二天发到邮箱。", kind=ChunkKind.faq, question="可以开发票吗？",
              title="常见问题", chunk_id=3),
    a_passage("Gift cards are valid for 24 months. They cannot be exchanged for cash.", title="Gift cards",
              chunk_id=4),
)  # fmt: skip


@pytest.fixture(scope="session")
def meanings() -> Meanings:
    return shared_meanings()


async def chosen(question: Question, meanings: Meanings) -> Choice:
    return await choose(question, PASSAGES, meanings)


def texts(choice: Choice) -> str:
    return " ".join(each.text for each in choice.chosen)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("鞋子几天可以退", "15 天"),
        ("礼盒拆了能退吗", "节日礼盒拆封后不退。"),
        ("礼品卡有效期多久", "24 months"),
        ("how long can I return shoes", "15 天"),
        ("能不能开发票", "第二天发到邮箱"),
    ],
)
async def test_the_statement_that_answers_is_chosen_across_languages(
    meanings: Meanings, question: str, answer: str
) -> None:
    choice = await chosen(Question(question), meanings)
    assert answer in texts(choice)
    assert len(choice.chosen) <= MOST_STATEMENTS


@pytest.mark.parametrize(
    "question", ["你们卖自行车头盔吗", "今天天气怎么样", "can I bring my dog", "股票代码是多少"]
)
async def test_what_nothing_answers_is_not_sure(meanings: Meanings, question: str) -> None:
    assert (await chosen(Question(question), meanings)).sure < SURE


async def test_a_question_that_leans_on_another_is_about_its_own_subject(
    meanings: Meanings,
) -> None:
    choice = await chosen(Question("那鞋子呢？", "衣服几天之内可以退货？"), meanings)
    assert choice.chosen[0].passage == 1


@pytest.mark.parametrize(("height", "size"), [(168, "M"), (176, "L")])
async def test_of_rows_with_ranges_the_one_that_holds_the_number_is_chosen(
    meanings: Meanings, height: int, size: str
) -> None:
    sizes = "| 尺码 | 身高 |\n| --- | --- |\n| M | 165-172 厘米 |\n| L | 172-180 厘米 |"
    choice = await choose(Question(f"身高{height}穿什么尺码"), [a_passage(sizes)], meanings)
    assert [each.text[0] for each in choice.chosen] == [size]


async def test_nothing_found_is_nothing_chosen(meanings: Meanings) -> None:
    assert await choose(Question("退货"), [], meanings) == Choice()


def test_a_message_is_parted_into_its_questions() -> None:
    assert [each.text for each in questions_in("退货要几天？运费谁出？")] == [
        "退货要几天？",
        "运费谁出？",
    ]
    assert [each.text for each in questions_in("我买了鞋。能退吗？多久？")] == [
        "我买了鞋。能退吗？多久？"
    ]
    assert questions_in("退货要几天？\n那鞋子呢？") == [Question("那鞋子呢？", "退货要几天？")]
