"""The last change is taken back with a word; what would spend money again is asked first."""

import pytest

from storage.tables.campaign import CampaignStatus
from tests.journeys.chat import COLLEAGUE, CUSTOMER, Chat


@pytest.mark.parametrize("word", ["撤销", "undo", "撤回上一步。", "/undo"])
async def test_a_pause_is_taken_back_with_a_yes(chat: Chat, word: str) -> None:
    await chat.says("暂停 C-1")
    answer = await chat.says(word)
    assert "P-1" in answer
    assert (await chat.campaign("C-1")).status is CampaignStatus.paused
    await chat.says("/approve P-1")
    assert (await chat.campaign("C-1")).status is CampaignStatus.active


async def test_a_raise_is_taken_back_at_once(chat: Chat) -> None:
    await chat.says("C-1 预算加 20%")
    await chat.says("同意")
    assert await chat.budgets("C-1") == ["240.00"] * 3
    await chat.says("撤销")
    assert await chat.budgets("C-1") == ["200.00"] * 3


async def test_a_cut_is_taken_back_with_a_yes(chat: Chat) -> None:
    await chat.says("C-1 预算减 10%")
    await chat.says("同意")
    assert await chat.budgets("C-1") == ["180.00"] * 3
    await chat.says("撤销")
    assert await chat.budgets("C-1") == ["180.00"] * 3
    await chat.says("同意")
    assert await chat.budgets("C-1") == ["200.00"] * 3


async def test_changes_are_taken_back_one_after_the_other(chat: Chat) -> None:
    await chat.says("CPA 超过 50 就暂停广告组，看 24 小时")
    await chat.says("停用规则 R-1")
    assert "R-1" in await chat.says("撤销")
    assert "启用" in await chat.says("有哪些规则")
    await chat.says("撤销")
    assert "停用" in await chat.says("有哪些规则")
    assert "没有可以撤销" in await chat.says("撤销")


async def test_nobody_takes_back_what_a_colleague_did(chat: Chat) -> None:
    await chat.says("暂停 C-1")
    assert "没有可以撤销" in await chat.says("撤销", as_=COLLEAGUE)


async def test_a_customer_has_nothing_to_take_back(chat: Chat) -> None:
    await chat.says("暂停 C-1")
    assert "P-" not in await chat.says("撤销", as_=CUSTOMER)
    assert (await chat.campaign("C-1")).status is CampaignStatus.paused
