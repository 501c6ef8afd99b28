"""Money through the module: what the caller may confirm alone is done, the rest waits."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from config.i18n import Language
from config.roles import Role
from config.settings import ApprovalSettings
from storage.database import Database
from storage.tables.organisation import Person
from storage.tables.trust import Approval, ApprovalStatus, AuditEntry
from storage.tables.work import Action
from tests.builders.automation import Desk, a_campaign_order, a_desk, a_rule_order, a_test_order
from tests.builders.context import an_asker
from tests.fakes.clock import FakeClock
from tools.approvals.service import ApprovalService
from tools.campaigns.platforms.errors import ErrorCode
from tools.layer import ToolLayer
from tools.registry import REGISTRY

BIG = a_campaign_order(daily_budget=1_500)


@pytest.fixture
async def boss(desk: Desk) -> Person:
    return await desk.joined("Zhao", Role.admin)


async def said_yes(desk: Desk, person: Person, ref: str) -> None:
    """In a chat, as bot and agent do it."""
    shop = desk.shop
    async with shop.database.unit_of_work() as session:
        service = ApprovalService(
            session, shop.organisation.id, clock=shop.clock, settings=desk.approvals
        )
        verdict = await service.approve(session, ref, an_asker(person), inbox_id=1)
    context = shop.context(
        f"approval:{verdict.approval.id}", asker=an_asker(person), language=Language.zh_cn
    )
    layer = ToolLayer(REGISTRY["manager"], desk.approvals)
    result = await layer.execute(context, verdict.approval)
    async with shop.database.unit_of_work() as session:
        service = ApprovalService(
            session, shop.organisation.id, clock=shop.clock, settings=desk.approvals
        )
        await service.settle(verdict.approval, result.status, result.text)


async def rows(desk: Desk, table: type[Any]) -> int:
    async with desk.shop.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def events(desk: Desk) -> list[str]:
    async with desk.shop.database.reading() as session:
        return list(await session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)))


async def test_a_small_order_is_confirmed_by_the_call_itself(desk: Desk) -> None:
    answer = await desk.execute("create_campaign", a_campaign_order(daily_budget=1_000))
    assert answer["campaign_id"] == "C-1"
    assert answer["approval"]["status"] == "executed"
    assert answer["approval"]["daily_cost"] == 1_000
    assert await events(desk) == ["approval.opened", "approval.agreed", "approval.executed"]


async def test_a_large_order_waits_and_those_who_may_agree_are_asked(
    desk: Desk, boss: Person
) -> None:
    answer = await desk.execute("create_campaign", BIG)
    assert answer["status"] == "success"
    assert (answer["campaign_id"], answer["adsets"], answer["ads"]) == (None, [], [])
    assert (answer["approval"]["approval_id"], answer["approval"]["status"]) == ("P-1", "pending")
    assert "P-1" in answer["message"]
    assert await desk.shop.campaigns.list() == []
    (asked,) = desk.notifier.notices
    assert asked.endswith(f":{boss.id}")


async def test_the_same_request_tells_later_what_was_made(desk: Desk, boss: Person) -> None:
    await desk.execute("create_campaign", BIG, request_id="r-1")
    waiting = await desk.execute("create_campaign", BIG, request_id="r-1")
    assert waiting["approval"]["status"] == "pending"
    await said_yes(desk, boss, "P-1")
    done = await desk.execute("create_campaign", BIG, request_id="r-1")
    assert (done["campaign_id"], len(done["adsets"]), len(done["ads"])) == ("C-1", 3, 6)
    assert done["approval"]["status"] == "executed"
    assert len(await desk.shop.campaigns.list()) == 1


async def test_a_test_that_others_agreed_to_is_found_again(desk: Desk, boss: Person) -> None:
    order = a_test_order(daily_budget=2_000)
    waiting = await desk.execute("create_ab_test", order, request_id="r-1")
    assert (waiting["test_id"], waiting["variants"]) == (None, [])
    await said_yes(desk, boss, "P-1")
    done = await desk.execute("create_ab_test", order, request_id="r-1")
    assert (done["test_id"], done["campaign_id"], len(done["variants"])) == ("T-1", "C-1", 2)


async def test_what_was_rejected_is_an_error(desk: Desk, boss: Person) -> None:
    await desk.execute("create_campaign", BIG, request_id="r-1")
    async with desk.shop.database.unit_of_work() as session:
        service = ApprovalService(
            session, desk.shop.organisation.id, clock=desk.shop.clock, settings=desk.approvals
        )
        await service.reject("P-1", an_asker(boss))
    answer = await desk.execute("create_campaign", BIG, request_id="r-1")
    assert answer["error"]["code"] == 1001
    assert "P-1" in answer["error"]["message"]


async def test_what_nobody_answered_in_time_is_an_error(desk: Desk, boss: Person) -> None:
    await desk.execute("create_campaign", BIG, request_id="r-1")
    desk.shop.clock.advance(desk.approvals.expires_after)
    answer = await desk.execute("create_campaign", BIG, request_id="r-1")
    assert answer["error"]["code"] == 1001
    assert await desk.shop.campaigns.list() == []


async def test_two_people_are_needed_above_the_second_limit(
    database: Database, clock: FakeClock
) -> None:
    limits = ApprovalSettings(own_daily_limit=Decimal(50_000), two_people_above=Decimal(100))
    desk = await a_desk(database, clock, approvals=limits)
    await desk.shop.creative()
    order = a_campaign_order(daily_budget=300, creative_ids=["CR-1"])
    answer = await desk.execute("create_campaign", order)
    assert answer["approval"]["status"] == "pending"
    assert await desk.shop.campaigns.list() == []


@pytest.mark.parametrize(
    ("action", "order"),
    [
        ("create_campaign", a_campaign_order()), ("create_ab_test", a_test_order()),
        ("create_rule", a_rule_order()),
    ],
)  # fmt: skip
async def test_a_repeated_request_has_one_effect(
    desk: Desk, action: str, order: dict[str, Any]
) -> None:
    first = await desk.execute(action, order, request_id="r-1")
    effects = await rows(desk, Action)
    again = await desk.execute(action, order, request_id="r-1")
    assert first["status"] == "success"
    assert {name: again[name] for name in again if name.endswith("_id")} == {
        name: first[name] for name in first if name.endswith("_id")
    }
    assert await rows(desk, Action) == effects
    other = await desk.execute(action, order, request_id="r-2")
    assert other != first


async def test_a_repeated_start_says_what_it_did_and_starts_nothing_twice(desk: Desk) -> None:
    await desk.shop.campaign()
    start = {"campaign_id": "C-1", "action": "start", "platform": "sandbox"}
    await desk.execute("manage_campaign", start, request_id="r-1")
    await desk.execute("manage_campaign", start | {"action": "pause"})
    again = await desk.execute("manage_campaign", start, request_id="r-1")
    assert (again["status"], again["new_status"]) == ("success", "paused")


async def test_a_repeated_optimisation_tells_the_same_changes(desk: Desk) -> None:
    campaign = await desk.shop.running_campaign(target_roas=Decimal(2))
    desk.tell(campaign, (20, 900), (20, 900), (20, 100))
    order = {"campaign_id": "C-1", "target_metric": "roas"}
    first = await desk.execute("optimize_budget", order, request_id="r-1")
    again = await desk.execute("optimize_budget", order, request_id="r-1")
    assert len(first["optimizations"]) == 2
    assert again["optimizations"] == first["optimizations"]
    budgets = [row.daily_budget for row in (await desk.shop.campaigns.get("C-1")).ad_sets]
    assert budgets == [120, 120, 100]


async def test_an_order_that_failed_on_the_way_can_be_placed_again(desk: Desk) -> None:
    desk.shop.sandbox.faults.refuse("create_campaign", ErrorCode.SERVICE_UNAVAILABLE, times=3)
    failed = await desk.execute("create_campaign", a_campaign_order(), request_id="r-1")
    assert failed["error"]["code"] == 4000
    done = await desk.execute("create_campaign", a_campaign_order(), request_id="r-1")
    assert done["campaign_id"] == "C-1"
    assert await rows(desk, Approval) == 1


async def test_a_lost_answer_makes_one_campaign(desk: Desk) -> None:
    desk.shop.sandbox.faults.lose_answer("create_campaign")
    answer = await desk.execute("create_campaign", a_campaign_order())
    assert answer["campaign_id"] == "C-1"
    assert len(await desk.shop.campaigns.list()) == 1


async def test_a_refused_order_is_written_down_as_failed(desk: Desk) -> None:
    desk.shop.sandbox.faults.refuse("create_campaign", ErrorCode.INSUFFICIENT_FUNDS)
    await desk.execute("create_campaign", a_campaign_order(), request_id="r-1")
    async with desk.shop.database.reading() as session:
        approval = (await session.scalars(select(Approval))).one()
    assert approval.status is ApprovalStatus.failed
    again = await desk.execute("create_campaign", a_campaign_order(), request_id="r-1")
    assert again["error"]["code"] == 1001
