"""Enum words, flags, tags, notes and search texts."""

import pytest

from tests.unit.tools.reading.conftest import Values
from tools.arguments import Kind

LEAD_STATUS = ("new", "following", "converted", "lost")
CAMPAIGN_STATUS = ("active", "paused", "deleted")
CAMPAIGN_ACTION = ("start", "pause", "delete")
RULE_ACTION = ("pause_adset", "start_adset", "increase_budget", "decrease_budget", "notify")


@pytest.mark.parametrize(
    ("argument", "choices", "text", "value"),
    [
        ("source", (), "在抖音來的", "douyin"),
        ("source", (), "抖因的线索", "douyin"),
        ("source", (), "red book leads", "xiaohongshu"),
        ("platform", (), "facbook 上的", "meta"),
        ("platform", (), "instagarm", "meta"),
        ("platform", (), "谷歌", "google"),
        ("objective", (), "引流", "traffic"),
        ("status", LEAD_STATUS, "没跟进的线索", "new"),
        ("status", LEAD_STATUS, "已流失", "lost"),
        ("status", CAMPAIGN_STATUS, "暂停的活动", "paused"),
        ("action", CAMPAIGN_ACTION, "把C-3停了", "pause"),
        ("action", CAMPAIGN_ACTION, "resume C-3", "start"),
        ("action", RULE_ACTION, "就把预算降20%", "decrease_budget"),
        ("action", RULE_ACTION, "let me know", "notify"),
        ("operator", (), "CPA高于50", "greater_than"),
        ("operator", (), "roas < 2", "less_than"),
        ("metric", ("ctr", "cpc"), "点击率", "ctr"),
        ("metric", ("leads", "messages"), "会话量", "messages"),
        ("group_by", (), "按来源统计", "source"),
        ("kind", (), "漏斗报表", "funnel"),
        ("format", (), "导出成exel", "xlsx"),
    ],
)
def test_a_word_of_the_vocabulary_is_read(
    values: Values, argument: str, choices: tuple[str, ...], text: str, value: str
) -> None:
    assert values(Kind.choice, text, argument, choices) == [value]


def test_the_longest_word_wins(values: Values) -> None:
    assert values(Kind.choice, "点击成本", "metric", ("cpc", "clicks")) == ["cpc"]


def test_a_latin_word_stands_alone(values: Values) -> None:
    assert values(Kind.choice, "insurance", "platform") == []
    assert values(Kind.choice, "ins 投放", "platform") == ["meta"]


def test_a_near_word_of_everyday_english_is_no_slip(values: Values) -> None:
    assert values(Kind.choice, "a smart idea", "action", CAMPAIGN_ACTION) == []


def test_words_inside_an_address_name_nothing(values: Values) -> None:
    assert values(Kind.choice, "https://facebook.com/p", "platform") == []


@pytest.mark.parametrize(
    ("argument", "text", "value"),
    [
        ("enabled", "打开R-2", True),
        ("enabled", "turn off R-2", False),
        ("enabled", "停用规则2", False),
        ("apply", "直接执行", True),
        ("apply", "go ahead", True),
        ("apply", "don't apply it", False),
        ("apply", "just suggest", False),
    ],
)
def test_flags_say_yes_or_no(values: Values, argument: str, text: str, value: bool) -> None:
    assert values(Kind.flag, text, argument)[0] is value


def test_languages(values: Values) -> None:
    assert values(Kind.language, "用繁體中文寫") == ["zh-TW"]
    assert values(Kind.language, "in English") == ["en"]


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("给L-12打上VIP标签", ["VIP"]),
        ("标签：高意向、教育", ["高意向", "教育"]),
        ("给L-8贴上“高意向”和“复购”标签", ["高意向", "复购"]),
        ("给 L-5 加个标签 重点客户", ["重点客户"]),
        ("tag L-12 as hot and vip", ["hot", "vip"]),
        ("add the tag VIP to L-12", ["VIP"]),
    ],
)
def test_tags_to_add(values: Values, text: str, tags: list[str]) -> None:
    assert values(Kind.tags, text, "add_tags") == [tags]
    assert values(Kind.tags, text, "remove_tags") == []


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("去掉L-12的冷淡标签", ["冷淡"]),
        ("L-12的VIP标签删掉", ["VIP"]),
        ("remove the tag cold from L-12", ["cold"]),
    ],
)
def test_tags_to_remove(values: Values, text: str, tags: list[str]) -> None:
    assert values(Kind.tags, text, "remove_tags") == [tags]
    assert values(Kind.tags, text, "add_tags") == []


def test_one_sentence_may_add_and_remove(values: Values) -> None:
    text = "给L-12加上高意向标签，去掉冷淡标签"
    assert values(Kind.tags, text, "add_tags") == [["高意向"]]
    assert values(Kind.tags, text, "remove_tags") == [["冷淡"]]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("备注：周五回访", "周五回访"),
        ("給L-12記一下：客戶要報價", "客戶要報價"),
        ("L-3 add a note that she wants a demo", "she wants a demo"),
    ],
)
def test_a_note_is_the_rest_of_the_message(values: Values, text: str, note: str) -> None:
    assert values(Kind.note, text, "note") == [note]


def test_a_fact_is_what_is_to_be_remembered(values: Values) -> None:
    assert values(Kind.note, "请记住我对花生过敏", "fact") == ["我对花生过敏"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("搜一下教育", ["教育"]),
        ("找教育行业的线索", ["教育行业"]),
        ("包含“双十一”的素材", ["双十一"]),
        ("creatives about summer sale", ["summer sale"]),
        ("活动名字叫黑五大促，预算500", ["黑五大促"]),
        ("找上周抖音来的线索", []),
        ("看看新线索", []),
        ("show me leads", []),
    ],
)
def test_search_words_are_what_nothing_else_explains(
    values: Values, text: str, words: list[str]
) -> None:
    assert values(Kind.text, text, "text") == words
