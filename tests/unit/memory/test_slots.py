"""What a stated wish or fact is read as, in Chinese and English, and what is left unread."""

import pytest

from memory.slots import read
from memory.statements import statements
from storage.tables.memory import MemoryKind


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("以后报表都用英文", "report_language", "en"),
        ("以後報表都用英文", "report_language", "en"),
        ("From now on, reports in English please", "report_language", "en"),
        ("报表别用英文了，用中文", "report_language", "zh-CN"),
        ("以后用中文回复我", "answer_language", "zh-CN"),
        ("以后都用繁体", "answer_language", "zh-TW"),
        ("Please always answer in English", "answer_language", "en"),
        ("不要再用英文了", "answer_language", None),
        ("我只看Meta", "platform", "meta"),
        ("我只看 Meta 和 Google", "platform", "meta,google"),
        ("默认平台用谷歌", "platform", "google"),
        ("I only care about TikTok", "platform", "tiktok"),
        ("不要只看Meta了", "platform", None),
        ("以后所有平台都看", "platform", None),
        ("报表默认看上周", "report_period", "last_week"),
        ("以后报表都发Excel", "report_format", "xlsx"),
        ("晚上10点到早上8点别打扰我", "quiet_hours", "22:00-08:00"),
        ("晚上十点半以后不要给我发消息", "quiet_hours", "22:30-08:00"),
        ("don't message me between 10pm and 8am", "quiet_hours", "22:00-08:00"),
        ("随时可以找我", "quiet_hours", None),
        ("下午3点以后联系我", "contact_time", "下午 15:00"),
        ("预算每天不要超过500", "budget_limit:day", "500"),
        ("never spend more than $1,500 a day", "budget_limit:day", "1500"),
        ("C-1 的预算别超过300", "budget_limit:c-1:day", "300"),
        ("Meta的预算每月最多1万", "budget_limit:meta:month", "1万"),
        ("我叫王小明", "name", "王小明"),
        ("叫我老王就行", "called", "老王"),
        ("my name is Tom Lee", "name", "tom lee"),
        ("我搬到深圳了", "city", "深圳"),
        ("我们公司在杭州", "city:company", "杭州"),
        ("I moved to Berlin", "city", "berlin"),
        ("我的电话换成13900002222了", "own:phone", "13900002222"),
        ("我的手机号是13800001111", "own:phone", "13800001111"),
        ("my favourite colour is blue", "own:favourite colour", "blue"),
        ("我们的客单价是300元", "own:客单价", "300元"),
    ],
)
def test_what_can_be_only_one_at_a_time_is_read(text: str, slot: str, value: str | None) -> None:
    found = read(text)
    assert found is not None
    assert (found.slot, found.value) == (slot, value)


@pytest.mark.parametrize(
    "text",
    [
        "我喜欢喝茶", "我在开会", "我不投Meta", "把这句话翻译成英文", "我叫什么名字？", "你会说英文吗",
        "which platform do I prefer", "我老婆叫小红", "每天早上9点看报表", "call me back tomorrow",
        "Meta 昨天花了多少", "用英文写一条文案", "",
    ],
)  # fmt: skip
def test_what_is_not_certain_is_left_in_its_words(text: str) -> None:
    assert read(text) is None


def test_a_message_that_says_two_things_is_two_statements() -> None:
    first, second = statements("以后报表都用英文，我只看Meta。")
    assert (first.text, second.text) == ("以后报表都用英文", "我只看Meta")


def test_a_message_that_says_one_thing_stays_whole() -> None:
    (only,) = statements("我女儿今年5岁，刚上幼儿园，很可爱。")
    assert only.text == "我女儿今年5岁，刚上幼儿园，很可爱。"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("以后报表都用英文", MemoryKind.wish), ("请不要给我打电话", MemoryKind.wish),
        ("please keep it short", MemoryKind.wish), ("我对花生过敏", MemoryKind.fact),
        ("我的生日是5月1日", MemoryKind.fact), ("I have two daughters", MemoryKind.fact),
    ],
)  # fmt: skip
def test_wishes_are_told_from_facts(text: str, kind: MemoryKind) -> None:
    (only,) = statements(text)
    assert only.kind is kind


def test_wishes_outlive_remarks() -> None:
    (wish,), (fact,) = statements("以后报表都用英文"), statements("我对花生过敏")
    assert wish.importance > fact.importance
