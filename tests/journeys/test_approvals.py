"""Money in the chat: approved, rejected, expired, doubled, raced, and above one's limit."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from storage.tables.trust import ApprovalStatus
from storage.tables.work import ActionStatus
from tests.fakes.ports import OpenFence
from tests.journeys.chat import ADMIN, AGENT, COLLEAGUE, CUSTOMER, MANAGER, Chat
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.sandbox.platform import SandboxPlatform


async def total(chat: Chat, ref: str = "C-1") -> float:
    return sum(map(float, await chat.budgets(ref)))


async def test_an_order_shows_cost_and_before_and_after(chat: Chat) -> None:
    answer = await chat.says("C-1 预算加 10%")
    assert "→" in answer
    assert "¥60" in answer
    assert [button.label for button in (await chat.last()).buttons] == ["同意 P-1", "拒绝 P-1"]


async def test_a_yes_carries_it_out_once_and_writes_it_down(chat: Chat) -> None:
    before = await total(chat)
    await chat.says("C-1 预算加 10%")
    await chat.presses("同意 P-1")
    assert round(await total(chat) / before, 3) == 1.1
    assert (await chat.approval("P-1")).status is ApprovalStatus.executed
    assert {action.status for action in await chat.actions()} == {ActionStatus.completed}


async def test_a_second_click_does_nothing(chat: Chat) -> None:
    await chat.says("C-1 预算加 10%")
    await chat.presses("同意 P-1")
    once, effects = await total(chat), len(await chat.actions())
    assert "不会重复执行" in await chat.says("/approve P-1")
    assert (await total(chat), len(await chat.actions())) == (once, effects)


async def test_a_no_changes_nothing(chat: Chat) -> None:
    before = await chat.budgets("C-1")
    await chat.says("C-1 预算加 10%")
    await chat.presses("拒绝 P-1")
    assert "已经被拒绝" in await chat.says("/approve P-1")
    assert await chat.budgets("C-1") == before
    assert await chat.actions() == []


async def test_after_a_day_it_is_too_late(chat: Chat) -> None:
    before = await chat.budgets("C-1")
    await chat.says("C-1 预算加 10%")
    chat.clock.advance(timedelta(hours=25))
    assert "过期" in await chat.says("/approve P-1")
    assert await chat.budgets("C-1") == before


async def test_who_asked_is_told_once_that_nobody_answered(chat: Chat) -> None:
    await chat.says("C-1 预算加 10%")
    chat.clock.advance(timedelta(hours=25))
    for _ in range(2):
        await chat.service.housekeeper.expire_approvals()
        await chat.service.settled()
    assert (await chat.approval("P-1")).status is ApprovalStatus.expired
    notices = [row.text for row in chat.sent() if "没有人答复" in row.text]
    assert len(notices) == 1


async def test_two_managers_who_say_yes_together_carry_it_out_once(chat: Chat) -> None:
    before = await total(chat)
    await chat.says("C-1 预算加 10%")
    await asyncio.gather(
        *(chat.writes("/approve P-1", as_=who) for who in (MANAGER, COLLEAGUE, ADMIN))
    )
    await chat.service.settled()
    assert round(await total(chat) / before, 3) == 1.1
    answers = [message.text for message in chat.sent()]
    assert sum("不会重复执行" in text for text in answers) == 2


async def test_above_the_own_limit_a_colleague_is_asked_and_answers(chat: Chat) -> None:
    answer = await chat.says("在美国建个销售广告，每天预算 3000")
    assert "已请其他经理或管理员来批" in answer
    assert (await chat.last()).buttons == ()
    assert "需要另一位" in await chat.says("/approve P-1")
    assert "P-1" in (await chat.last(COLLEAGUE)).text
    await chat.presses("同意 P-1", as_=COLLEAGUE)
    assert (await chat.approval("P-1")).status is ApprovalStatus.executed
    assert COLLEAGUE in (await chat.last(MANAGER)).text
    assert "C-3" in (await chat.last(MANAGER)).text


async def test_a_very_large_order_needs_two_others(chat: Chat) -> None:
    await chat.says("在美国建个销售广告，每天预算 12000")
    assert "还需要另一位" in await chat.says("/approve P-1", as_=COLLEAGUE)
    assert (await chat.approval("P-1")).status is ApprovalStatus.pending
    await chat.says("/approve P-1", as_=ADMIN)
    assert (await chat.approval("P-1")).status is ApprovalStatus.executed


async def test_staff_and_customers_cannot_approve(chat: Chat) -> None:
    await chat.says("C-1 预算加 10%")
    for who in (AGENT, CUSTOMER):
        await chat.says("/approve P-1", as_=who)
    assert (await chat.approval("P-1")).status is ApprovalStatus.pending


async def test_a_manager_who_was_demoted_meanwhile_cannot_approve(chat: Chat) -> None:
    await chat.says("C-1 预算加 10%")
    await chat.says(f"/role {MANAGER} agent", as_=ADMIN)
    await chat.says("/approve P-1")
    assert (await chat.approval("P-1")).status is ApprovalStatus.pending


async def test_a_plan_whose_world_has_changed_is_not_carried_out(chat: Chat) -> None:
    await chat.says("C-1 预算加 10%")
    await chat.says("C-1 预算加 20%")
    await chat.says("/approve P-2")
    after = await chat.budgets("C-1")
    await chat.says("/approve P-1")
    assert (await chat.approval("P-1")).status is ApprovalStatus.failed
    assert await chat.budgets("C-1") == after


async def test_what_an_approval_made_can_be_pointed_at(chat: Chat) -> None:
    await chat.says("在美国建个销售广告，每天预算 300")
    await chat.says("同意")
    answer = await chat.says("启动它")
    assert "C-3" in answer
    assert "P-2" in answer


async def test_waiting_approvals_are_listed_with_buttons(chat: Chat) -> None:
    await chat.says("C-1 预算加 10%")
    answer = await chat.says("/approvals")
    assert "P-1" in answer
    assert "同意 P-1" in [button.label for button in (await chat.last()).buttons]


async def begun_and_died(chat: Chat, ref: str) -> str:
    """Of the execution of an approval: the key of its first effect, whose end nobody knows."""
    order = f"approval:{(await chat.approval(ref)).id}"
    context = await chat.ground.tools_of_job(None, order, OpenFence())

    async def dies() -> dict[str, Any]:
        raise SystemExit

    with pytest.raises(SystemExit):
        await context.ledger.once(f"{order}:0", "ads.daily_budget", {}, act=dies, find=dies)
    return f"{order}:0"


async def test_what_died_half_way_and_cannot_be_gone_on_with_is_in_doubt(chat: Chat) -> None:
    await chat.says("C-1 预算加 10%")
    await chat.says("C-1 预算减 20%")
    key = await begun_and_died(chat, "P-1")
    await chat.says("/approve P-2")
    answer = await chat.says("/approve P-1")
    assert "没有执行" in answer
    assert "无法确认这一步是否生效" in answer
    left = {action.key: action.status for action in await chat.actions()}
    assert left.pop(key) is ActionStatus.unknown
    assert {*left.values()} == {ActionStatus.completed}


async def test_who_refuses_what_died_half_way_is_told_that_it_is_in_doubt(chat: Chat) -> None:
    await chat.says("C-1 预算加 10%")
    await begun_and_died(chat, "P-1")
    assert "无法确认这一步是否生效" in await chat.says("/reject P-1")
    assert [action.status for action in await chat.actions()] == [ActionStatus.unknown]


async def test_an_order_whose_second_try_comes_too_late_is_in_doubt(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = SandboxPlatform.set_status

    async def deleted_and_cut_off(
        platform: SandboxPlatform, campaign_id: str, status: DeliveryStatus
    ) -> None:
        await real(platform, campaign_id, DeliveryStatus.deleted)
        raise OSError("the database is away")

    monkeypatch.setattr(SandboxPlatform, "set_status", deleted_and_cut_off)
    await chat.writes("暂停 C-1")
    await chat.service.settled()
    chat.clock.advance(timedelta(minutes=1))
    await chat.service.gateway.sweep()
    await chat.service.settled()
    assert "无法确认这一步是否生效" in (await chat.last()).text
    assert [action.status for action in await chat.actions()] == [ActionStatus.unknown]
