"""What a question asks for."""

import pytest

from tools.support.asked import Question, has_subject, in_range, shape, subject_of


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("退货要几天", "签收后 7 天内可以退货。", "请保留吊牌。"),
        ("第二天几点能到", "上午 9:30 送达。", "从签收的第二天开始计算。"),
        ("洗牙什么价", "洗牙：260 元", "洗牙：40 分钟"),
        ("停哪儿", "停在 B2 层。", "停车免 3 小时。"),
        ("学生有优惠不", "凭学生证 9 折。", "学生须出示证件。"),
        ("泳池多深", "水深 1.2 米。", "水温 27 ℃。"),
        ("how much is a bike", "Bikes cost 30 yuan.", "Bikes can be taken until 6 pm."),
        ("when do you close", "We close at 9 pm.", "We close the gate."),
        ("为什么要押金", "因为房间里有贵重物品。", "押金 300 元。"),
    ],
)
def test_an_answer_has_the_shape_that_is_asked_for(question: str, answer: str, other: str) -> None:
    assert shape(Question(question), answer) == (1.0, 0.0)
    assert shape(Question(question), other) == (0.0, 1.0)


def test_a_question_of_yes_or_no_asks_for_no_shape() -> None:
    assert shape(Question("可以带狗吗"), "小型犬可以入住。") == (0.0, 0.0)


def test_what_only_makes_it_a_question_is_no_subject() -> None:
    assert subject_of("请问你们的点读笔怎么样？").split() == ["的点读笔", "?"]
    assert has_subject("退货要几天")
    assert not has_subject("多久？")


@pytest.mark.parametrize(
    ("said", "held"), [("165-172 厘米", 1), ("172 到 180 厘米", -1), ("均码", 0)]
)
def test_a_number_lies_in_a_range_or_not(said: str, held: int) -> None:
    assert in_range(Question("身高170穿什么"), said) == held


def test_a_question_that_leans_on_another_takes_it_along() -> None:
    assert Question("那鞋子呢？", "衣服几天可以退？").whole == "衣服几天可以退 那鞋子呢？"
