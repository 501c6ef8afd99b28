"""Rules told in a chat: with conditions of several parts, templates, versions, and a look back."""

import pytest

from tests.journeys.chat import Chat

# What differs between the places was told of simpler rules already (test_optimization.py).
pytestmark = pytest.mark.parametrize(
    "place", ["console on SQLite", "Telegram on PostgreSQL"], indirect=True
)


async def test_a_condition_of_two_parts_is_said_in_plain_words_and_kept_whole(chat: Chat) -> None:
    assert "多长时间" in await chat.says("如果C-1的CPA高于1且花费超过200就暂停")
    made = await chat.says("最近3天")
    assert "C-1：近 3 天 CPA 高于 ¥1 且 近 3 天 花费 高于 ¥200 → 暂停广告组" in made
    assert "保护：同一广告组 24 小时内只动一次" in made
    checked = await chat.says("/rules check")
    assert checked.count("已执行：暂停广告组") == 3
    assert "A-1.1 · CPA ¥" in checked
    assert "、花费 ¥" in checked
    told = [sent.text for sent in chat.sent() if "R-1“自动暂停”触发：A-1.1 CPA ¥" in sent.text]
    assert len(told) == 1
    assert "想恢复就说“撤销”" in told[0]
    assert "我没看懂：“天气好”" in await chat.says("CPA高于50而且天气好就暂停，看3天")
    made = await chat.says("if cpa > 1.5 * cpa of 7d and spend > 200 over 3d pause C-1")
    assert "CPA of the last 3 days above 1.5 times the CPA of the last 7 days and spend of" in made


async def test_a_template_is_tried_on_the_past_made_changed_and_taken_back(chat: Chat) -> None:
    listed = await chat.says("/rules templates")
    assert "stop_loss（止损）：近 3 天 CPA 高于 目标 CPA 的 2 倍 → 暂停广告组" in listed
    before = await chat.budgets("C-1")
    looked = await chat.says("/rules dry last_30_days stop_loss C-1 1")
    assert "（什么都没有改）" in looked
    assert "合计动 3 次、3 个广告组：到期末少花 ¥" in looked
    assert "越往后越只能当参考" in looked
    assert "还没有自动规则" in await chat.says("/rules")
    assert "至少花了 ¥3 才判断" in await chat.says("/rules new 止损 C-1 1")
    changed = await chat.says("/rules edit R-1 cpa > 90 且 spend > 100 hours=9-21 days=工作日")
    assert "条件：近 3 天 CPA 高于 ¥2 → 近 3 天 CPA 高于 ¥90 且 近 3 天 花费 高于 ¥100" in changed
    assert "时段：不限 → 09:00-21:00" in changed
    assert "现在是第 3 版" in await chat.says("撤销")
    assert "没有第 9 版" in await chat.says("/rules back R-1 9")
    assert "现在是第 4 版" in await chat.says("/rules back R-1 2")
    shown = await chat.says("/rules versions R-1")
    assert [shown.count(f"第 {n} 版 ·") for n in range(1, 6)] == [1, 1, 1, 1, 0]
    assert "只在周一、周二、周三、周四、周五动" in await chat.says("/rules show R-1")
    assert "已停用" in await chat.says("/rules off R-1")
    assert await chat.budgets("C-1") == before


async def test_what_cannot_be_a_rule_is_said_with_the_way_to_write_it(chat: Chat) -> None:
    assert "用法" in await chat.says("/rules log")
    assert "没看到条件" in await chat.says("/rules new 暂停 C-1")
    assert "没看到要做什么" in await chat.says("/rules new CPA 高于 60 且花费大于 2")
    assert "“hours=25-26”我没看懂" in await chat.says("/rules new CPA 高于 60 就暂停 hours=25-26")
