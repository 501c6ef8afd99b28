"""Budgets and experiments with reasons and pictures, told in a chat."""

from datetime import timedelta

import pytest

from tests.journeys.chat import Chat

pytestmark = pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)


async def test_budgets_are_advised_in_two_sentences_and_a_picture_then_moved_and_taken_back(
    chat: Chat,
) -> None:
    before = await chat.budgets("C-2")
    advised = await chat.says("按 CPA 优化一下 C-2 的预算")
    assert "方法：按近 45 天" in advised
    assert "A-2.3 减 ¥30" in advised
    assert "八成可能在" in advised
    assert [file.media_type for file in (await chat.last()).files] == ["image/png"]
    assert await chat.budgets("C-2") == before
    asked = await chat.presses("按建议执行")
    assert "P-1" in asked
    assert "八成可能在" in asked
    assert [file.media_type for file in (await chat.last()).files] == ["image/png"]
    await chat.says("同意")
    moved = await chat.budgets("C-2")
    assert moved[2] == "120.00"
    assert sum(map(float, moved)) == sum(map(float, before))
    await chat.says("撤销")
    await chat.says("同意")
    assert await chat.budgets("C-2") == before


async def test_the_same_in_english(chat: Chat) -> None:
    await chat.says("/lang en")
    advised = await chat.says("optimize C-2 by ROAS")
    assert "I expect the daily revenue to go from" in advised
    assert "another CN¥1 should bring" in advised
    assert "P-1" in await chat.presses("Apply it")


async def test_a_test_is_planned_watched_and_shown(chat: Chat) -> None:
    asked = await chat.says("用素材 CR-1 和 CR-2 做 A/B 测试，每天 400，跑 14 天，投沙盒")
    assert "预计每个素材" in asked
    assert "一共 14 次" in asked
    await chat.says("同意")
    chat.clock.advance(timedelta(days=5))
    shown = await chat.says("分析 T-1")
    assert "第 5/14 次查看" in shown
    assert "现在" in shown.splitlines()[1]
    assert "随时可看的区间" in shown
    assert [file.media_type for file in (await chat.last()).files] == ["image/png"]


async def test_a_blunt_test_is_warned_about_in_english(chat: Chat) -> None:
    await chat.says("/lang en")
    asked = await chat.says(
        "A/B test CR-1 and CR-2 on the sandbox, 100 a day for 3 days"
    )  # fmt: skip
    assert "Not enough for 100 conversions each" in asked
    assert "It only finds conversion rates more than" in asked
