"""The official SDK, unmodified and pointed at the emulator, finds TikTok there."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import business_api_client as sdk
import pytest
from business_api_client.models.filtering_report_integrated_get import FilteringReportIntegratedGet
from business_api_client.tiktok_business.tiktok_exceptions import TiktokSDKError

from tests.builders.tiktok import TikTokTown, a_small_spec, tiktok_town
from tests.fakes.clock import FakeClock
from tools.campaigns.platforms.base import DeliveryStatus

Json = dict[str, Any]


class Sdk:
    """Each of the SDK's calls blocks: it runs in a thread, the emulator in our loop."""

    def __init__(self, town: TikTokTown, token: str | None = None) -> None:
        configuration = sdk.Configuration()
        configuration.host = town.emulator.url
        client = sdk.ApiClient(configuration)
        self.id, self._token = town.account.id, town.account.token if token is None else token
        self.campaigns, self.files = sdk.CampaignCreationApi(client), sdk.FileApi(client)
        self.ad_groups, self.ads = sdk.AdgroupApi(client), sdk.AdApi(client)
        self.reports, self.tools = sdk.ReportingApi(client), sdk.ToolApi(client)
        self.accounts = sdk.AccountManagementApi(client)

    async def write(self, call: Callable[..., Json], body: object) -> Any:
        return (await asyncio.to_thread(call, self._token, body=body))["data"]

    async def read(self, call: Callable[..., Json], *needed: Any, **asked: Any) -> Any:
        whole = (self.id, *needed, self._token)
        return (await asyncio.to_thread(call, *whole, **asked))["data"]

    def campaign_body(self, **more: Any) -> Any:
        fields = {"campaign_name": "From the SDK", "objective_type": "WEB_CONVERSIONS",
                  "budget_mode": "BUDGET_MODE_INFINITE", "operation_status": "DISABLE"}  # fmt: skip
        return sdk.CampaignCreateBody(advertiser_id=self.id, **(fields | more))


@pytest.fixture
async def town(clock: FakeClock) -> AsyncIterator[TikTokTown]:
    async with tiktok_town(clock) as opened:
        yield opened


@pytest.fixture
def client(town: TikTokTown) -> Sdk:
    return Sdk(town)


async def a_campaign(client: Sdk, **more: Any) -> str:
    return str(
        (await client.write(client.campaigns.campaign_create, client.campaign_body(**more)))[
            "campaign_id"
        ]
    )


async def an_ad_group(client: Sdk, town: TikTokTown, campaign_id: str, **more: Any) -> str:
    fields = {
        "adgroup_name": "CN", "placement_type": "PLACEMENT_TYPE_AUTOMATIC",
        "location_ids": ["1814991"], "promotion_type": "WEBSITE", "budget": 33.33,
        "budget_mode": "BUDGET_MODE_DAY", "billing_event": "OCPM", "pacing": "PACING_MODE_SMOOTH",
        "optimization_goal": "CONVERT", "optimization_event": "SHOPPING",
        "pixel_id": town.account.pixel_id, "schedule_type": "SCHEDULE_FROM_NOW",
        "schedule_start_time": f"{town.now():%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip
    body = sdk.AdgroupCreateBody(
        advertiser_id=client.id, campaign_id=campaign_id, **(fields | more)
    )
    return str((await client.write(client.ad_groups.adgroup_create, body))["adgroup_id"])


async def an_ad(client: Sdk, town: TikTokTown, ad_group_id: str) -> str:
    image = await client.write(_upload(client), "https://shop.example/a.jpg")
    creative = sdk.AdcreateCreatives(
        ad_name="An ad", ad_text="Try it", ad_format="SINGLE_IMAGE", image_ids=[image["image_id"]],
        identity_type="CUSTOMIZED_USER", identity_id=town.account.identity_id,
        landing_page_url="https://shop.example",
    )  # fmt: skip
    body = sdk.AdCreateBody(advertiser_id=client.id, adgroup_id=ad_group_id, creatives=[creative])
    return str((await client.write(client.ads.ad_create, body))["ad_ids"][0])


def _upload(client: Sdk) -> Callable[..., Json]:
    def upload(token: str, body: str) -> Json:
        answer: Json = client.files.ad_image_upload(
            token, advertiser_id=client.id, upload_type="UPLOAD_BY_URL", image_url=body
        )
        return answer

    return upload


async def test_it_makes_a_whole_campaign_that_spends_and_reports(
    client: Sdk, town: TikTokTown
) -> None:
    campaign = await a_campaign(client)
    ad_group = await an_ad_group(client, town, campaign)
    ad = await an_ad(client, town, ad_group)
    switched = sdk.CampaignStatusUpdateBody(
        advertiser_id=client.id, campaign_ids=[campaign], operation_status="ENABLE"
    )
    await client.write(client.campaigns.campaign_status_update, switched)
    await town.days_pass(1)
    today = town.platform.today(town.now())
    report = await asyncio.to_thread(
        client.reports.report_integrated_get, "BASIC", town.account.token,
        advertiser_id=client.id, data_level="AUCTION_AD", dimensions=["ad_id", "stat_time_day"],
        metrics=["spend", "complete_payment"], page=1, page_size=1000,
        start_date=str(today - timedelta(days=1)), end_date=str(today),
        filtering=[FilteringReportIntegratedGet(
            field_name="campaign_ids", filter_type="IN", filter_value=json.dumps([campaign])
        )],
    )  # fmt: skip
    rows = report["data"]["list"]
    assert {row["dimensions"]["ad_id"] for row in rows} == {ad}
    assert all(0 < float(row["metrics"]["spend"]) <= 33.33 for row in rows)


async def test_ids_are_texts_and_money_is_a_number(client: Sdk, town: TikTokTown) -> None:
    campaign = await a_campaign(client)
    await an_ad_group(client, town, campaign)
    listed = await client.read(
        client.ad_groups.adgroup_get,
        filtering=sdk.FilteringAdgroupGet(campaign_ids=[campaign]), page=1, page_size=5,
    )  # fmt: skip
    row = listed["list"][0]
    assert (row["campaign_id"], row["budget"]) == (campaign, 33.33)
    assert isinstance(row["adgroup_id"], str)
    assert listed["page_info"]["total_number"] == 1


async def test_what_is_not_told_to_be_off_is_on(client: Sdk, town: TikTokTown) -> None:
    body = sdk.CampaignCreateBody(
        advertiser_id=client.id, campaign_name="On", objective_type="TRAFFIC"
    )
    row = await client.write(client.campaigns.campaign_create, body)
    assert row["operation_status"] == "ENABLE"


async def test_a_budget_is_updated(client: Sdk, town: TikTokTown) -> None:
    ad_group = await an_ad_group(client, town, await a_campaign(client))
    body = sdk.AdgroupUpdateBody(advertiser_id=client.id, adgroup_id=ad_group, budget=50.5)
    assert (await client.write(client.ad_groups.adgroup_update, body))["budget"] == 50.5


async def test_a_deleted_campaign_is_listed_only_on_request(client: Sdk) -> None:
    campaign = await a_campaign(client)
    deleted = sdk.CampaignStatusUpdateBody(
        advertiser_id=client.id, campaign_ids=[campaign], operation_status="DELETE"
    )
    await client.write(client.campaigns.campaign_status_update, deleted)
    every = sdk.FilteringCampaignGet(primary_status="STATUS_ALL")
    assert (await client.read(client.campaigns.campaign_get))["list"] == []
    rows = (await client.read(client.campaigns.campaign_get, filtering=every))["list"]
    assert [row["secondary_status"] for row in rows] == ["CAMPAIGN_STATUS_DELETE"]


async def test_it_finds_the_numbers_of_countries(client: Sdk) -> None:
    data = await client.read(
        client.tools.tool_region, ["PLACEMENT_TIKTOK"], "TRAFFIC", level_range="TO_COUNTRY"
    )
    known = {region["region_code"]: region["location_id"] for region in data["region_info"]}
    assert known["US"] == "6252001"


async def test_it_reads_our_adapters_campaign(client: Sdk, town: TikTokTown) -> None:
    ours = await town.platform.create_campaign(a_small_spec(), key="k")
    rows = (await client.read(client.campaigns.campaign_get))["list"]
    ads = (await client.read(client.ads.ad_get, page_size=10))["list"]
    assert [row["campaign_id"] for row in rows] == [ours.external_id]
    assert rows[0]["operation_status"] == "DISABLE"
    assert len(ads) == 4


async def test_our_adapter_reads_the_sdks_campaign(client: Sdk, town: TikTokTown) -> None:
    campaign = await a_campaign(client)
    ad_group = await an_ad_group(client, town, campaign)
    state = await town.platform.get_campaign(campaign)
    assert (state.name, state.status) == ("From the SDK", DeliveryStatus.paused)
    assert [each.external_id for each in state.ad_sets] == [ad_group]
    assert await town.platform.find_campaign("From the SDK") is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"objective_type": "FAME"}, 40002),
        ({"campaign_name": "n" * 513}, 40002),
        ({"budget": "much"}, 40002),
        ({"rta_id": "7"}, 40002),
        ({"budget_mode": "BUDGET_MODE_DAY"}, 40002),
    ],
)
async def test_wrong_fields_are_refused_with_tiktoks_code(
    client: Sdk, town: TikTokTown, body: Json, code: int
) -> None:
    with pytest.raises(TiktokSDKError, match=f"Error Code: {code}"):
        await a_campaign(client, **body)
    assert town.account.campaigns == []


async def test_a_name_that_is_taken_is_a_duplicate(client: Sdk) -> None:
    await a_campaign(client)
    with pytest.raises(TiktokSDKError, match="Error Code: 40050"):
        await a_campaign(client)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"budget": 19.99}, "budget"),
        ({"pixel_id": None}, "pixel_id"),
        ({"billing_event": "CPC"}, "billing_event"),
        ({"location_ids": ["1"]}, "location_ids"),
        ({"placement_type": "PLACEMENT_TYPE_NORMAL"}, "placements"),
        ({"schedule_start_time": "tomorrow"}, "schedule_start_time"),
    ],
)
async def test_an_ad_group_that_does_not_fit_together_is_refused(
    client: Sdk, town: TikTokTown, more: Json, field: str
) -> None:
    campaign = await a_campaign(client)
    with pytest.raises(TiktokSDKError, match=f"40002.*{field}"):
        await an_ad_group(client, town, campaign, **more)
    assert town.account.ad_groups == []


async def test_a_token_is_checked(town: TikTokTown) -> None:
    with pytest.raises(TiktokSDKError, match="Error Code: 40105"):
        await a_campaign(Sdk(town, "wrong"))
    with pytest.raises(TiktokSDKError, match="Error Code: 40104"):
        await a_campaign(Sdk(town, ""))
    town.account.expire()
    with pytest.raises(TiktokSDKError, match="Error Code: 40102"):
        await a_campaign(Sdk(town))


async def test_switching_in_part_says_so(client: Sdk, town: TikTokTown) -> None:
    ad_group = await an_ad_group(client, town, await a_campaign(client))
    body = sdk.AdgroupStatusUpdateBody(
        advertiser_id=client.id, adgroup_ids=[ad_group, "77"], operation_status="DISABLE"
    )
    with pytest.raises(TiktokSDKError, match="Error Code: 40007"):
        await client.write(client.ad_groups.adgroup_status_update, body)
    assert town.account.ad_groups[0].enabled
    body.allow_partial_success = True
    with pytest.raises(TiktokSDKError, match="Error Code: 20001"):
        await client.write(client.ad_groups.adgroup_status_update, body)
    assert not town.account.ad_groups[0].enabled


async def test_it_is_told_about_the_account(client: Sdk) -> None:
    found = await asyncio.to_thread(client.accounts.advertiser_info, [client.id], client._token)
    (account,) = found["data"]["list"]
    assert (account["advertiser_id"], account["status"]) == (client.id, "STATUS_ENABLE")
    assert (account["currency"], account["display_timezone"]) == ("CNY", "Asia/Shanghai")
