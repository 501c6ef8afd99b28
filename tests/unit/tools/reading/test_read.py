"""Reading as a whole, on any text."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.tools.reading.conftest import NOW
from tools.arguments import Kind
from tools.reading import read
from tools.reading.grounding import grounded
from tools.reading.normal import normalise

ARGUMENTS = {Kind.choice: "source", Kind.flag: "apply", Kind.number: "value"}
PIECES = re.split(
    r"\s+",
    """C-3 L-12 A-3.1 CR-1 cr_101 到 和 、 ， 。 - — ~ % $ 五百 三成 一亿 万 十 半 点 零 折 倍 个 月 号 日 年
2月30号 10月 1号 周 上 每 每月 31号 99999999999999999999 ２０２６ 2026-13-45 20% 百分之 3万5 +65
13800138000 a@b.com https://x.y/z to and at Q3 h2 去年 last week 过去 999999 天
months ago 25点 ⁵ ① ½ İ ß ﷺ US in 美英 加 减 提高 降到 标签 打 备注 : 搜 找 线索 小李 分给 张伟 * / 0 9
每周 Monday 18-35 岁 1e9 nan  ' 「 」""",
)
messages = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(PIECES), max_size=12).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
)


@settings(max_examples=150)
@given(text=messages)
def test_any_text_is_read_for_every_kind_and_spans_lie_inside(text: str) -> None:
    for kind in Kind:
        for found in read(kind, text, now=NOW, argument=ARGUMENTS.get(kind, "")):
            assert 0 <= found.start < found.end <= len(text)


@settings(max_examples=100)
@given(text=messages)
def test_an_id_that_was_read_has_its_digits_in_the_text(text: str) -> None:
    for found in read(Kind.campaign, text, now=NOW):
        said = normalise(text[found.start : found.end])
        spelled = any(numeral in said for numeral in "一二三四五六七八九十百")
        assert spelled or int(found.value[2:]) == int(re.sub(r"\D", "", said))


@settings(max_examples=100)
@given(text=messages, kind=st.sampled_from(list(Kind)))
def test_grounding_answers_for_any_quote(text: str, kind: Kind) -> None:
    for value in ("C-3", "500", -30, True, ["US"], None, [(18, 35)]):
        answer = grounded(kind, value, text, now=NOW, argument=ARGUMENTS.get(kind, ""))
        assert isinstance(answer, bool)


@pytest.mark.parametrize(
    "sentence",
    [
        "帮我在 TikTok 建一个卖货活动，投美国和加拿大，日预算 500 美元，素材 CR-1 和 CR-2，年龄 18-35",
        "在 TikTok 建一個帶貨活動，投美國和加拿大，每天五百美元，素材CR-1、CR-2，18到35歲",
        "A sales campaign on TikTok in the US and Canada, $500 a day, CR-1 and CR-2, ages 18-35",
    ],
)
def test_one_sentence_carries_many_values(sentence: str) -> None:
    def first(kind: Kind, argument: str = "") -> object:
        return read(kind, sentence, now=NOW, argument=argument)[0].value

    assert first(Kind.choice, "platform") == "tiktok"
    assert first(Kind.choice, "objective") == "sales"
    assert first(Kind.countries) == ["US", "CA"]
    assert first(Kind.money, "daily_budget") == 500
    assert first(Kind.creatives) == ["CR-1", "CR-2"]
    assert first(Kind.ages) == [[18, 35]]


def test_every_kind_has_a_reader() -> None:
    for kind in Kind:
        assert isinstance(read(kind, "", now=NOW), list)
