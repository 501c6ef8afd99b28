"""The planned looks at an A/B test: what is registered, said every day, and drawn."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from config.i18n import Language
from storage.database import Database
from storage.tables.campaign import Campaign
from storage.tables.job import Job
from storage.tables.optimization import Experiment
from tests.builders.campaigns import Shop, a_shop
from tests.builders.metrics import FiguresAsTold, daily
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeNotifier, FakePlatforms
from tools.campaigns.arguments import ManageCampaign
from tools.campaigns.managing import pause
from tools.campaigns.platforms.base import AdMetrics
from tools.context import ToolContext
from tools.optimization.ab_tests import LOOK, execute_ab_test, propose_ab_test
from tools.optimization.analysing import horizon
from tools.optimization.arguments import AnalyzeAbTest, CreateAbTest
from tools.optimization.experiments import obrien_fleming_bound
from tools.optimization.finishing import (
    analyze_ab_test,
    finish_experiment,
    look_at_experiment,
)
from tools.optimization.looking import course
from tools.optimization.planning import Horizon

T_1 = {"test": "T-1"}


@pytest.fixture
async def lab(sqlite_url: str, clock: FakeClock) -> AsyncIterator[Shop]:
    """With three creatives."""
    async with Database(sqlite_url) as database:
        shop = await a_shop(database, clock)
        for title in ("Trial", "IELTS", "Kids"):
            await shop.creative(title)
        yield shop


def _order(*creatives: str, days: int = 7) -> CreateAbTest:
    return CreateAbTest(
        creative_ids=list(creatives or ("CR-1", "CR-2")), daily_budget=Decimal(200),
        duration_days=days, platform="sandbox", name="Trial or IELTS",
    )  # fmt: skip


async def _started(shop: Shop, *creatives: str, days: int = 7) -> Campaign:
    proposal = await propose_ab_test(shop.context(), _order(*creatives, days=days))
    result = await execute_ab_test(shop.context("approval:7"), proposal.plan)
    return await shop.campaigns.get(result.data["campaign"])


def _told(campaign: Campaign, shop: Shop, *conversions: int, days: int) -> list[AdMetrics]:
    """So many a day from the test's first day on; 20,000 impressions each."""
    first = shop.sandbox.today(campaign.created_at)
    return [
        AdMetrics(
            campaign_id=campaign.external_id, ad_set_id=ad_set.external_id,
            ad_id=ad_set.ads[0].external_id, day=first + timedelta(days=day), spend=Decimal(100),
            revenue=Decimal(20 * each), impressions=20_000, clicks=400, conversions=each,
        )
        for day in range(days)
        for ad_set, each in zip(campaign.ad_sets, conversions, strict=True)
    ]  # fmt: skip


def _context(shop: Shop, rows: Sequence[AdMetrics], **more: Any) -> ToolContext:
    platforms = FakePlatforms(FiguresAsTold(shop.sandbox, rows))
    return shop.context("inbox:5:0", platforms=platforms, **more)


async def _looked(shop: Shop, *conversions: int, after: int, **more: Any) -> ToolContext:
    """A test of a week, so many days later."""
    creatives = tuple(f"CR-{place}" for place in range(1, len(conversions) + 1))
    campaign = await _started(shop, *creatives)
    shop.clock.advance(timedelta(days=after))
    return _context(shop, _told(campaign, shop, *conversions, days=after), **more)


async def _jobs(shop: Shop) -> list[Job]:
    async with shop.database.reading() as session:
        return list(await session.scalars(select(Job).where(Job.kind == LOOK)))


async def test_the_horizon_is_fixed_before_the_test_begins(lab: Shop) -> None:
    await _started(lab, days=14)
    async with lab.database.reading() as session:
        row = (await session.scalars(select(Experiment))).one()
    assert horizon(row).looks == 14
    (job,) = await _jobs(lab)
    assert job.due_at == lab.clock.now() + timedelta(days=1)


async def test_the_approver_reads_what_the_test_can_show(lab: Shop) -> None:
    campaign = await lab.running_campaign()
    today = lab.sandbox.today(lab.clock.now())
    past = daily(campaign, campaign.ad_sets[0], today, spend=10, revenue=50, conversions=1)
    context = _context(lab, past, language=Language.zh_cn)
    proposal = await propose_ab_test(context, _order())
    text = "\n".join(proposal.lines)
    assert "预计每个素材 70,000 次展示、约 70 次转化" in text
    assert "攒不够每个素材 100 次转化" in text
    assert "按这个预算要跑 10 天，或者把日预算提到 ¥286" in text
    assert proposal.plan["horizon"] == {"looks": 7, "trials": 140_000}


async def test_without_a_past_it_says_that_it_cannot_tell(lab: Shop) -> None:
    proposal = await propose_ab_test(lab.context(), _order())
    assert any("I can't tell how long it takes" in line for line in proposal.lines)
    assert proposal.plan["horizon"] == {"looks": 7, "trials": None}


async def test_a_difference_beyond_the_boundary_may_stop_early(lab: Shop) -> None:
    context = await _looked(lab, 30, 60, after=4, language=Language.zh_cn)
    result = await analyze_ab_test(context, AnalyzeAbTest(test="T-1"))
    assert result.data["may_stop"]
    assert "现在可以提前停：CR-2 的领先已经越过提前结束的界限" in result.text
    assert "第 4/7 次查看" in result.text
    assert [offer.send for offer in result.offers] == ["暂停 C-1"]
    (picture,) = result.attachments
    assert picture.content.startswith(b"\x89PNG")


async def test_significant_half_way_is_not_beyond_the_boundary(lab: Shop) -> None:
    context = await _looked(lab, 100, 126, after=2)
    result = await analyze_ab_test(context, AnalyzeAbTest(test="T-1"))
    assert result.data["winner"]["creative"] == "CR-2"
    assert not result.data["may_stop"]
    assert "Do not stop yet: let it run until 11-25 10:00" in result.text
    assert "raise the budget" not in result.text
    assert result.offers == ()


async def test_too_slow_a_test_says_that_it_ends_before_it_is_ready(lab: Shop) -> None:
    context = await _looked(lab, 5, 6, after=4)
    result = await analyze_ab_test(context, AnalyzeAbTest(test="T-1"))
    assert "expect no verdict: at this pace 100 conversions take until 12-08" in result.text


async def test_three_variants_are_compared_pair_by_pair(lab: Shop) -> None:
    context = await _looked(lab, 30, 60, 61, after=4)
    result = await analyze_ab_test(context, AnalyzeAbTest(test="T-1"))
    assert "CR-1 ≠ CR-2 (p = <0.0001)" in result.text
    assert "CR-2 ≈ CR-3" in result.text
    looks = result.data["looks"]
    assert (looks["leader"], looks["runner_up"]) == ("A-1.3", "A-1.2")
    assert not result.data["may_stop"]
    assert looks["interval"][0] < 0 < looks["interval"][1]


async def test_an_unfair_split_is_said_first(lab: Shop) -> None:
    campaign = await _started(lab)
    rows = _told(campaign, lab, 30, 60, days=4)
    lab.clock.advance(timedelta(days=4))
    dear = rows[0].ad_set_id
    rows = [replace(row, spend=row.spend * 2) if row.ad_set_id == dear else row for row in rows]
    result = await analyze_ab_test(_context(lab, rows), AnalyzeAbTest(test="T-1"))
    assert result.data["sample_ratio_mismatch"]
    assert "Do not conclude yet" in result.text.splitlines()[1]
    assert result.offers == ()


async def test_the_daily_look_tells_the_owner_once_with_a_button(lab: Shop) -> None:
    notifier = FakeNotifier()
    context = await _looked(lab, 30, 60, after=4, notifier=notifier)
    await look_at_experiment(context, T_1)
    await look_at_experiment(context, T_1)
    ((key, (text, files)),) = notifier.sent.items()
    assert key.endswith(f":early:{lab.manager.id}")
    assert "可以提前停" in text
    assert len(files) == 1
    assert await _jobs(lab) == []


async def test_a_look_at_what_is_open_or_paused_says_nothing(lab: Shop) -> None:
    notifier = FakeNotifier()
    context = await _looked(lab, 30, 31, after=4, notifier=notifier)
    await look_at_experiment(context, T_1)
    decided = _context(lab, [], notifier=notifier)
    await pause(decided, ManageCampaign(campaign="C-1", action="pause"))
    await look_at_experiment(decided, T_1)
    assert notifier.sent == {}
    paused = await analyze_ab_test(decided, AnalyzeAbTest(test="T-1"))
    assert "C-1 is paused" in paused.text


async def test_nobody_looks_at_a_finished_test(lab: Shop) -> None:
    context = await _looked(lab, 30, 31, after=7, notifier=FakeNotifier())
    await finish_experiment(context, T_1)
    assert await _jobs(lab) == []


async def test_the_boundary_comes_down_look_by_look_and_today_does_not_count(lab: Shop) -> None:
    campaign = await _started(lab)
    rows = _told(campaign, lab, 30, 31, days=5)
    days = sorted({row.day for row in rows})
    bounds = []
    for place, day in enumerate(days):
        found = course(campaign.ad_sets, rows, Horizon(looks=5), day)
        if found is None:
            assert place == 0
            continue
        assert len(found.looks) == found.look == place
        bounds.append(found.bound)
    assert bounds == sorted(bounds, reverse=True)
    last = course(campaign.ad_sets, rows, Horizon(looks=5), days[-1] + timedelta(days=1))
    assert last is not None
    assert last.bound == pytest.approx(obrien_fleming_bound(5))
