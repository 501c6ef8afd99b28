"""Rules and A/B tests, told in a chat."""

from datetime import timedelta

from tests.journeys.chat import AGENT, COLLEAGUE, Chat


async def test_a_rule_is_made_tried_and_checked(chat: Chat) -> None:
    made = await chat.says("C-1 最近7天CPA高于1就降预算20%")
    assert "R-1" in made
    before = await chat.budgets("C-1")
    assert "什么都没有改" in await chat.says("/rules dry R-1")
    assert await chat.budgets("C-1") == before
    checked = await chat.says("/rules check R-1", as_=COLLEAGUE)
    assert "已执行：降预算 20%" in checked
    lowered = await chat.budgets("C-1")
    assert [float(now) < float(then) for now, then in zip(lowered, before, strict=True)] == (
        [True] * len(before)
    )
    assert "已执行" in await chat.says("/rules log R-1")
    assert "启用" in await chat.says("/rules")


async def test_an_ab_test_is_approved_runs_and_is_analysed(chat: Chat) -> None:
    asked = await chat.says("用素材 CR-1 和 CR-2 做 A/B 测试，每天 200，跑 7 天，投沙盒")
    assert "总花费最多 ¥1,400" in asked
    assert "T-1" in await chat.says("同意")
    chat.clock.advance(timedelta(days=2))
    assert "CR-1" in await chat.says("分析 T-1")


async def test_the_rules_are_for_managers(chat: Chat) -> None:
    assert "更高的权限" in await chat.says("/rules", as_=AGENT)
    assert "用法" in await chat.says("/rules log")
