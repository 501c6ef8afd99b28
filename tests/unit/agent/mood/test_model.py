"""What a customer's words sound like: heard behind the words themselves."""

import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.mood.model import SURELY_ANGRY, SURELY_BAD, guess
from agent.planner import embedding
from agent.planner.embedding import Vector
from agent.planner.examples import examples_of_moods
from tests.unit.agent.conftest import Hears
from tools.mood import Mood, MoodGuess

BLIND = Path("tests/eval/mood_heldout.jsonl")


def heard(hears: Hears, text: str) -> MoodGuess:
    mood = hears(text, persona="customer").mood
    assert mood is not None
    return mood


@pytest.mark.parametrize(
    "text",
    [
        "骗子！把我的钱还回来！", "你们这群骗子，气死我了！", "垃圾店，什么狗屁服务", "太过分了，我要去投诉你们！",
        "再不退款我就去法院起诉你们", "你們這些騙子，我要去投訴", "骗子公司，还钱！！！",
        "You are liars and thieves, give me my money back!", "This is a scam, I will sue you!",
        "what a useless garbage company, I'm furious",
    ],
)  # fmt: skip
def test_clear_anger_is_heard(hears: Hears, text: str) -> None:
    mood = heard(hears, text)
    assert (mood.mood, mood.sure) == (Mood.angry, True)


@pytest.mark.parametrize(
    "text",
    [
        "等了一个多星期了还没收到，好失望", "东西用了三天就坏了，有点难过", "我的订单怎么一直没动静，好着急",
        "等好久了還沒收到，有點失望", "It broke after one week, I'm quite disappointed",
        "I have been waiting for ten days and nobody answers",
    ],
)  # fmt: skip
def test_displeasure_is_heard_and_is_no_anger(hears: Hears, text: str) -> None:
    mood = heard(hears, text)
    assert (mood.mood, mood.sure) == (Mood.unhappy, True)


@pytest.mark.parametrize(
    "text",
    [
        "太感谢你们了，孩子很喜欢！",
        "质量特别好，下次还来",
        "Thank you, this is wonderful!",
        "超喜歡，謝謝你們",
    ],
)
def test_joy_is_heard(hears: Hears, text: str) -> None:
    assert heard(hears, text).mood is Mood.pleased


@pytest.mark.parametrize(
    "text",
    [
        "垃圾桶有几种颜色", "垃圾袋一包多少钱", "请问气垫有几个色号", "退钱要多久", "防骗指南在哪",
        "不是生气，就是想问问几点关门", "请问举报功能在哪里打开", "我不生气，就想了解下退货流程",
        "can I return it?", "scampi recipes", "which trash bags do you have?",
        "how do I report a scam mail?", "請問垃圾桶有幾種顏色",
    ],
)  # fmt: skip
def test_rough_words_in_a_calm_question_raise_no_alarm(hears: Hears, text: str) -> None:
    assert heard(hears, text).settled not in (Mood.angry, Mood.unhappy)


def test_only_customers_are_listened_to_so(hears: Hears) -> None:
    assert hears("气死我了！").mood is None


def shares(angry: float, unhappy: float, calm: float, pleased: float) -> dict[str, float]:
    whole = angry + unhappy + calm + pleased
    parts = (angry, unhappy, calm, pleased)
    return {mood: part / whole for mood, part in zip(Mood, parts, strict=True)}


@given(st.tuples(*[st.floats(0.01, 1)] * 4))
def test_anger_is_named_only_when_it_is_sure(parts: tuple[float, float, float, float]) -> None:
    scores = shares(*parts)
    mood = guess(scores)
    assert (mood.mood is Mood.angry) == (scores[Mood.angry] >= SURELY_ANGRY)
    if mood.settled is Mood.unhappy:
        assert scores[Mood.angry] + scores[Mood.unhappy] >= SURELY_BAD


def test_anger_that_is_only_likely_counts_as_displeasure() -> None:
    mood = guess(shares(0.7, 0.25, 0.03, 0.02))
    assert (mood.mood, mood.sure) == (Mood.unhappy, True)


def test_a_bad_mood_is_not_imputed_on_a_mere_guess() -> None:
    mood = guess(shares(0.2, 0.3, 0.4, 0.1))
    assert (mood.mood, mood.sure, mood.settled) == (Mood.unhappy, False, None)
    assert guess(shares(0.1, 0.1, 0.45, 0.35)).settled is Mood.calm


def test_intent_and_mood_embed_a_message_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def query(text: str) -> Vector:
        asked.append(text)
        return np.ones(embedding.DIMENSIONS, dtype=np.float32)

    monkeypatch.setattr(embedding, "shared_model", lambda: SimpleNamespace(query=query))
    embed = embedding.e5()
    assert embed("在吗") is embed("在吗")
    assert asked == ["在吗"]


def test_every_mood_has_many_examples_and_none_has_two_moods() -> None:
    examples = examples_of_moods()
    labels = [example.label for example in examples]
    assert {*labels} == {*Mood}
    assert min(labels.count(mood) for mood in Mood) >= 200
    assert len({example.text for example in examples}) == len(examples)


def test_the_blind_set_is_varied_and_no_line_of_it_is_an_example() -> None:
    content = BLIND.read_bytes()
    digest, _ = BLIND.with_suffix(".sha256").read_text().split()
    assert hashlib.sha256(content).hexdigest() == digest
    lines = [json.loads(line) for line in content.decode().splitlines()]
    moods = [line["mood"] for line in lines]
    assert len(lines) >= 240
    assert min(moods.count(mood) for mood in Mood) >= 50
    assert not {line["text"] for line in lines} & {each.text for each in examples_of_moods()}
