"""A campaign is made as it was ordered."""

import re
from decimal import Decimal
from typing import Any

from hypothesis import given

from storage.tables.campaign import Campaign
from tests.builders.automation import Desk
from tests.properties.conftest import Stage
from tests.properties.examples import asked_groups, campaign_orders, often
from tools.automation.parameters import CreateCampaign
from tools.campaigns.arguments import CreateCampaign as ToolArguments
from tools.campaigns.plans import CreationPlan
from tools.campaigns.proposing import propose_creation
from tools.campaigns.recording import spec_of


# Feature: campaign-automation, Property 1: creation returns a valid id and structure
@often
@given(order=campaign_orders())
def test_creation_returns_a_valid_id_and_the_whole_structure(
    stage: Stage, desk: Desk, order: dict[str, Any]
) -> None:
    answer = stage.run(desk.execute("create_campaign", order))
    assert re.fullmatch(r"C-[1-9]\d*", answer["campaign_id"])
    assert answer["message"]
    ids = [row["adset_id"] for row in answer["adsets"]]
    prefix = answer["campaign_id"].replace("C", "A")
    assert ids == [f"{prefix}.{place}" for place in range(1, len(ids) + 1)]
    ads = [row["ad_id"] for row in answer["ads"]]
    assert len(set(ads)) == len(ads) > 0
    assert {row["adset_id"] for row in answer["ads"]} == set(ids)
    budgets = [Decimal(str(row["daily_budget"])) for row in answer["adsets"]]
    assert sum(budgets) == Decimal(str(order["daily_budget"]))
    assert max(budgets) - min(budgets) <= Decimal("0.01")


# Feature: campaign-automation, Property 2: as many ad sets as age groups
@often
@given(order=campaign_orders())
def test_there_is_an_ad_set_for_every_age_group(
    stage: Stage, desk: Desk, order: dict[str, Any]
) -> None:
    arguments = CreateCampaign.model_validate(order).arguments()
    proposal = stage.run(
        propose_creation(desk.shop.context(), ToolArguments.model_validate(arguments))
    )
    asked = spec_of(CreationPlan.model_validate(proposal.plan))
    groups = [(each.age_min, each.age_max) for each in asked.ad_sets]
    assert groups == asked_groups(order)
    assert [each.name.split()[-1] for each in asked.ad_sets] == [f"{a}-{b}" for a, b in groups]


# Feature: campaign-automation, Property 3: each ad set has targeting, automatic placements and
# the lowest-cost strategy
@often
@given(order=campaign_orders(creatives=1))
def test_every_ad_set_says_whom_it_aims_at_and_how_it_bids(
    stage: Stage, desk: Desk, order: dict[str, Any]
) -> None:
    async def seen() -> dict[str, Any]:
        made = await made_by_tools(stage, desk, order)
        look = {"campaign_id": made.ref, "platform": "sandbox"}
        return await desk.execute("get_campaign_status", look)

    ad_sets = stage.run(seen())["adsets"]
    assert [row["targeting"] for row in ad_sets] == [
        {
            "age_min": low, "age_max": high, "countries": order["target_countries"],
            "audience": "broad",
        }
        for low, high in asked_groups(order)
    ]  # fmt: skip
    for row in ad_sets:
        assert (row["placements"], row["bid_strategy"]) == ("automatic", "lowest_cost")
        assert row["optimization_goal"] == "value"


# Feature: campaign-automation, Property 4: ads are creatives times ad sets, each with its copy
@often
@given(order=campaign_orders(creatives=3))
def test_every_creative_is_an_ad_with_words_in_every_ad_set(
    stage: Stage, desk: Desk, order: dict[str, Any]
) -> None:
    made = stage.run(made_by_tools(stage, desk, order))
    for ad_set in made.ad_sets:
        assert [ad.creative for ad in ad_set.ads] == order["creative_ids"]
        assert all(0 < len(ad.copy) <= 125 for ad in ad_set.ads)
    ads = [ad.external_id for ad_set in made.ad_sets for ad in ad_set.ads]
    assert len(set(ads)) == len(order["creative_ids"]) * len(asked_groups(order))


def test_the_shop_of_an_example_is_its_own(stage: Stage, desk: Desk) -> None:
    assert stage.run(stage.desk()).shop.organisation.id != desk.shop.organisation.id


async def made_by_tools(stage: Stage, desk: Desk, order: dict[str, Any]) -> Campaign:
    """What the module orders, without its approvals."""
    arguments = CreateCampaign.model_validate(order).arguments()
    return await desk.shop.campaign(f"example:{next(stage.numbers)}", **arguments)
