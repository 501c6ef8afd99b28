"""list_campaigns and list_creatives: numbered, in an order that `shown` repeats."""

import pytest

from config.i18n import Language
from tests.builders.campaigns import Shop
from tools.campaigns.arguments import ListCampaigns, ListCreatives
from tools.campaigns.tools import SPECS, list_campaigns, list_creatives
from tools.contract import MANAGER
from tools.spec import ToolSpec


async def test_campaigns_are_listed_newest_first(shop: Shop) -> None:
    await shop.running_campaign("approval:1", name="Spring")
    await shop.campaign("approval:2", name="Autumn")
    result = await list_campaigns(shop.context(), ListCampaigns())
    assert result.shown == ("C-2", "C-1")
    assert result.text.splitlines() == [
        "2 campaigns:",
        "1. C-2 Autumn · paused · Sandbox · CN¥300 a day",
        "2. C-1 Spring · running · Sandbox · CN¥300 a day",
    ]


async def test_campaigns_are_filtered_by_status_and_platform(shop: Shop) -> None:
    await shop.running_campaign("approval:1")
    await shop.campaign("approval:2")
    running = await list_campaigns(shop.context(), ListCampaigns(status="active"))
    assert running.shown == ("C-1",)
    nowhere = await list_campaigns(shop.context(), ListCampaigns(platform="meta"))
    assert nowhere.shown == ()
    assert nowhere.text == "No campaign matches."


async def test_with_no_campaign_at_all_it_says_how_to_begin(shop: Shop) -> None:
    result = await list_campaigns(shop.context(language=Language.zh_cn), ListCampaigns())
    assert result.text == "还没有广告活动。告诉我平台、目标、日预算和国家，我来建一个。"


async def test_creatives_are_found_by_their_title_and_words(shop: Shop) -> None:
    await shop.creative("雅思冲刺", copy="12 周冲刺 7 分")
    await shop.creative("Trial lesson", copy="Book a free lesson")
    by_title = await list_creatives(shop.context(), ListCreatives(text="雅思"))
    by_words = await list_creatives(shop.context(), ListCreatives(text="FREE"))
    assert (by_title.shown, by_words.shown) == (("CR-1",), ("CR-2",))


async def test_a_wildcard_in_the_search_is_an_ordinary_letter(shop: Shop) -> None:
    await shop.creative("Half price")
    await shop.creative("50% off")
    assert (await list_creatives(shop.context(), ListCreatives(text="%"))).shown == ("CR-2",)


async def test_creatives_for_a_platform_include_those_for_any(shop: Shop) -> None:
    for platform in ("meta", None, "tiktok"):
        await shop.creative(platform=platform)
    result = await list_creatives(shop.context(), ListCreatives(platform="meta"))
    assert result.shown == ("CR-2", "CR-1")


async def test_with_no_creative_it_says_so(shop: Shop) -> None:
    empty = await list_creatives(shop.context(), ListCreatives())
    assert "empty" in empty.text
    await shop.creative()
    nothing = await list_creatives(shop.context(), ListCreatives(text="nowhere"))
    assert nothing.text == "No creative matches."


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_tool_takes_the_arguments_of_the_contract(spec: ToolSpec) -> None:
    assert spec.arguments is MANAGER[spec.name]
    assert spec.run or spec.propose
