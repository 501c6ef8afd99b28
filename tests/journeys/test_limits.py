"""Money safety as people meet it: limits that no yes passes, until an admin moves them."""

from storage.tables.campaign import CampaignStatus
from tests.journeys.chat import ADMIN, COLLEAGUE, Chat

NOT_SO = ("set", "set campaign", "set moon 100", "set campaign -5", "set campaign 0.001")


async def test_an_order_beyond_a_limit_is_refused_until_an_admin_moves_it(chat: Chat) -> None:
    assert "¥20,000" in await chat.says("/limits")
    assert "管理员" in await chat.says("/limits set campaign 650")
    for words in NOT_SO:
        assert "/limits" in await chat.says(f"/limits {words}", as_=ADMIN)
    assert "¥650" in await chat.says("/limits set campaign 650", as_=ADMIN)
    refused = await chat.says("C-1 预算加 20%")
    for part in ("¥650", "¥600", "¥120", "¥50", "陈总", "/limits set campaign"):
        assert part in refused
    await chat.says("/limits reset campaign", as_=ADMIN)
    assert "P-1" in await chat.says("C-1 预算加 20%")
    await chat.says("/approve P-1")
    assert await chat.budgets("C-1") == ["240.00"] * 3
    assert "limit.set" in await chat.says("/audit 20", as_=ADMIN)


async def test_neither_a_yes_nor_an_undo_passes_a_limit_that_came_meanwhile(chat: Chat) -> None:
    await chat.says("C-1 预算加 20%")
    await chat.says("/limits set 全部 100", as_=ADMIN)
    assert "上限" in await chat.says("/approve P-1", as_=COLLEAGUE)
    assert await chat.budgets("C-1") == ["200.00"] * 3
    await chat.says("暂停 C-1")
    assert "上限" in await chat.says("撤销")
    assert (await chat.campaign("C-1")).status is CampaignStatus.paused
