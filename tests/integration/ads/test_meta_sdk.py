"""The emulator is a faithful one: Meta's own SDK, unmodified, takes it for Meta."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import timedelta
from typing import Any

import pytest
from facebook_business.adobjects.ad import Ad
from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.adobjects.adcreative import AdCreative
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adset import AdSet
from facebook_business.adobjects.campaign import Campaign
from facebook_business.adobjects.user import User
from facebook_business.api import FacebookAdsApi
from facebook_business.exceptions import FacebookRequestError
from facebook_business.session import FacebookSession

from tests.emulators.ads.meta import errors
from tests.emulators.ads.meta.errors import GraphError
from tests.emulators.ads.meta.faults import Fault, Kind
from tests.emulators.ads.meta.server import MetaEmulator
from tests.emulators.serving import served_in_a_thread

TOKEN = "EAAB-token"
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def served_emulator() -> Iterator[MetaEmulator]:
    emulator = MetaEmulator()
    with served_in_a_thread(emulator.app) as url:
        emulator.url = url
        yield emulator


@pytest.fixture
def emulator(served_emulator: MetaEmulator) -> MetaEmulator:
    """As good as new: the server stays, its accounts and faults go."""
    served_emulator.faults.clear()
    served_emulator.calls.clear()
    served_emulator.world.nodes.clear()
    served_emulator.world.account("501", TOKEN)
    return served_emulator


@pytest.fixture
def account(emulator: MetaEmulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[AdAccount]:
    yield from _account(emulator, monkeypatch, TOKEN)


def _account(
    emulator: MetaEmulator, monkeypatch: pytest.MonkeyPatch, token: str, secret: str | None = None
) -> Iterator[AdAccount]:
    monkeypatch.setattr(FacebookSession, "GRAPH", emulator.url)
    session = FacebookSession(app_secret=secret, access_token=token, timeout=20)
    yield AdAccount("act_501", api=FacebookAdsApi(session))
    session.requests.close()


def a_campaign(account: AdAccount, **changes: Any) -> Campaign:
    fields = {
        "name": "Autumn", "objective": Campaign.Objective.outcome_sales,
        "status": Campaign.Status.paused, "special_ad_categories": [],
        "is_adset_budget_sharing_enabled": False,
    }  # fmt: skip
    made: Campaign = account.create_campaign(params=fields | changes)
    return made


def an_ad_set(account: AdAccount, campaign: Campaign, **changes: Any) -> AdSet:
    fields = {
        "name": "CN 18-35", "campaign_id": campaign["id"], "daily_budget": 10_000,
        "billing_event": AdSet.BillingEvent.impressions,
        "optimization_goal": AdSet.OptimizationGoal.offsite_conversions,
        "bid_strategy": AdSet.BidStrategy.lowest_cost_without_cap,
        "promoted_object": {"pixel_id": "2001", "custom_event_type": "PURCHASE"},
        "targeting": {"geo_locations": {"countries": ["CN"]}, "age_min": 18, "age_max": 35},
        "status": AdSet.Status.active,
    }  # fmt: skip
    made = account.create_ad_set(params=fields | changes)
    return AdSet(made["id"], api=account.get_api())


def an_ad(account: AdAccount, ad_set: AdSet) -> Ad:
    story = {
        "page_id": "1001",
        "link_data": {"link": "https://shop.example.com", "message": "Try it"},
    }
    creative = account.create_ad_creative(params={"name": "CR-1", "object_story_spec": story})
    made = account.create_ad(
        params={
            "name": "CR-1", "adset_id": ad_set["id"], "status": Ad.Status.active,
            "creative": {"creative_id": creative["id"]},
        }
    )  # fmt: skip
    return Ad(made["id"], api=account.get_api())


def running(account: AdAccount, emulator: MetaEmulator, days: int) -> tuple[Campaign, Ad]:
    """A campaign with one ad, which has run for that many days."""
    campaign = a_campaign(account)
    ad = an_ad(account, an_ad_set(account, campaign))
    campaign.api_update(params={"status": Campaign.Status.active})
    emulator.world.market.pass_days(days)
    return campaign, ad


def test_a_campaign_is_made_and_read_back(account: AdAccount) -> None:
    campaign = a_campaign(account)
    read = campaign.api_get(
        fields=[Campaign.Field.name, Campaign.Field.objective, Campaign.Field.status,
                Campaign.Field.effective_status, Campaign.Field.account_id]
    )  # fmt: skip
    assert read["name"] == "Autumn"
    assert (read["objective"], read["status"]) == ("OUTCOME_SALES", "PAUSED")
    assert (read["effective_status"], read["account_id"]) == ("PAUSED", "501")


def test_an_ad_set_and_an_ad_inherit_the_pause_of_their_campaign(account: AdAccount) -> None:
    campaign = a_campaign(account)
    ad_set = an_ad_set(account, campaign)
    ad = an_ad(account, ad_set)
    read = ad_set.api_get(fields=["status", "effective_status", "daily_budget", "targeting"])
    assert (read["status"], read["effective_status"]) == ("ACTIVE", "CAMPAIGN_PAUSED")
    assert read["daily_budget"] == "10000"
    assert read["targeting"]["geo_locations"]["countries"] == ["CN"]
    shown = ad.api_get(fields=[Ad.Field.effective_status, Ad.Field.creative])
    assert shown["effective_status"] == "CAMPAIGN_PAUSED"
    creative = AdCreative(shown["creative"]["id"], api=account.get_api())
    assert creative.api_get(fields=["name"])["name"] == "CR-1"


def test_a_cursor_walks_over_all_pages_the_newest_first(account: AdAccount) -> None:
    made = [a_campaign(account, name=f"C{number}")["id"] for number in range(7)]
    cursor = account.get_campaigns(fields=["name"], params={"limit": 3})
    assert [row["id"] for row in cursor] == made[::-1]
    assert cursor.total() == 7


def test_archived_campaigns_are_listed_when_they_are_asked_for(account: AdAccount) -> None:
    kept, archived, deleted = (a_campaign(account, name=name) for name in ("a", "b", "c"))
    archived.api_update(params={"status": Campaign.Status.archived})
    deleted.api_delete()
    assert [row["id"] for row in account.get_campaigns()] == [kept["id"]]
    asked = account.get_campaigns(params={"effective_status": ["ARCHIVED", "PAUSED"]})
    assert [row["id"] for row in asked] == [archived["id"], kept["id"]]
    assert deleted.api_get(fields=["status"])["status"] == "DELETED"
    with pytest.raises(FacebookRequestError):
        account.get_campaigns(params={"effective_status": ["DELETED"]})


def test_insights_by_day_are_the_markets_figures(
    account: AdAccount, emulator: MetaEmulator
) -> None:
    campaign, ad = running(account, emulator, days=4)
    today = emulator.world.market.today()
    days = {"since": str(today - 3 * DAY), "until": str(today)}
    rows = account.get_insights(
        fields=["campaign_id", "ad_id", "spend", "impressions", "clicks", "actions",
                "action_values", "purchase_roas"],
        params={"level": "ad", "time_increment": 1, "time_range": days, "limit": 2},
    )  # fmt: skip
    rows = list(rows)
    figures = emulator.world.market.figures([campaign["id"]], today - 3 * DAY, today)
    assert [row["date_start"] for row in rows] == [str(row.day) for row in figures]
    assert [row["spend"] for row in rows] == [str(row.spend) for row in figures]
    assert {row["ad_id"] for row in rows} == {ad["id"]}
    bought = [
        sum(int(one["value"]) for one in row["actions"] if one["action_type"] == "omni_purchase")
        for row in rows if "action_values" in row
    ]  # fmt: skip
    assert bought == [row.conversions for row in figures if row.conversions]
    assert sum(bought) > 0


def test_insights_may_be_a_report(account: AdAccount, emulator: MetaEmulator) -> None:
    campaign, _ = running(account, emulator, days=3)
    today = emulator.world.market.today()
    days = {"since": str(today - 3 * DAY), "until": str(today)}
    asked = {"level": "campaign", "time_range": days}
    direct = list(account.get_insights(fields=["campaign_id", "spend"], params=dict(asked)))
    run = account.get_insights_async(fields=["campaign_id", "spend"], params=dict(asked))
    report = AdReportRun(run["report_run_id"], api=account.get_api())
    while report.api_get(fields=["async_status"])["async_status"] == "Job Running":
        pass
    assert report["async_status"] == "Job Completed"
    rows = list(report.get_insights())
    assert [dict(row) for row in rows] == [dict(row) for row in direct]
    assert rows[0]["campaign_id"] == campaign["id"]


def test_an_archived_ad_is_in_the_accounts_insights_only_when_asked_for(
    account: AdAccount, emulator: MetaEmulator
) -> None:
    campaign, ad = running(account, emulator, days=2)
    campaign.api_update(params={"status": "ARCHIVED"})
    today = emulator.world.market.today()
    asked = {"level": "ad", "time_range": {"since": str(today - 2 * DAY), "until": str(today)}}
    states = {"field": "ad.effective_status", "operator": "IN", "value": ["ARCHIVED"]}
    assert list(account.get_insights(fields=["ad_id"], params=dict(asked))) == []
    rows = list(account.get_insights(fields=["ad_id"], params=asked | {"filtering": [states]}))
    assert [row["ad_id"] for row in rows] == [ad["id"]]
    assert len(campaign.get_insights(fields=["spend"], params=dict(asked))) == 1


def refused(call: Any, *args: Any, **kwargs: Any) -> FacebookRequestError:
    with pytest.raises(FacebookRequestError) as caught:
        call(*args, **kwargs)
    return caught.value


def case(error: FacebookRequestError) -> tuple[int, int | None]:
    return error.api_error_code(), error.api_error_subcode()


def test_budgets_at_both_levels_are_refused(account: AdAccount) -> None:
    campaign = a_campaign(account, daily_budget=50_000)
    assert case(refused(an_ad_set, account, campaign)) == (100, 1885621)


@pytest.mark.parametrize(
    ("changes", "subcode"),
    [
        ({"targeting": {"age_min": 18}}, 1885364),
        ({"daily_budget": 1}, 1885272),
        ({"bid_strategy": "COST_CAP"}, 1815857),
        ({"promoted_object": {}}, None),
        ({"name": ""}, None),
        ({"daily_budget": "12.50"}, None),
        ({"placements": "automatic"}, None),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else str(value),
)
def test_an_ad_set_that_breaks_a_rule_is_refused(
    account: AdAccount, changes: dict[str, Any], subcode: int | None
) -> None:
    campaign = a_campaign(account)
    # The SDK itself knows that a budget is a whole number, and sends it all the same.
    with pytest.warns(match="unsigned int") if "12.50" in changes.values() else nullcontext():
        error = refused(an_ad_set, account, campaign, **changes)
    assert case(error) == (100, subcode)
    assert list(account.get_ad_sets()) == []


@pytest.mark.parametrize("missing", ["name", "objective", "special_ad_categories"])
def test_a_campaign_lacks_nothing_that_is_required(account: AdAccount, missing: str) -> None:
    fields = {
        "name": "Autumn", "objective": "OUTCOME_SALES", "special_ad_categories": [],
        "is_adset_budget_sharing_enabled": False,
    }  # fmt: skip
    fields.pop(missing)
    error = refused(account.create_campaign, params=fields)
    assert case(error) == (100, None)
    assert missing in error.api_error_message()


def test_a_dry_run_makes_nothing(account: AdAccount) -> None:
    a_campaign(account, execution_options=["validate_only"])
    assert list(account.get_campaigns()) == []


def test_a_field_of_another_kind_does_not_exist(account: AdAccount) -> None:
    campaign = a_campaign(account)
    error = refused(AdSet(campaign["id"], api=account.get_api()).api_get, fields=["billing_event"])
    assert case(error) == (100, None)
    assert "nonexisting field (billing_event)" in error.api_error_message()


def test_an_object_of_another_account_does_not_exist(
    account: AdAccount, emulator: MetaEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = a_campaign(account)
    emulator.world.account("502", "EAAB-other")
    session = FacebookSession(access_token="EAAB-other", timeout=20)
    theirs = Campaign(campaign["id"], api=FacebookAdsApi(session))
    assert case(refused(theirs.api_get, fields=["name"])) == (100, 33)
    session.requests.close()


def test_a_wrong_token_is_no_token(emulator: MetaEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    for account in _account(emulator, monkeypatch, "EAAB-wrong"):
        assert case(refused(account.get_campaigns)) == (190, None)


def test_an_app_may_require_the_proof_of_its_secret(
    emulator: MetaEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.world.account("501", TOKEN, app_secret="hush")
    for account in _account(emulator, monkeypatch, TOKEN):
        assert case(refused(account.get_campaigns)) == (100, None)
    for account in _account(emulator, monkeypatch, TOKEN, "hush"):
        assert list(account.get_campaigns()) == []


@pytest.mark.parametrize(
    "error",
    [errors.expired_token(), errors.service(), GraphError(17, "limit", subcode=2446079)],
    ids=str,
)
def test_faults_look_like_metas(
    account: AdAccount, emulator: MetaEmulator, error: GraphError
) -> None:
    emulator.faults.refuse(error, method="GET", edge="campaigns")
    caught = refused(account.get_campaigns)
    assert case(caught) == (error.code, error.subcode)
    assert caught.api_transient_error() is error.transient
    assert list(account.get_campaigns()) == []


def test_more_than_four_budget_changes_in_an_hour_are_throttled(
    account: AdAccount, emulator: MetaEmulator
) -> None:
    ad_set = an_ad_set(account, a_campaign(account))
    for budget in range(10_001, 10_005):
        ad_set.api_update(params={"daily_budget": budget})
    error = refused(ad_set.api_update, params={"daily_budget": 10_005})
    assert case(error) == (613, 1487742)
    emulator.world.market.pass_days(1)
    ad_set.api_update(params={"daily_budget": 10_006})
    assert ad_set.api_get(fields=["daily_budget"])["daily_budget"] == "10006"


def test_a_batch_is_answered_one_by_one_and_what_was_left_out_is_asked_again(
    account: AdAccount, emulator: MetaEmulator
) -> None:
    campaigns = [a_campaign(account, name=f"C{number}") for number in range(3)]
    emulator.faults.plan(Fault(kind=Kind.reset, method="GET", edge="node", skip=1))
    names: list[str] = []
    failures: list[tuple[int, int | None]] = []
    batch = account.get_api().new_batch()
    for campaign in (*campaigns, Campaign("999", api=account.get_api())):
        campaign.api_get(
            fields=["name"], batch=batch,
            success=lambda response: names.append(response.json()["name"]),
            failure=lambda response: failures.append(case(response.error())),
        )  # fmt: skip
    again = batch.execute()
    assert (names, failures) == (["C0", "C2"], [(100, 33)])
    assert again.execute() is None
    assert names == ["C0", "C2", "C1"]


def test_a_batch_holds_at_most_fifty_calls(account: AdAccount) -> None:
    batch = account.get_api().new_batch()
    for _ in range(51):
        account.api_get(fields=["currency"], batch=batch)
    assert case(refused(batch.execute)) == (100, None)


def test_several_objects_may_be_made_in_a_batch(account: AdAccount) -> None:
    batch = account.get_api().new_batch()
    fields = {
        "objective": "OUTCOME_TRAFFIC", "special_ad_categories": [], "status": "PAUSED",
        "is_adset_budget_sharing_enabled": False,
    }  # fmt: skip
    for name in ("a", "春 & b"):
        account.create_campaign(params=fields | {"name": name}, batch=batch)
    assert batch.execute() is None
    assert [row["name"] for row in account.get_campaigns(fields=["name"])] == ["春 & b", "a"]


def test_it_is_told_about_the_account_and_what_it_may_do_there(account: AdAccount) -> None:
    found = account.api_get(fields=["name", "currency", "timezone_name", "user_tasks"])
    assert (found["name"], found["currency"]) == ("Huo Shop", "CNY")
    assert "ADVERTISE" in found["user_tasks"]
    granted = User("me", api=account.get_api()).get_permissions()
    assert {row["permission"] for row in granted} == {"ads_management", "ads_read"}


def test_ads_of_a_special_category_are_for_everybody(account: AdAccount) -> None:
    campaign = a_campaign(
        account, special_ad_categories=["HOUSING"], special_ad_category_country=["US"]
    )
    targeting = {"geo_locations": {"countries": ["US"]}, "age_min": 18, "age_max": 35}
    with pytest.raises(FacebookRequestError):
        an_ad_set(account, campaign, targeting=targeting)
    assert an_ad_set(account, campaign, targeting=targeting | {"age_max": 65})["id"]
