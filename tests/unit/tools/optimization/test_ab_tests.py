"""A/B tests from the proposal to the verdict in the owner's chat."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from storage.tables.campaign import Campaign
from storage.tables.job import Job
from storage.tables.optimization import Experiment, ExperimentStatus
from tests.builders.campaigns import Crash, Shop
from tests.builders.metrics import FiguresAsTold
from tests.fakes.ports import FakeNotifier, FakePlatforms
from tools.campaigns.failures import CreativeMissing
from tools.campaigns.platforms.base import AdMetrics, DeliveryStatus
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.service import BudgetTooSmall
from tools.context import ToolContext
from tools.optimization.ab_tests import execute_ab_test, propose_ab_test
from tools.optimization.analysing import judge
from tools.optimization.arguments import AnalyzeAbTest, CreateAbTest
from tools.optimization.errors import TestNotFound as NoSuchTest
from tools.optimization.errors import TooFewVariants
from tools.optimization.finishing import analyze_ab_test, finish_experiment


def _order(*creatives: str, **more: Any) -> CreateAbTest:
    given: dict[str, Any] = {
        "creative_ids": list(creatives or ("CR-1", "CR-2")), "daily_budget": Decimal(200),
        "duration_days": 7, "platform": "sandbox", "name": "Trial or IELTS",
    }  # fmt: skip
    return CreateAbTest(**(given | more))


@pytest.fixture
async def lab(shop: Shop) -> Shop:
    """With three creatives."""
    for title in ("Trial", "IELTS", "Kids"):
        await shop.creative(title)
    return shop


async def _started(shop: Shop, *creatives: str) -> Campaign:
    proposal = await propose_ab_test(shop.context(), _order(*creatives))
    result = await execute_ab_test(shop.context("approval:7"), proposal.plan)
    return await shop.campaigns.get(result.data["campaign"])


def _told(
    campaign: Campaign, shop: Shop, *counts: tuple[int, int], days: int = 4
) -> list[AdMetrics]:
    """Conversions and revenue of each variant on each day; 20,000 impressions each."""
    today = shop.sandbox.today(shop.clock.now())
    return [
        AdMetrics(
            campaign_id=campaign.external_id, ad_set_id=ad_set.external_id,
            ad_id=ad_set.ads[0].external_id, day=today + timedelta(days=day), spend=Decimal(100),
            revenue=Decimal(revenue), impressions=20_000, clicks=400, conversions=conversions,
        )
        for day in range(days)
        for ad_set, (conversions, revenue) in zip(campaign.ad_sets, counts, strict=True)
    ]  # fmt: skip


def _context(shop: Shop, rows: Sequence[AdMetrics], **more: Any) -> ToolContext:
    platforms = FakePlatforms(FiguresAsTold(shop.sandbox, rows))
    return shop.context("inbox:5:0", platforms=platforms, **more)


async def _experiment(shop: Shop) -> Experiment:
    async with shop.database.reading() as session:
        return (await session.scalars(select(Experiment))).one()


async def test_the_approver_sees_the_whole_cost_and_that_it_starts_at_once(lab: Shop) -> None:
    context = lab.context()
    proposal = await propose_ab_test(context, _order(daily_budget=Decimal("200.01")))
    assert proposal.daily_cost == Decimal("200.01")
    assert context.say("optimization.test.starts_at_once") in proposal.lines
    assert any("CN¥1,400.07" in line for line in proposal.lines)
    assert await lab.campaigns.list() == []


async def test_every_variant_is_one_ad_set_with_one_creative_and_the_same_budget(
    lab: Shop,
) -> None:
    campaign = await _started(lab, "CR-1", "CR-2", "CR-3")
    assert [(row.ads[0].creative, len(row.ads), row.daily_budget) for row in campaign.ad_sets] == [
        ("CR-1", 1, Decimal("66.67")), ("CR-2", 1, Decimal("66.67")), ("CR-3", 1, Decimal("66.66")),
    ]  # fmt: skip
    live = await lab.campaigns.live(campaign)
    assert live.status is DeliveryStatus.active


async def test_it_sells_to_whom_the_newest_campaign_does(lab: Shop) -> None:
    await lab.campaign(countries=["SG", "MY"], product_url="https://shop.example.com/a")
    proposal = await propose_ab_test(lab.context(), _order())
    assert proposal.plan["creation"]["countries"] == ["SG", "MY"]
    assert proposal.plan["creation"]["product_url"] == "https://shop.example.com/a"
    assert any("as in C-1" in line for line in proposal.lines)


async def test_words_that_a_platform_forbids_are_not_tested_and_the_approver_is_told(
    lab: Shop,
) -> None:
    await lab.campaign(countries=["SG", "MY"])
    await lab.creative("Exam", copy="Guaranteed results or your money back!")
    await lab.creative("Speaking", copy="外教一对一，免费试听")
    proposal = await propose_ab_test(lab.context(), _order("CR-5", "CR-4"))
    own, other = (row["copies"][0] for row in proposal.plan["creation"]["ad_sets"])
    assert (own["source"], own["words"]) == ("creative", "外教一对一，免费试听")
    assert (other["source"], "uarantee" in other["words"]) == ("template", False)
    assert any("CR-4" in line and other["words"] in line for line in proposal.lines)
    assert any("CR-4" in line and "Guaranteed" in line for line in proposal.lines)


async def test_the_same_approval_starts_one_test(lab: Shop) -> None:
    proposal = await propose_ab_test(lab.context(), _order())
    first = await execute_ab_test(lab.context("approval:7"), proposal.plan)
    again = await execute_ab_test(lab.context("approval:7"), proposal.plan)
    assert first.data == again.data
    assert len(await lab.campaigns.list()) == 1


@pytest.mark.parametrize("after", [1, 2])
async def test_a_crash_is_finished_by_the_same_approval(lab: Shop, after: int) -> None:
    proposal = await propose_ab_test(lab.context(), _order())
    with pytest.raises(Crash):
        await execute_ab_test(lab.dying("approval:7", after=after), proposal.plan)
    await execute_ab_test(lab.context("approval:7"), proposal.plan)
    (campaign,) = await lab.campaigns.list()
    assert (await lab.campaigns.live(campaign)).status is DeliveryStatus.active


async def test_its_end_is_scheduled_before_anything_is_spent(lab: Shop) -> None:
    proposal = await propose_ab_test(lab.context(), _order())
    with pytest.raises(Crash):
        await execute_ab_test(lab.dying("approval:7", after=2), proposal.plan)
    async with lab.database.reading() as session:
        job = (await session.scalars(select(Job).where(Job.kind == "experiments.finish"))).one()
    assert job.due_at == lab.clock.now() + timedelta(days=7)


async def test_a_start_that_is_refused_cancels_the_test(lab: Shop) -> None:
    proposal = await propose_ab_test(lab.context(), _order())
    lab.sandbox.faults.refuse("set_status", ErrorCode.INSUFFICIENT_FUNDS)
    with pytest.raises(PlatformRefused):
        await execute_ab_test(lab.context("approval:7"), proposal.plan)
    assert (await _experiment(lab)).status is ExperimentStatus.cancelled
    async with lab.database.reading() as session:
        assert (await session.scalars(select(Job))).all() == []


@pytest.mark.parametrize(
    ("order", "error"),
    [
        pytest.param(_order("CR-1", "1"), TooFewVariants, id="the same creative twice"),
        pytest.param(_order("CR-1", "CR-9"), CreativeMissing, id="a creative that is not there"),
        pytest.param(_order(daily_budget=Decimal(19)), BudgetTooSmall, id="too little money"),
    ],
)
async def test_what_cannot_be_tested_is_refused(
    lab: Shop, order: CreateAbTest, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await propose_ab_test(lab.context(), order)


async def test_ninety_nine_conversions_are_not_enough(lab: Shop) -> None:
    campaign = await _started(lab)
    rows = _told(campaign, lab, (99, 400), (150, 400), days=1)
    lab.clock.advance(timedelta(days=1))
    result = await analyze_ab_test(_context(lab, rows), AnalyzeAbTest(test="T-1"))
    assert (result.data["enough"], result.data["current_samples"]) == (False, 99)
    assert result.data["winner"] is None
    assert "Not enough data" in result.text
    assert "one more day" in result.text


async def test_the_highest_conversion_rate_wins_and_roas_ranks(lab: Shop) -> None:
    campaign = await _started(lab)
    rows = _told(campaign, lab, (30, 300), (60, 600))
    lab.clock.advance(timedelta(days=4))
    result = await analyze_ab_test(_context(lab, rows), AnalyzeAbTest(test="T-1"))
    assert result.data["winner"]["creative"] == "CR-2"
    assert result.data["winner"]["p_value"] < 0.05
    assert [(row["rank"], row["creative"], row["roas"]) for row in result.data["results"]] == [
        (1, "CR-2", "6.0000"), (2, "CR-1", "3.0000"),
    ]  # fmt: skip
    assert 'say "raise the budget of A-1.2 by 50%"' in result.text
    assert "stop CR-1 (A-1.1)" in result.text


async def test_a_small_difference_has_no_winner(lab: Shop) -> None:
    campaign = await _started(lab)
    rows = _told(campaign, lab, (30, 300), (31, 310))
    lab.clock.advance(timedelta(days=4))
    result = await analyze_ab_test(_context(lab, rows), AnalyzeAbTest(test="T-1"))
    assert (result.data["enough"], result.data["winner"]) == (True, None)
    assert "No significant difference" in result.text


async def test_a_winner_that_earns_least_is_not_praised(lab: Shop) -> None:
    campaign = await _started(lab)
    rows = _told(campaign, lab, (30, 900), (60, 60))
    lab.clock.advance(timedelta(days=4))
    result = await analyze_ab_test(_context(lab, rows), AnalyzeAbTest(test="T-1"))
    assert "has the lowest ROAS" in result.text
    assert "raise the budget" not in result.text


async def test_two_good_ones_among_three_are_not_told_apart(lab: Shop) -> None:
    campaign = await _started(lab, "CR-1", "CR-2", "CR-3")
    found = judge(campaign.ad_sets, _told(campaign, lab, (30, 1), (60, 2), (61, 3)), days=4)
    assert found.winner is not None
    assert found.rival is not None
    assert (found.winner.creative, found.rival.creative) == ("CR-3", "CR-2")


async def test_an_unfair_split_of_the_audience_is_warned_about(lab: Shop) -> None:
    campaign = await _started(lab)
    rows = _told(campaign, lab, (60, 300), (60, 600))
    assert not judge(campaign.ad_sets, rows, days=4).skewed
    skewed = [
        replace(row, impressions=22_000) if row.ad_set_id == rows[0].ad_set_id else row
        for row in rows
    ]
    assert judge(campaign.ad_sets, skewed, days=4).skewed


async def test_nothing_converted_gives_no_estimate(lab: Shop) -> None:
    campaign = await _started(lab)
    found = judge(campaign.ad_sets, _told(campaign, lab, (0, 0), (5, 5)), days=4)
    assert (found.p_value, found.days_left) == (None, None)


async def test_at_its_end_it_stops_and_its_owner_reads_the_verdict(lab: Shop) -> None:
    campaign = await _started(lab)
    rows = _told(campaign, lab, (30, 300), (60, 600))
    lab.clock.advance(timedelta(days=7))
    notifier = FakeNotifier()
    context = _context(lab, rows, notifier=notifier, conversation_id=0)
    await finish_experiment(context, {"test": "T-1"})
    await finish_experiment(context, {"test": "T-1"})
    assert (await lab.campaigns.live(campaign)).status is DeliveryStatus.paused
    row = await _experiment(lab)
    assert (row.status, row.winner, row.ended_at) == (
        ExperimentStatus.completed, "CR-2", lab.clock.now(),
    )  # fmt: skip
    ((key, (text, _)),) = notifier.sent.items()
    assert key.endswith(f":{lab.manager.id}")
    assert "胜出：CR-2" in text


async def test_a_test_whose_campaign_was_deleted_is_cancelled(lab: Shop) -> None:
    campaign = await _started(lab)
    await lab.sandbox.set_status(campaign.external_id, DeliveryStatus.deleted)
    await finish_experiment(lab.context("job:1"), {"test": "T-1"})
    assert (await _experiment(lab)).status is ExperimentStatus.cancelled


async def test_an_unknown_test_is_said_to_be_unknown(lab: Shop) -> None:
    with pytest.raises(NoSuchTest):
        await analyze_ab_test(lab.context(), AnalyzeAbTest(test="T-9"))


async def test_on_the_market_the_groups_are_split_fairly(lab: Shop) -> None:
    await _started(lab)
    lab.clock.advance(timedelta(days=7))
    result = await analyze_ab_test(lab.context(), AnalyzeAbTest(test="T-1"))
    assert result.data["sample_ratio_mismatch"] is False
    assert sum(row["conversions"] for row in result.data["results"]) > 0
