"""Variables are read from the customer's words by rules, and what is not said is not guessed."""

from datetime import date

import pytest

from tests.builders.playbooks import DEMO, a_playbook
from tools.visits.values import is_question, refuses, values_in

TODAY = date(2026, 11, 18)
PLAYBOOK = a_playbook(
    DEMO, ("variables:\n", "variables:\n  day: {kind: date}\n  mobile: {kind: phone}\n")
)


@pytest.mark.parametrize(
    ("text", "asked", "told"),
    [
        ("我们有20个人", "", {"team": 20}),
        ("there are 12 people in my team", "", {"team": 12}),
        ("大概二十人吧", "", {"team": 20}),
        ("20", "team", {"team": 20}),
        ("20", "", {}),
        ("20到30", "team", {}),
        ("专业版", "", {"plan": "pro"}),
        ("the PRO one please", "plan", {"plan": "pro"}),
        ("不要专业版", "plan", {}),
        ("not pro, basic", "plan", {"plan": "basic"}),
        ("专业版和基础版有什么区别", "plan", {}),
        ("it is for our project", "plan", {}),
        ("做客服培训", "use", {"use": "做客服培训"}),
        ("做客服培训", "team", {}),
        ("专业版", "use", {"plan": "pro"}),
        ("用专业版做一套面向客服的培训课程", "use", {"plan": "pro", "use": "用专业版做一套面向客服的培训课程"}),
        ("……", "use", {}),
        ("微信 wx_abc123", "", {"contact": "wx_abc123"}),
        ("a@b.cn", "", {"contact": "a@b.cn"}),
        ("139 0000 1234", "", {"contact": "13900001234", "mobile": "13900001234"}),
        ("11月20号", "day", {"day": "2026-11-20"}),
        ("明天", "day", {"day": "2026-11-19"}),
        ("明天", "", {}),
        ("明天或者后天", "day", {}),
        ("下个月", "day", {}),
    ],
)  # fmt: skip
def test_what_a_message_tells(text: str, asked: str, told: dict[str, object]) -> None:
    assert values_in(PLAYBOOK, text, TODAY, asked=asked, answers=True) == told


def test_a_message_that_asks_something_itself_is_no_answer_in_words() -> None:
    assert values_in(PLAYBOOK, "你们能做什么", TODAY, asked="use", answers=False) == {}


@pytest.mark.parametrize(
    "text",
    ["不方便", "不太方便透露", "不想说", "不想留电话", "算了", "暂时不用", "没必要吧", "no thanks", "No, thank you.",
     "I'd rather not say", "I prefer not to", "never mind"],
)  # fmt: skip
def test_a_refusal_is_heard(text: str) -> None:
    assert refuses(text, asked=False)


@pytest.mark.parametrize("text", ["不", "没有", "no", "Nope."])
def test_a_bare_no_refuses_only_what_was_asked(text: str) -> None:
    assert refuses(text, asked=True)
    assert not refuses(text, asked=False)


@pytest.mark.parametrize(
    "text",
    ["不用担心尺码，我买大一号", "方便的，13900001234", "现在就要", "no problem, it is for my son"],
)
def test_what_only_sounds_like_one_is_none(text: str) -> None:
    assert not refuses(text, asked=True)


@pytest.mark.parametrize(
    "text", ["多少钱？", "能开发票吗", "how long is the warranty", "有没有现货"]
)
def test_a_question_is_known(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize("text", ["for my son, who is 8", "给孩子用", "什么都行"])
def test_a_statement_with_a_questions_word_is_none(text: str) -> None:
    assert not is_question(text)
