"""What every ad platform promises. Subclass it once per platform, with a harness of its own."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

import pytest

from tools.campaigns.platforms.base import (
    AdPlatform,
    AdSetSpec,
    AdSpec,
    CampaignSpec,
    DeliveryStatus,
    OptimizationGoal,
    PlatformCampaign,
)  # fmt: skip
from tools.campaigns.platforms.errors import BudgetBelowMinimum, ObjectDeleted, UnknownObject

AGES = ((18, 35), (36, 50), (51, 65))
ACTIVE, PAUSED, DELETED = DeliveryStatus.active, DeliveryStatus.paused, DeliveryStatus.deleted


class AdPlatformHarness(Protocol):
    """An ad account at a platform whose days pass when the test says so."""

    @property
    def platform(self) -> AdPlatform: ...

    def now(self) -> datetime:
        """The real moment, as callers of `today` pass it."""

    async def days_pass(self, days: int) -> None: ...

    async def another_account(self) -> AdPlatform:
        """The same platform, for another organisation."""


def a_spec(
    *budgets: str, creatives: tuple[str, ...] = ("CR-1", "CR-2"), name: str = "Autumn"
) -> CampaignSpec:
    """A campaign with one ad set per budget (three of 100 a day by default)."""
    return CampaignSpec(
        name=name,
        objective="sales",
        ad_sets=tuple(
            AdSetSpec(
                name=f"CN {low}-{high}", countries=("CN",), age_min=low, age_max=high,
                daily_budget=Decimal(budget), goal=OptimizationGoal.value,
                ads=tuple(AdSpec(creative_id=ref, name=ref, copy="Try it") for ref in creatives),
            )
            for budget, (low, high) in zip(budgets or ("100",) * 3, AGES, strict=False)
        ),
    )  # fmt: skip


async def started(platform: AdPlatform, spec: CampaignSpec, key: str = "k") -> PlatformCampaign:
    campaign = await platform.create_campaign(spec, key=key)
    await platform.set_status(campaign.external_id, ACTIVE)
    return await platform.get_campaign(campaign.external_id)


async def spend_of(
    harness: AdPlatformHarness, campaign: PlatformCampaign, days: int
) -> dict[str, Decimal]:
    """What each ad set (by external id) spent in the last days, today included."""
    today = harness.platform.today(harness.now())
    rows = await harness.platform.daily_metrics(
        [campaign.external_id], today - timedelta(days=days - 1), today
    )
    spend: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        spend[row.ad_set_id] += row.spend
    return spend


Call = Callable[[AdPlatform, str], Awaitable[object]]
DAY = date(2026, 11, 18)
ON_CAMPAIGNS: dict[str, Call] = {
    "reading": lambda platform, ref: platform.get_campaign(ref),
    "switching": lambda platform, ref: platform.set_status(ref, ACTIVE),
    "figures": lambda platform, ref: platform.daily_metrics([ref], DAY, DAY),
}
ON_AD_SETS: dict[str, Call] = {
    "switching an ad set": lambda platform, ref: platform.set_ad_set_status(ref, PAUSED),
    "a budget": lambda platform, ref: platform.set_daily_budget(ref, Decimal(50)),
}


class AdPlatformContract:
    @pytest.fixture
    def harness(self) -> AdPlatformHarness:
        raise NotImplementedError

    @pytest.fixture
    def platform(self, harness: AdPlatformHarness) -> AdPlatform:
        return harness.platform

    async def test_what_is_created_is_paused_and_spends_nothing(
        self, harness: AdPlatformHarness
    ) -> None:
        campaign = await harness.platform.create_campaign(a_spec(), key="k")
        await harness.days_pass(2)
        assert campaign.status is PAUSED
        assert sum((await spend_of(harness, campaign, days=3)).values()) == 0

    async def test_the_state_is_what_was_asked_for_in_its_order(self, platform: AdPlatform) -> None:
        campaign = await platform.create_campaign(a_spec("33.34", "33.33", "33.33"), key="k")
        budgets = [ad_set.daily_budget for ad_set in campaign.ad_sets]
        assert budgets == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
        assert campaign.daily_budget == Decimal("100.00")
        assert [ad_set.name for ad_set in campaign.ad_sets] == ["CN 18-35", "CN 36-50", "CN 51-65"]
        assert [ad.creative_id for ad in campaign.ad_sets[2].ads] == ["CR-1", "CR-2"]
        assert campaign == await platform.get_campaign(campaign.external_id)

    async def test_no_two_objects_share_an_id(self, platform: AdPlatform) -> None:
        campaign = await platform.create_campaign(a_spec(), key="k")
        ids = [campaign.external_id]
        for ad_set in campaign.ad_sets:
            ids += [ad_set.external_id, *(ad.external_id for ad in ad_set.ads)]
        assert len(set(ids)) == 1 + 3 + 6

    async def test_a_repeated_create_returns_what_the_first_one_made(
        self, platform: AdPlatform
    ) -> None:
        first = await platform.create_campaign(a_spec(), key="k")
        again = await platform.create_campaign(a_spec("500", name="Other"), key="k")
        assert again == first

    async def test_two_creates_at_once_make_one_campaign(self, platform: AdPlatform) -> None:
        one, other = await asyncio.gather(
            platform.create_campaign(a_spec(), key="k"), platform.create_campaign(a_spec(), key="k")
        )
        assert one == other

    async def test_another_key_makes_another_campaign(self, platform: AdPlatform) -> None:
        first = await platform.create_campaign(a_spec(), key="k")
        second = await platform.create_campaign(a_spec(), key="k2")
        assert first.external_id != second.external_id

    async def test_a_campaign_is_found_by_its_key(self, platform: AdPlatform) -> None:
        campaign = await platform.create_campaign(a_spec(), key="k")
        assert await platform.find_campaign("k") == campaign
        assert await platform.find_campaign("K2") is None

    async def test_what_carries_a_marker_is_listed_until_it_is_deleted(
        self, harness: AdPlatformHarness
    ) -> None:
        platform = harness.platform
        first = await started(platform, a_spec())
        second = await platform.create_campaign(a_spec("50"), key="k2")
        gone = await platform.create_campaign(a_spec("50"), key="k3")
        await platform.set_status(gone.external_id, DELETED)
        await (await harness.another_account()).create_campaign(a_spec("50"), key="k4")
        listed = {each.external_id: each for each in await platform.marked_campaigns()}
        assert listed.keys() == {first.external_id, second.external_id}
        for campaign in (first, second):
            found = listed[campaign.external_id]
            assert (found.key, found.status) == (campaign.key, campaign.status)
            assert found.name.startswith("Autumn")
            assert not found.draft

    async def test_starting_the_campaign_starts_all_its_ad_sets(
        self, harness: AdPlatformHarness
    ) -> None:
        campaign = await started(harness.platform, a_spec())
        await harness.days_pass(1)
        spend = await spend_of(harness, campaign, days=2)
        assert campaign.status is ACTIVE
        assert all(spend[ad_set.external_id] > 0 for ad_set in campaign.ad_sets)

    async def test_a_paused_ad_set_spends_nothing_while_the_others_go_on(
        self, harness: AdPlatformHarness
    ) -> None:
        campaign = await started(harness.platform, a_spec())
        stopped, running = campaign.ad_sets[0].external_id, campaign.ad_sets[1].external_id
        await harness.platform.set_ad_set_status(stopped, PAUSED)
        before = (await spend_of(harness, campaign, days=1))[stopped]
        await harness.days_pass(2)
        spend = await spend_of(harness, campaign, days=3)
        assert spend[stopped] == before
        assert spend[running] > before

    async def test_a_restarted_campaign_leaves_a_paused_ad_set_paused(
        self, platform: AdPlatform
    ) -> None:
        campaign = await started(platform, a_spec())
        await platform.set_ad_set_status(campaign.ad_sets[0].external_id, PAUSED)
        for status in (PAUSED, ACTIVE):
            await platform.set_status(campaign.external_id, status)
        state = await platform.get_campaign(campaign.external_id)
        assert state.status is ACTIVE
        assert [ad_set.status for ad_set in state.ad_sets] == [PAUSED, ACTIVE, ACTIVE]

    async def test_a_budget_is_kept_to_the_cent_and_may_be_set_twice(
        self, platform: AdPlatform
    ) -> None:
        campaign = await platform.create_campaign(a_spec(), key="k")
        for _ in range(2):
            await platform.set_daily_budget(campaign.ad_sets[1].external_id, Decimal("123.45"))
        state = await platform.get_campaign(campaign.external_id)
        budgets = [ad_set.daily_budget for ad_set in state.ad_sets]
        assert budgets == [Decimal(100), Decimal("123.45"), Decimal(100)]

    async def test_a_budget_below_the_minimum_is_refused(self, platform: AdPlatform) -> None:
        campaign = await platform.create_campaign(a_spec(), key="k")
        too_little = platform.min_daily_budget - Decimal("0.01")
        with pytest.raises(BudgetBelowMinimum):
            await platform.set_daily_budget(campaign.ad_sets[0].external_id, too_little)
        assert await platform.get_campaign(campaign.external_id) == campaign

    async def test_a_campaign_with_too_little_budget_is_not_created_at_all(
        self, platform: AdPlatform
    ) -> None:
        too_little = platform.min_daily_budget - Decimal("0.01")
        with pytest.raises(BudgetBelowMinimum):
            await platform.create_campaign(a_spec("100", str(too_little)), key="k")
        assert await platform.find_campaign("k") is None

    async def test_the_minimum_itself_is_enough(self, platform: AdPlatform) -> None:
        campaign = await platform.create_campaign(a_spec(str(platform.min_daily_budget)), key="k")
        assert campaign.daily_budget == platform.min_daily_budget

    async def test_a_deleted_campaign_can_be_read_but_not_changed(
        self, platform: AdPlatform
    ) -> None:
        campaign = await started(platform, a_spec())
        for _ in range(2):
            await platform.set_status(campaign.external_id, DELETED)
        with pytest.raises(ObjectDeleted):
            await platform.set_status(campaign.external_id, ACTIVE)
        with pytest.raises(ObjectDeleted):
            await platform.set_daily_budget(campaign.ad_sets[0].external_id, Decimal(50))
        with pytest.raises(ObjectDeleted):
            await platform.set_ad_set_status(campaign.ad_sets[0].external_id, PAUSED)
        state = await platform.get_campaign(campaign.external_id)
        assert (state.status, state.ad_sets) == (DELETED, campaign.ad_sets)

    async def test_a_deleted_ad_set_does_not_come_back(self, platform: AdPlatform) -> None:
        campaign = await started(platform, a_spec())
        gone = campaign.ad_sets[0].external_id
        await platform.set_ad_set_status(gone, DELETED)
        with pytest.raises(ObjectDeleted):
            await platform.set_ad_set_status(gone, ACTIVE)
        with pytest.raises(ObjectDeleted):
            await platform.set_daily_budget(gone, Decimal(50))

    async def test_a_deleted_campaign_stops_spending(self, harness: AdPlatformHarness) -> None:
        campaign = await started(harness.platform, a_spec())
        await harness.platform.set_status(campaign.external_id, DELETED)
        before = await spend_of(harness, campaign, days=1)
        await harness.days_pass(2)
        assert await spend_of(harness, campaign, days=3) == before

    @pytest.mark.parametrize("call", [*ON_CAMPAIGNS, *ON_AD_SETS])
    async def test_an_unknown_id_is_named(self, platform: AdPlatform, call: str) -> None:
        campaign = await platform.create_campaign(a_spec(), key="k")
        action = (ON_CAMPAIGNS | ON_AD_SETS)[call]
        # An id of the wrong kind is as unknown as one that was never given out.
        ad_id = campaign.ad_sets[0].ads[0].external_id
        for ref in ("no-such-id", "", ad_id):
            with pytest.raises(UnknownObject) as caught:
                await action(platform, ref)
            assert caught.value.values["ref"] == ref

    @pytest.mark.parametrize("call", [*ON_CAMPAIGNS, *ON_AD_SETS])
    async def test_another_account_sees_none_of_it(
        self, harness: AdPlatformHarness, call: str
    ) -> None:
        campaign = await harness.platform.create_campaign(a_spec(), key="k")
        ref = campaign.external_id if call in ON_CAMPAIGNS else campaign.ad_sets[0].external_id
        stranger = await harness.another_account()
        with pytest.raises(UnknownObject):
            await (ON_CAMPAIGNS | ON_AD_SETS)[call](stranger, ref)
        assert await harness.platform.get_campaign(campaign.external_id) == campaign

    async def test_accounts_may_use_the_same_key(self, harness: AdPlatformHarness) -> None:
        campaign = await harness.platform.create_campaign(a_spec(), key="k")
        stranger = await harness.another_account()
        assert await stranger.find_campaign("k") is None
        theirs = await stranger.create_campaign(a_spec(), key="k")
        assert theirs.external_id != campaign.external_id

    async def test_figures_are_once_per_ad_and_day_inside_the_range(
        self, harness: AdPlatformHarness
    ) -> None:
        campaign = await started(harness.platform, a_spec())
        await harness.days_pass(6)
        today = harness.platform.today(harness.now())
        start, end = today - timedelta(days=4), today - timedelta(days=1)
        ref = campaign.external_id
        rows = await harness.platform.daily_metrics([ref, ref], start, end)
        count = Counter((row.ad_id, row.day) for row in rows)
        ads = {ad.external_id for ad_set in campaign.ad_sets for ad in ad_set.ads}
        days = {start + timedelta(days=offset) for offset in range(4)}
        assert set(count) == {(ad, day) for ad in ads for day in days}
        assert set(count.values()) == {1}
        assert [row.day for row in rows] == sorted(row.day for row in rows)

    async def test_figures_make_sense(self, harness: AdPlatformHarness) -> None:
        campaign = await started(harness.platform, a_spec("100", "30", "500"))
        await harness.days_pass(6)
        today = harness.platform.today(harness.now())
        rows = await harness.platform.daily_metrics(
            [campaign.external_id], today - timedelta(days=6), today
        )
        for row in rows:
            assert row.campaign_id == campaign.external_id
            assert 0 <= row.conversions <= row.clicks <= row.impressions
            assert row.revenue >= 0
            assert (row.revenue == 0) == (row.conversions == 0)

    async def test_no_ad_set_spends_more_than_its_budget(self, harness: AdPlatformHarness) -> None:
        campaign = await started(harness.platform, a_spec("100", "30", "33.33"))
        await harness.days_pass(5)
        today = harness.platform.today(harness.now())
        rows = await harness.platform.daily_metrics(
            [campaign.external_id], today - timedelta(days=5), today
        )
        spend: defaultdict[tuple[str, date], Decimal] = defaultdict(Decimal)
        for row in rows:
            assert row.spend == row.spend.quantize(Decimal("0.01"))
            spend[row.ad_set_id, row.day] += row.spend
        budgets = {ad_set.external_id: ad_set.daily_budget for ad_set in campaign.ad_sets}
        assert spend
        assert all(amount <= budgets[ad_set] for (ad_set, _), amount in spend.items())

    async def test_a_finished_days_spend_is_final_and_its_reports_only_grow(
        self, harness: AdPlatformHarness
    ) -> None:
        campaign = await started(harness.platform, a_spec())
        await harness.days_pass(1)
        day = harness.platform.today(harness.now())
        await harness.days_pass(1)
        early = await harness.platform.daily_metrics([campaign.external_id], day, day)
        await harness.days_pass(4)
        late = await harness.platform.daily_metrics([campaign.external_id], day, day)
        for before, after in zip(early, late, strict=True):
            assert (before.ad_id, before.spend) == (after.ad_id, after.spend)
            assert before.conversions <= after.conversions
            assert before.revenue <= after.revenue

    async def test_days_outside_a_campaigns_life_have_no_figures(
        self, harness: AdPlatformHarness
    ) -> None:
        campaign = await started(harness.platform, a_spec())
        await harness.days_pass(1)
        today = harness.platform.today(harness.now())
        month = timedelta(days=30)
        for start, end in ((today - 2 * month, today - month), (today + month, today + 2 * month)):
            assert await harness.platform.daily_metrics([campaign.external_id], start, end) == []

    async def test_a_day_passes_in_the_reports_as_in_the_world(
        self, harness: AdPlatformHarness
    ) -> None:
        before = harness.platform.today(harness.now())
        await harness.days_pass(3)
        assert harness.platform.today(harness.now()) == before + timedelta(days=3)
