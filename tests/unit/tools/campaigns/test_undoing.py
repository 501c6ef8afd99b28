"""Taking back switches and budgets: at once when it spends less, by approval when it costs."""

from dataclasses import replace
from decimal import Decimal

import pytest

from storage.database import Database
from storage.tables.change import ChangeRecord
from tests.builders.campaigns import Crash, Shop
from tests.builders.chats import a_conversation
from tools.campaigns.arguments import ManageCampaign, SetBudget
from tools.campaigns.budgets import execute_budget, propose_budget
from tools.campaigns.managing import execute_management, pause, propose_management
from tools.campaigns.undoing import UNDO, ChangedAgain, undo_changes
from tools.context import ToolContext
from tools.result import Proposal, ToolResult
from tools.undo import last_change

PAUSE = ManageCampaign(campaign="C-1", action="pause")


class Desk:
    """A shop whose manager talks in a conversation."""

    def __init__(self, shop: Shop, conversation: int) -> None:
        self.shop = shop
        self._conversation = conversation

    def context(self, order_key: str) -> ToolContext:
        return self.shop.context(order_key, conversation_id=self._conversation)

    async def budget(self, order_key: str, **change: Decimal) -> None:
        order = SetBudget.model_validate({"campaign": "C-1"} | change)
        proposal = await propose_budget(self.context("x"), order)
        await execute_budget(self.context(order_key), proposal.plan)

    async def change(self) -> ChangeRecord:
        async with self.shop.database.reading() as session:
            found = await last_change(session, self.context("x"))
        assert found is not None
        return found

    async def undo(self) -> ToolResult | Proposal:
        record = await self.change()
        return await UNDO[record.kind].run(self.context("inbox:undo"), record)

    async def live(self) -> list[str]:
        live = await self.shop.campaigns.live(await self.shop.campaigns.get("C-1"))
        return [live.status.value, *(f"{row.daily_budget:.2f}" for row in live.ad_sets)]


@pytest.fixture
async def desk(shop: Shop) -> Desk:
    async with shop.database.unit_of_work() as session:
        conversation = await a_conversation(session, shop.organisation, chat="undo")
    await shop.running_campaign()
    return Desk(shop, conversation)


async def test_undoing_a_pause_asks_first_and_then_starts_again(desk: Desk) -> None:
    await pause(desk.context("inbox:1"), PAUSE)
    proposal = await desk.undo()
    assert isinstance(proposal, Proposal)
    assert proposal.daily_cost == 300
    assert (await desk.live())[0] == "paused"
    await execute_management(desk.context("approval:9"), proposal.plan)
    assert (await desk.live())[0] == "active"


async def test_undoing_a_cut_asks_for_what_comes_back(desk: Desk) -> None:
    await desk.budget("approval:2", change_percent=Decimal(-60))
    proposal = await desk.undo()
    assert isinstance(proposal, Proposal)
    assert (proposal.daily_cost, UNDO["campaign.budget"].tool) == (Decimal(180), "set_budget")
    await execute_budget(desk.context("approval:9"), proposal.plan)
    assert (await desk.live())[1:] == ["100.00"] * 3


async def test_undoing_a_raise_is_done_at_once(desk: Desk) -> None:
    await desk.budget("approval:2", change_percent=Decimal(20))
    result = await desk.undo()
    assert isinstance(result, ToolResult)
    assert (await desk.live())[1:] == ["100.00"] * 3


async def test_undoing_a_start_is_done_at_once(desk: Desk) -> None:
    await pause(desk.context("inbox:1"), PAUSE)
    start = ManageCampaign(campaign="C-1", action="start")
    proposal = await propose_management(desk.context("x"), start)
    await execute_management(desk.context("approval:2"), proposal.plan)
    assert isinstance(await desk.undo(), ToolResult)
    assert (await desk.live())[0] == "paused"


async def test_what_changed_again_is_not_undone(desk: Desk) -> None:
    await desk.budget("approval:2", change_percent=Decimal(20))
    record = await desk.change()
    await desk.budget("approval:3", change_percent=Decimal(10))
    with pytest.raises(ChangedAgain):
        await undo_changes(desk.context("inbox:undo"), record)
    assert (await desk.live())[1:] == ["132.00"] * 3


async def test_an_undo_leaves_nothing_new_to_undo(desk: Desk) -> None:
    await desk.budget("approval:2", change_percent=Decimal(20))
    before = await desk.change()
    await desk.undo()
    assert (await desk.change()).id == before.id


async def test_pausing_what_was_paused_cannot_start_it_by_undo(desk: Desk) -> None:
    await pause(desk.context("inbox:1"), PAUSE)
    await pause(desk.context("inbox:2"), PAUSE)
    assert (await desk.change()).order_key == "inbox:1"


async def test_a_deletion_is_for_good(desk: Desk, database: Database) -> None:
    delete = ManageCampaign(campaign="C-1", action="delete")
    proposal = await propose_management(desk.context("x"), delete)
    await execute_management(desk.context("approval:2"), proposal.plan)
    async with database.reading() as session:
        assert await last_change(session, desk.context("x")) is None


async def test_only_what_was_carried_out_is_taken_back(desk: Desk) -> None:
    proposal = await propose_budget(
        desk.context("x"), SetBudget(campaign="C-1", change_percent=Decimal(20))
    )
    dying = replace(desk.shop.dying("approval:2", after=2), conversation_id=desk._conversation)
    with pytest.raises(Crash):
        await execute_budget(dying, proposal.plan)
    assert (await desk.live())[1:] == ["120.00", "120.00", "100.00"]
    await desk.undo()
    assert (await desk.live())[1:] == ["100.00"] * 3
