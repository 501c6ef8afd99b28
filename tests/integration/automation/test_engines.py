"""The module on both engines: all it does, and what happens when two want the same or one dies."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.tables.work import Action
from tests.builders.automation import Desk, a_campaign_order, a_desk, a_rule_order, a_test_order
from tests.builders.campaigns import Crash
from tests.fakes.clock import FakeClock
from tools.automation.service import ACTIONS

LOOK = {"campaign_id": "C-1", "platform": "sandbox"}


@pytest.fixture
async def desk(database: Database, clock: FakeClock) -> Desk:
    desk = await a_desk(database, clock)
    await desk.shop.creative("Trial lesson")
    await desk.shop.creative("Open day")
    return desk


async def test_all_seven_actions_are_carried_out(desk: Desk) -> None:
    orders = [
        ("create_campaign", a_campaign_order()), ("create_ab_test", a_test_order()),
        ("manage_campaign", LOOK | {"action": "start"}), ("get_campaign_status", LOOK),
        ("optimize_budget", {"campaign_id": "C-1", "target_metric": "roas"}),
        ("analyze_ab_test", {"test_id": "T-1"}), ("create_rule", a_rule_order()),
    ]  # fmt: skip
    answers = [await desk.execute(action, order) for action, order in orders]
    assert {action for action, _ in orders} == set(ACTIONS)
    assert [answer["status"] for answer in answers] == ["success"] * 7


async def test_the_same_request_twice_at_once_has_one_effect(desk: Desk) -> None:
    calls = (desk.execute("create_campaign", a_campaign_order(), request_id="r") for _ in "12")
    answers = await asyncio.gather(*calls)
    assert "C-1" in [each.get("campaign_id") for each in answers]
    assert len(await desk.shop.campaigns.list()) == 1
    for each in answers:
        assert each["status"] == "success" or each["error"]["code"] == 4000


async def test_what_a_dead_process_left_is_finished_by_the_same_request(desk: Desk) -> None:
    desk.dies_after = 1
    with pytest.raises(Crash):
        await desk.execute("create_campaign", a_campaign_order(), request_id="r-1")
    desk.dies_after = None
    early = await desk.execute("create_campaign", a_campaign_order(), request_id="r-1")
    assert early["error"]["code"] == 4000
    assert early["error"]["details"] == {"approval_id": "P-1", "retry_after": 600}
    desk.shop.clock.advance(timedelta(seconds=early["error"]["details"]["retry_after"]))
    done = await desk.execute("create_campaign", a_campaign_order(), request_id="r-1")
    assert (done["campaign_id"], len(done["ads"])) == ("C-1", 6)
    async with desk.shop.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Action)) == 1
