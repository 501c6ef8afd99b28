"""Which statement is nearer to an answer, before anything is embedded."""

from memory.knowledge import Passage
from tests.unit.tools.support.test_statements import a_passage
from tools.support.asked import Question
from tools.support.judging import FITTED, Judge
from tools.support.statements import statements

PERIODS = "| 商品 | 整机 |\n| --- | --- |\n| 学习机 | 1 年 |\n| 耳机 | 6 个月 |"
STARTS = "从签收的第二天开始计算，不需要保修卡。"


def best(question: Question, *passages: Passage) -> str:
    judge = Judge(question, passages)
    found = statements(passages)
    return max(found, key=lambda each: FITTED.score(judge.traits(each))).text


def test_a_table_answers_what_its_heading_names() -> None:
    warranty = a_passage(f"{PERIODS}\n\n{STARTS}", heading="保修期")
    assert best(Question("保修多久"), warranty) == "学习机：1 年"


def test_the_row_of_what_is_named_comes_first() -> None:
    warranty = a_passage(f"{PERIODS}\n\n{STARTS}", heading="保修期")
    assert best(Question("耳机能保多久"), warranty) == "耳机：6 个月"


def test_other_words_for_the_same_count() -> None:
    parking = a_passage("B2 层可以停车，免 3 小时。团课免费参加。")
    assert best(Question("is there a garage"), parking) == "B2 层可以停车，免 3 小时。"


def test_what_is_asked_itself_counts_more_than_what_was_asked_before() -> None:
    clothes, shoes = a_passage("衣服 7 天内可以退货。"), a_passage("鞋子 15 天内可以退货。")
    assert best(Question("那鞋子呢？", "衣服几天内可以退货？"), clothes, shoes).startswith("鞋子")


def signs(question: str, text: str) -> tuple[float, ...]:
    passages = [a_passage(text)]
    judge = Judge(Question(question), passages)
    statement = statements(passages)[0]
    score = FITTED.score(judge.traits(statement), 0.4)
    return judge.signs(statement, score, 0.4, [0.4, 0.1, 0.1])


def test_it_is_less_sure_when_the_shape_or_the_subject_is_missing() -> None:
    sure = FITTED.sure(signs("洗牙多少钱", "洗牙：260 元"))
    assert sure > FITTED.sure(signs("洗牙多少钱", "洗牙：40 分钟"))
    assert sure > FITTED.sure(signs("美白多少钱", "洗牙：260 元"))
