"""Google's own client, unmodified, over gRPC on the accounts that the adapter sees over REST."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from google.ads.googleads.client import GoogleAdsClient
from google.ads.googleads.errors import GoogleAdsException
from google.api_core.exceptions import ResourceExhausted
from google.oauth2.credentials import Credentials

from tests.contracts.ad_platform import a_spec
from tests.emulators.ads.google.grpc_face import Certificate, certificate
from tests.emulators.ads.google.service import DEVELOPER_TOKEN, Fault
from tests.emulators.ads.google.tokens import CLIENT_ID, CLIENT_SECRET
from tests.fakes.clock import FakeClock
from tests.integration.ads.google_account import GoogleHarness, google
from tools.campaigns.platforms.base import DeliveryStatus

CAMPAIGNS = (
    "SELECT campaign.id, campaign.name, campaign.status, campaign_budget.amount_micros "
    "FROM campaign ORDER BY campaign.name"
)
FIGURES = (
    "SELECT ad_group_ad.ad.id, segments.date, metrics.cost_micros, metrics.conversions, "
    "metrics.conversions_value FROM ad_group_ad"
)


@pytest.fixture(scope="module")
def localhost(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(tmp_path_factory.mktemp("localhost"))


@pytest.fixture
async def harness(
    clock: FakeClock, localhost: Certificate, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[GoogleHarness]:
    monkeypatch.setenv("GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", str(localhost.roots))
    async with google(clock) as harness:
        harness.emulator.serve_grpc(localhost)
        yield harness


@pytest.fixture
def official(harness: GoogleHarness) -> GoogleAdsClient:
    return a_client(harness)


def a_client(harness: GoogleHarness, **changed: Any) -> GoogleAdsClient:
    credentials = Credentials(  # type: ignore[no-untyped-call]
        None, refresh_token=harness.account.refresh_token, client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET, token_uri=harness.emulator.token_url,
    )  # fmt: skip
    options = {"developer_token": DEVELOPER_TOKEN, "use_proto_plus": True, "version": "v26"}
    return GoogleAdsClient(credentials, endpoint=harness.emulator.grpc.endpoint,
                           **(options | changed))  # fmt: skip


async def rows(official: GoogleAdsClient, customer_id: str, query: str) -> list[Any]:
    def ask() -> list[Any]:
        service = official.get_service("GoogleAdsService")
        stream = service.search_stream(customer_id=customer_id, query=query)
        return [row for batch in stream for row in batch.results]

    return await asyncio.to_thread(ask)


async def mutate(official: GoogleAdsClient, customer_id: str, operations: list[Any]) -> Any:
    service = official.get_service("GoogleAdsService")
    return await asyncio.to_thread(
        lambda: service.mutate(customer_id=customer_id, mutate_operations=operations)
    )


def a_tree(official: GoogleAdsClient, customer_id: str, name: str) -> list[Any]:
    """A campaign with its budget and one ad group, as Google's examples make them."""
    budget, campaign, group = (official.get_type("MutateOperation") for _ in range(3))
    enums = official.enums
    made = budget.campaign_budget_operation.create
    made.resource_name = f"customers/{customer_id}/campaignBudgets/-1"
    made.name, made.amount_micros = name, 50_000_000
    made = campaign.campaign_operation.create
    made.resource_name = f"customers/{customer_id}/campaigns/-2"
    made.name, made.campaign_budget = name, f"customers/{customer_id}/campaignBudgets/-1"
    made.advertising_channel_type = enums.AdvertisingChannelTypeEnum.SEARCH
    made.status = enums.CampaignStatusEnum.PAUSED
    made.network_settings.target_google_search = True
    official.copy_from(made.manual_cpc, official.get_type("ManualCpc"))
    made.contains_eu_political_advertising = (
        enums.EuPoliticalAdvertisingStatusEnum.DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING
    )
    made = group.ad_group_operation.create
    made.name, made.campaign = "Women", f"customers/{customer_id}/campaigns/-2"
    return [budget, campaign, group]


async def test_it_reads_what_the_adapter_made(
    harness: GoogleHarness, official: GoogleAdsClient
) -> None:
    campaign = await harness.platform.create_campaign(a_spec("33.34", "33.33"), key="k")
    await harness.platform.set_status(campaign.external_id, DeliveryStatus.active)
    found = await rows(official, harness.account.customer_id, CAMPAIGNS)
    assert [row.campaign_budget.amount_micros for row in found] == [33_340_000, 33_330_000]
    assert [row.campaign.status.name for row in found] == ["ENABLED", "ENABLED"]
    assert found[0].campaign.name.startswith("Autumn · CN 18-35 #hk-")


async def test_it_reads_the_figures_that_the_adapter_reads(
    harness: GoogleHarness, official: GoogleAdsClient
) -> None:
    campaign = await harness.platform.create_campaign(a_spec(), key="k")
    await harness.platform.set_status(campaign.external_id, DeliveryStatus.active)
    await harness.days_pass(3)
    today = harness.platform.today(harness.now())
    ours = await harness.platform.daily_metrics(
        [campaign.external_id], today - timedelta(days=3), today
    )
    theirs = await rows(official, harness.account.customer_id, FIGURES)
    assert {
        (str(row.ad_group_ad.ad.id), row.segments.date, Decimal(row.metrics.cost_micros) / 10**6)
        for row in theirs
    } == {(row.ad_id, row.day.isoformat(), row.spend) for row in ours}
    assert sum(row.metrics.conversions for row in theirs) == sum(row.conversions for row in ours)


async def test_what_it_changes_is_what_the_adapter_sees(
    harness: GoogleHarness, official: GoogleAdsClient
) -> None:
    campaign = await harness.platform.create_campaign(a_spec(), key="k")
    customer_id = harness.account.customer_id
    found = await rows(official, customer_id, CAMPAIGNS)
    operation = official.get_type("MutateOperation")
    operation.campaign_operation.remove = found[1].campaign.resource_name
    answer = await mutate(official, customer_id, [operation])
    assert answer.mutate_operation_responses[0].campaign_result.resource_name == (
        found[1].campaign.resource_name
    )
    state = await harness.platform.get_campaign(campaign.external_id)
    assert [ad_set.status.value for ad_set in state.ad_sets] == ["active", "deleted", "active"]


async def test_it_makes_a_tree_with_temporary_ids(
    harness: GoogleHarness, official: GoogleAdsClient
) -> None:
    customer_id = harness.account.customer_id
    answer = await mutate(official, customer_id, a_tree(official, customer_id, "Theirs"))
    names = [
        response.campaign_budget_result.resource_name
        or response.campaign_result.resource_name
        or response.ad_group_result.resource_name
        for response in answer.mutate_operation_responses
    ]
    assert all(name in harness.account.resources for name in names)
    assert len(names) == 3


async def test_what_people_made_there_is_none_of_the_adapters_business(
    harness: GoogleHarness, official: GoogleAdsClient
) -> None:
    customer_id = harness.account.customer_id
    await mutate(official, customer_id, a_tree(official, customer_id, "Theirs"))
    ours = await harness.platform.create_campaign(a_spec(), key="k")
    await harness.platform.set_status(ours.external_id, DeliveryStatus.deleted)
    found = {row.campaign.name: row.campaign.status.name
             for row in await rows(official, customer_id, CAMPAIGNS)}  # fmt: skip
    assert found.pop("Theirs") == "PAUSED"
    assert set(found.values()) == {"REMOVED"}


async def test_one_wrong_operation_undoes_them_all(
    harness: GoogleHarness, official: GoogleAdsClient
) -> None:
    customer_id = harness.account.customer_id
    tree = a_tree(official, customer_id, "Theirs")
    tree[2].ad_group_operation.create.name = ""
    with pytest.raises(GoogleAdsException) as caught:
        await mutate(official, customer_id, tree)
    [error] = caught.value.failure.errors
    assert error.error_code.field_error.name == "REQUIRED"
    path = [element.field_name for element in error.location.field_path_elements]
    assert path == ["mutate_operations", "ad_group_operation", "create", "name"]
    assert error.location.field_path_elements[0].index == 2
    assert caught.value.request_id
    assert harness.account.resources == {}


async def test_refusals_arrive_as_googles_own_exceptions(
    harness: GoogleHarness, official: GoogleAdsClient
) -> None:
    faults = harness.emulator.service.faults
    faults["SearchStream"] = [Fault.account_disabled, Fault.exhausted]
    with pytest.raises(GoogleAdsException) as caught:
        await rows(official, harness.account.customer_id, CAMPAIGNS)
    said = caught.value.failure.errors[0].error_code.authorization_error
    assert said.name == "CUSTOMER_NOT_ENABLED"
    # The library leaves quotas to those who know how to wait.
    with pytest.raises(ResourceExhausted):
        await rows(official, harness.account.customer_id, CAMPAIGNS)


async def test_a_wrong_developer_token_is_turned_away(harness: GoogleHarness) -> None:
    stranger = a_client(harness, developer_token="not-ours")
    with pytest.raises(GoogleAdsException) as caught:
        await rows(stranger, harness.account.customer_id, CAMPAIGNS)
    said = caught.value.failure.errors[0].error_code.authentication_error
    assert said.name == "DEVELOPER_TOKEN_INVALID"
