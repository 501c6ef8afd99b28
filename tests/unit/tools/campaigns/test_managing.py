"""manage_campaign: what starts, what stops, and what it costs."""

from decimal import Decimal

import pytest

from tests.builders.campaigns import Crash, Shop, a_shop
from tools.campaigns.arguments import ManageCampaign
from tools.campaigns.failures import (
    AlreadyRunning,
    CampaignDeleted,
    CampaignNotFound,
    ChangedSinceProposal,
)
from tools.campaigns.managing import execute_management, pause, propose_management
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.errors import ErrorCode, PlatformUnavailable
from tools.campaigns.tools import SPECS
from tools.result import Proposal
from tools.spec import Risk


async def _propose(shop: Shop, action: str) -> Proposal:
    order = ManageCampaign(campaign="C-1", action=action)
    return await propose_management(shop.context(), order)


async def _pause(shop: Shop, order_key: str = "inbox:1:0") -> str:
    order = ManageCampaign(campaign="C-1", action="pause")
    return (await pause(shop.context(order_key), order)).text


def test_only_a_pause_goes_without_approval() -> None:
    spec = next(spec for spec in SPECS if spec.name == "manage_campaign")
    risks = {
        action: spec.risk(ManageCampaign.model_validate({"campaign": "C-1", "action": action}))
        for action in ("start", "pause", "delete")
    }
    assert risks == {"start": Risk.money, "pause": Risk.write, "delete": Risk.money}


async def test_starting_costs_the_daily_budget_and_goes_live_on_execution_only(shop: Shop) -> None:
    campaign = await shop.campaign(daily_budget=Decimal(500))
    proposal = await _propose(shop, "start")
    assert proposal.daily_cost == 500
    assert (await shop.campaigns.live(campaign)).status is DeliveryStatus.paused
    result = await execute_management(shop.context(), proposal.plan)
    assert result.data == {"campaign": "C-1", "new_status": "active"}
    assert (await shop.campaigns.live(campaign)).status is DeliveryStatus.active
    assert await shop.campaigns.active_count() == 1


async def test_pausing_stops_it_and_says_how_to_go_on(shop: Shop) -> None:
    campaign = await shop.running_campaign()
    assert 'Say "start C-1"' in await _pause(shop)
    assert (await shop.campaigns.live(campaign)).status is DeliveryStatus.paused
    assert await shop.campaigns.active_count() == 0


async def test_pausing_what_is_paused_says_so(shop: Shop) -> None:
    await shop.campaign()
    assert "was paused already" in await _pause(shop)


async def test_a_campaign_that_was_started_on_the_platform_can_be_paused(shop: Shop) -> None:
    campaign = await shop.campaign()
    await shop.sandbox.set_status(campaign.external_id, DeliveryStatus.active)
    await _pause(shop)
    assert (await shop.campaigns.live(campaign)).status is DeliveryStatus.paused


async def test_a_repeated_pause_does_not_stop_a_campaign_that_was_started_since(
    shop: Shop,
) -> None:
    campaign = await shop.running_campaign()
    await _pause(shop, "inbox:1:0")
    await shop.sandbox.set_status(campaign.external_id, DeliveryStatus.active)
    await _pause(shop, "inbox:1:0")
    assert (await shop.campaigns.live(campaign)).status is DeliveryStatus.active


async def test_a_running_campaign_cannot_be_started(shop: Shop) -> None:
    await shop.running_campaign()
    with pytest.raises(AlreadyRunning):
        await _propose(shop, "start")


async def test_starting_leaves_an_ad_set_off_that_was_switched_off(shop: Shop) -> None:
    campaign = await shop.running_campaign(daily_budget=Decimal(300))
    off = campaign.ad_sets[1]
    await shop.sandbox.set_ad_set_status(off.external_id, DeliveryStatus.paused)
    await _pause(shop)
    proposal = await _propose(shop, "start")
    assert proposal.daily_cost == 200
    assert any("A-1.2" in line and "stay off" in line for line in proposal.lines)
    await execute_management(shop.context(), proposal.plan)
    live = await shop.campaigns.live(campaign)
    assert [row.status.value for row in live.ad_sets] == ["active", "paused", "active"]


async def test_starting_a_running_campaign_brings_switched_off_ad_sets_back(shop: Shop) -> None:
    campaign = await shop.running_campaign(daily_budget=Decimal(300))
    off = campaign.ad_sets[1]
    await shop.sandbox.set_ad_set_status(off.external_id, DeliveryStatus.paused)
    proposal = await _propose(shop, "start")
    assert proposal.daily_cost == 100
    await execute_management(shop.context(), proposal.plan)
    live = await shop.campaigns.live(campaign)
    assert {row.status for row in live.ad_sets} == {DeliveryStatus.active}


async def test_a_deletion_is_final(shop: Shop) -> None:
    campaign = await shop.running_campaign(daily_budget=Decimal(300))
    proposal = await _propose(shop, "delete")
    assert proposal.daily_cost == 300
    await execute_management(shop.context(), proposal.plan)
    assert (await shop.campaigns.live(campaign)).status is DeliveryStatus.deleted
    assert await shop.campaigns.list() == []
    with pytest.raises(CampaignDeleted):
        await _propose(shop, "start")


async def test_deleting_a_paused_campaign_moves_no_money(shop: Shop) -> None:
    await shop.campaign()
    assert (await _propose(shop, "delete")).daily_cost == 0


async def test_a_start_is_refused_when_it_would_cost_more_than_was_approved(shop: Shop) -> None:
    campaign = await shop.campaign(daily_budget=Decimal(300))
    proposal = await _propose(shop, "start")
    await shop.sandbox.set_daily_budget(campaign.ad_sets[0].external_id, Decimal(900))
    with pytest.raises(ChangedSinceProposal) as caught:
        await execute_management(shop.context(), proposal.plan)
    assert caught.value.values == {"ref": "A-1.1", "seen": "CN¥100", "now": "CN¥900"}
    assert (await shop.campaigns.live(campaign)).status is DeliveryStatus.paused


async def test_an_order_to_delete_does_not_hit_a_campaign_that_was_started_since(
    shop: Shop,
) -> None:
    campaign = await shop.campaign()
    proposal = await _propose(shop, "delete")
    await shop.sandbox.set_status(campaign.external_id, DeliveryStatus.active)
    with pytest.raises(ChangedSinceProposal):
        await execute_management(shop.context(), proposal.plan)
    assert (await shop.campaigns.live(campaign)).status is DeliveryStatus.active


async def test_a_lost_answer_counts_as_done_when_the_platform_says_so(shop: Shop) -> None:
    await shop.campaign()
    proposal = await _propose(shop, "start")
    shop.sandbox.faults.lose_answer("set_status")
    result = await execute_management(shop.context(), proposal.plan)
    assert result.data["new_status"] == "active"


async def test_an_unavailable_platform_changes_nothing_here(shop: Shop) -> None:
    await shop.campaign()
    proposal = await _propose(shop, "start")
    shop.sandbox.faults.refuse("set_status", ErrorCode.SERVICE_UNAVAILABLE)
    with pytest.raises(PlatformUnavailable):
        await execute_management(shop.context(), proposal.plan)
    assert await shop.campaigns.active_count() == 0


async def test_after_a_crash_the_order_is_finished(shop: Shop) -> None:
    await shop.campaign()
    proposal = await _propose(shop, "start")
    with pytest.raises(Crash):
        await execute_management(shop.dying("approval:7"), proposal.plan)
    assert await shop.campaigns.active_count() == 0
    await execute_management(shop.context("approval:7"), proposal.plan)
    assert await shop.campaigns.active_count() == 1


async def test_an_unknown_campaign_is_named_with_those_that_exist(shop: Shop) -> None:
    for order in range(6):
        await shop.campaign(f"approval:{order}")
    order_to_pause = ManageCampaign(campaign="C-99", action="pause")
    with pytest.raises(CampaignNotFound) as caught:
        await pause(shop.context(), order_to_pause)
    assert caught.value.values == {"ref": "C-99", "known": "C-6, C-5, C-4, C-3, C-2"}


async def test_a_campaign_of_another_organisation_does_not_exist(shop: Shop) -> None:
    await shop.campaign()
    other = await a_shop(shop.database, shop.clock, slug="other")
    with pytest.raises(CampaignNotFound):
        await other.campaigns.get("C-1")
