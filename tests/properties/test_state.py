"""What is ordered, what is shown, and what others keep of it is the same."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.tables.campaign import Campaign
from tests.builders.automation import Desk
from tests.properties.conftest import Stage
from tests.properties.examples import often
from tools.automation.service import Keeper, handlers
from tools.automation.web_platform import WebCreative
from tools.campaigns.platforms.errors import ErrorCode, platform_error
from tools.campaigns.service import Change, ChangePlan, apply
from tools.jobs.service import JobService

METRICS = ("spend", "revenue", "roas", "cpa", "impressions", "clicks", "ctr", "conversions")
STATES = {"start": "active", "pause": "paused", "delete": "deleted"}
DAY = timedelta(days=1, minutes=1)


class Shown:
    """A campaign of the module's desk, and another one when it was deleted."""

    def __init__(self, stage: Stage, desk: Desk) -> None:
        self.stage = stage
        self.desk = desk
        self.ref: str | None = None

    async def campaign(self) -> str:
        if self.ref is None:
            # Limits of a day are not what is looked at here.
            self.desk.shop.clock.advance(DAY)
            made = await self.desk.shop.campaign(f"example:{next(self.stage.numbers)}")
            self.ref = made.ref
        return self.ref

    async def manage(self, action: str, session: int = 1) -> dict[str, Any]:
        order = {"campaign_id": await self.campaign(), "action": action, "platform": "sandbox"}
        answer = await self.desk.execute("manage_campaign", order, session_id=session)
        self.desk.shop.clock.advance(timedelta(hours=1))
        return answer

    async def states(self) -> tuple[str, str]:
        """In our rows and on the platform."""
        assert self.ref is not None
        campaign = await self.desk.shop.campaigns.get(self.ref)
        live = await self.desk.shop.campaigns.live(campaign)
        return campaign.status.value, live.status.value


@pytest.fixture(scope="module")
def shown(stage: Stage, desk: Desk) -> Shown:
    return Shown(stage, desk)


# Feature: campaign-automation, Property 7: what is managed is reflected in the state
@often
@given(
    action=st.sampled_from(["start", "pause", "start", "pause", "delete"]),
    session=st.integers(1, 10**6),
)
def test_after_an_order_campaign_and_platform_are_in_that_state(
    shown: Shown, action: str, session: int
) -> None:
    async def managed() -> tuple[str | None, dict[str, Any], tuple[str, str]]:
        before = (await shown.states())[0] if shown.ref else "paused"
        return before, await shown.manage(action, session), await shown.states()

    before, answer, states = shown.stage.run(managed())
    after = STATES[action]
    assert states == (after, after)
    if answer["status"] == "success":
        assert answer["new_status"] == after
    else:
        # There was nothing to do.
        assert (before, answer["error"]["code"]) == (after, 1001)
    if action == "delete":
        shown.ref = None


class Web:
    """A web platform that may be away."""

    def __init__(self) -> None:
        self.campaigns: dict[str, dict[str, Any]] = {}
        self.away = False

    async def get_creatives(self, creative_ids: Any = ()) -> list[WebCreative]:
        raise AssertionError("the library has them")

    async def create_campaign(self, campaign: dict[str, Any]) -> None:
        await self.update_campaign(campaign["campaign_id"], campaign)

    async def update_campaign(self, campaign_id: str, changes: dict[str, Any]) -> None:
        if self.away:
            raise platform_error(ErrorCode.MCP_CONNECTION_FAILED, "web")
        self.campaigns.setdefault(campaign_id, {}).update(changes)


@pytest.fixture(scope="module")
def watched(stage: Stage) -> Shown:
    desk = stage.run(stage.desk())
    desk.web = Web()
    return Shown(stage, desk)


async def changed_elsewhere(watched: Shown, place: int, percent: int) -> None:
    """As chat, rules, the optimiser and tests do it: a switch of the campaign (place 0), or another
    budget of an ad set."""
    shop = watched.desk.shop
    campaign = await shop.campaigns.get(await watched.campaign())
    if place == 0:
        ref, field, before = campaign.ref, "status", campaign.status.value
        after = "paused" if before == "active" else "active"
    else:
        row = campaign.ad_sets[place - 1]
        ref, field, before = row.ref, "daily_budget", f"{row.daily_budget:.2f}"
        after = f"{row.daily_budget * (100 + percent) / 100:.2f}"
    change = Change.model_validate({"ref": ref, "field": field, "before": before, "after": after})
    keeper = Keeper(shop.organisation.id, shop.clock)
    context = shop.context(f"example:{next(watched.stage.numbers)}", keeper=keeper)
    await apply(context, ChangePlan(campaign=campaign.ref, changes=(change,)))


async def job_runs(watched: Shown) -> None:
    """What is due is done."""
    shop, web = watched.desk.shop, watched.desk.web
    context = shop.context()
    async with shop.database.reading() as session:
        due = await JobService.of(session, context).due(10)
    for job in due:
        async with shop.database.unit_of_work() as session:
            await JobService.of(session, context).skip(session, job.key, due=job.due_at)
        await handlers(web)[job.kind](context, job.payload)


# Feature: campaign-automation, Property 8: what succeeded on the platform is synchronised to the
# web platform
@often
@given(by_program=st.booleans(), place=st.integers(0, 3), percent=st.integers(-10, 10),
       away=st.booleans())  # fmt: skip
def test_the_web_platform_gets_every_change_as_soon_as_it_can(
    watched: Shown, by_program: bool, place: int, percent: int, away: bool
) -> None:
    web, shop = watched.desk.web, watched.desk.shop
    assert isinstance(web, Web)

    async def example() -> Campaign:
        ref = await watched.campaign()
        web.away = away
        if by_program:
            state = (await shop.campaigns.get(ref)).status.value
            answer = await watched.manage("pause" if state == "active" else "start")
            assert answer["web_platform"]["saved"] is not away
        else:
            await changed_elsewhere(watched, place, percent)
        # Once while the platform may be away, and once when it is back.
        for hours in (0, 2):
            shop.clock.advance(timedelta(hours=hours, seconds=3))
            await job_runs(watched)
            web.away = False
        return await shop.campaigns.get(ref)

    campaign = watched.stage.run(example())
    told = web.campaigns[campaign.ref]
    assert (told["status"], told["daily_budget"]) == (
        campaign.status.value, float(campaign.daily_budget),
    )  # fmt: skip
    assert [row["daily_budget"] for row in told["adsets"]] == [
        float(row.daily_budget) for row in campaign.ad_sets
    ]


COUNTS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2_000)), min_size=3, max_size=3)


# Feature: campaign-automation, Property 16: the status has all three levels with their metrics
@often
@given(counts=COUNTS, days=st.integers(1, 6))
def test_the_status_shows_campaign_ad_sets_and_ads_and_their_sums_agree(
    watched: Shown, counts: list[tuple[int, int]], days: int
) -> None:
    desk = watched.desk

    async def status() -> dict[str, Any]:
        ref = await watched.campaign()
        desk.tell(await desk.shop.campaigns.get(ref), *counts, days=days)
        return await desk.execute(
            "get_campaign_status", {"campaign_id": ref, "platform": "sandbox"}
        )

    answer = watched.stage.run(status())
    levels = [answer["campaign"]], answer["adsets"], answer["ads"]
    for row in (row for level in levels for row in level):
        assert row.keys() >= set(METRICS)
        spend, conversions = Decimal(str(row["spend"])), row["conversions"]
        cpa = (spend / conversions).quantize(Decimal("0.01")) if conversions else None
        assert (row["cpa"] is None) == (cpa is None)
        assert cpa is None or abs(Decimal(str(row["cpa"])) - cpa) <= Decimal("0.01")
    for metric in ("spend", "revenue", "impressions", "clicks", "conversions"):
        sums = [sum(Decimal(str(row[metric])) for row in level) for level in levels]
        assert sums[0] == sums[1] == sums[2]
    assert [row["conversions"] for row in answer["adsets"]] == [days * each for each, _ in counts]
    assert (answer["source"], answer["age_seconds"]) == ("live", 0)


# Feature: campaign-automation, Property 17: cached data is shown when live data cannot be had
@often
@given(age=st.integers(0, 600), counts=COUNTS)
def test_what_was_seen_last_is_shown_for_five_minutes_with_its_age(
    watched: Shown, age: int, counts: list[tuple[int, int]]
) -> None:
    desk, faults = watched.desk, watched.desk.shop.sandbox.faults

    async def looks() -> tuple[dict[str, Any], dict[str, Any]]:
        ref = await watched.campaign()
        look = {"campaign_id": ref, "platform": "sandbox"}
        desk.tell(await desk.shop.campaigns.get(ref), *counts)
        live = await desk.execute("get_campaign_status", look)
        desk.shop.clock.advance(timedelta(seconds=age))
        faults.refuse("get_campaign", ErrorCode.SERVICE_UNAVAILABLE)
        return live, await desk.execute("get_campaign_status", look)

    live, later = watched.stage.run(looks())
    if age <= 300:
        assert (later["source"], later["age_seconds"]) == ("cache", age)
        assert [later[level] for level in ("adsets", "ads")] == [
            live[level] for level in ("adsets", "ads")
        ]
    else:
        assert later["error"]["code"] == 4000
