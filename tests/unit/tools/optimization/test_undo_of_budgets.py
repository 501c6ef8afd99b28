"""Budgets that a rule or the optimiser moved are taken back like any others, with the reason of the
first change in the ledger."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.tables.work import Action
from tests.builders.campaigns import Shop, a_shop
from tests.fakes.clock import FakeClock
from tools.campaigns.service import Change, ChangePlan
from tools.campaigns.tools import SPECS as CAMPAIGN_TOOLS
from tools.campaigns.undoing import undo_changes
from tools.context import ToolContext
from tools.optimization.tools import SPECS as OPTIMIZATION_TOOLS
from tools.result import Proposal
from tools.undo import last_change

TOOLS = {spec.name: spec for spec in (*CAMPAIGN_TOOLS, *OPTIMIZATION_TOOLS)}
WHY = "ROAS 3.1, more than 1.5 times the target"


@pytest.fixture
async def shop(sqlite_url: str, clock: FakeClock) -> Any:
    async with Database(sqlite_url) as database:
        shop = await a_shop(database, clock)
        await shop.running_campaign()
        yield shop


async def run(context: ToolContext, tool: str, plan: dict[str, Any]) -> None:
    execute = TOOLS[tool].execute
    assert execute is not None
    assert (await execute(context, plan)).status == "ok"


async def budget(shop: Shop) -> Decimal:
    live = await shop.campaigns.live(await shop.campaigns.get("C-1"))
    return live.ad_sets[0].daily_budget


# A rule's raise and an order in the chat are set_budget, the optimiser's is its own tool.
@pytest.mark.parametrize("tool", ["set_budget", "optimize_budget"])
@pytest.mark.parametrize("after", ["120.00", "80.00"])
async def test_a_budget_is_taken_back_whoever_moved_it(shop: Shop, tool: str, after: str) -> None:
    change = Change(ref="A-1.1", field="daily_budget", before="100.00", after=after, why=WHY)
    plan = ChangePlan(campaign="C-1", changes=(change,)).model_dump(mode="json")
    context = shop.context("approval:7")
    await run(context, tool, plan)
    assert await budget(shop) == Decimal(after)
    async with shop.database.reading() as session:
        record = await last_change(session, context)
        made = await session.scalar(select(Action).order_by(Action.id.desc()).limit(1))
    assert record is not None
    assert made is not None
    assert {name: made.request[name] for name in ("before", "after", "why")} == {
        "before": "100.00", "after": after, "why": WHY,
    }  # fmt: skip
    back = await undo_changes(replace(context, order_key="inbox:8:0"), record)
    if isinstance(back, Proposal):
        assert (after, back.daily_cost) == ("80.00", Decimal(20))
        await run(replace(context, order_key="approval:9"), "set_budget", back.plan)
    assert await budget(shop) == 100
