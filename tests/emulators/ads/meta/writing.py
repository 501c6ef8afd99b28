"""Creating, changing and deleting: the rules of Meta's objects, and what the market learns."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tests.emulators.ads.meta import parameters as p
from tests.emulators.ads.meta.errors import (
    BID_MISSING,
    LOW_BUDGET,
    NO_LOCATION,
    TWO_BUDGETS,
    GraphError,
    bad_parameter,
    invalid,
)  # fmt: skip
from tests.emulators.ads.meta.world import (
    ACTIVE,
    AD,
    AD_SET,
    ARCHIVED,
    CAMPAIGN,
    CREATIVE,
    DELETED,
    GONE,
    PAUSED,
    Account,
    Node,
    World,
)  # fmt: skip
from tools.arguments import Objective
from tools.campaigns.platforms.base import DeliveryStatus, OptimizationGoal

Json = dict[str, Any]

_OBJECTIVES: dict[str, Objective] = {
    "OUTCOME_SALES": "sales", "OUTCOME_TRAFFIC": "traffic", "OUTCOME_AWARENESS": "awareness",
}  # fmt: skip
_GOALS = {
    "OUTCOME_SALES": {"VALUE", "OFFSITE_CONVERSIONS", "LINK_CLICKS", "LANDING_PAGE_VIEWS",
                      "IMPRESSIONS", "REACH"},
    "OUTCOME_TRAFFIC": {"LINK_CLICKS", "LANDING_PAGE_VIEWS", "IMPRESSIONS", "REACH"},
    "OUTCOME_AWARENESS": {"REACH", "IMPRESSIONS", "AD_RECALL_LIFT"},
}  # fmt: skip
_MARKET_GOALS = {
    "VALUE": OptimizationGoal.value, "OFFSITE_CONVERSIONS": OptimizationGoal.conversions,
}  # fmt: skip
_CATEGORIES = (
    "NONE", "CREDIT", "EMPLOYMENT", "HOUSING", "FINANCIAL_PRODUCTS_SERVICES",
    "ISSUES_ELECTIONS_POLITICS", "ONLINE_GAMBLING_AND_GAMING",
)  # fmt: skip
_RESTRICTED = frozenset({"CREDIT", "EMPLOYMENT", "HOUSING", "FINANCIAL_PRODUCTS_SERVICES"})
_BIDS = (
    "LOWEST_COST_WITHOUT_CAP", "LOWEST_COST_WITH_BID_CAP", "COST_CAP", "LOWEST_COST_WITH_MIN_ROAS",
)  # fmt: skip
_PURCHASES = ("VALUE", "OFFSITE_CONVERSIONS")
_STATUS = p.one_of(ACTIVE, PAUSED)
_NEW_STATUS = p.one_of(ACTIVE, PAUSED, ARCHIVED, DELETED)
_OPTIONS = p.list_of("validate_only", "include_recommendations")
_EDITS_PER_HOUR = 4

_CAMPAIGN: dict[str, p.Reader] = {
    "name": p.text, "objective": p.one_of(*_OBJECTIVES), "status": _STATUS,
    "special_ad_categories": p.list_of(*_CATEGORIES), "daily_budget": p.whole,
    "special_ad_category_country": p.array,
    "is_adset_budget_sharing_enabled": p.flag, "buying_type": p.one_of("AUCTION"),
    "bid_strategy": p.one_of(*_BIDS), "execution_options": _OPTIONS,
}  # fmt: skip
_AD_SET: dict[str, p.Reader] = {
    "name": p.text, "campaign_id": p.text, "daily_budget": p.whole, "status": _STATUS,
    "billing_event": p.one_of("IMPRESSIONS", "LINK_CLICKS"), "bid_amount": p.whole,
    "optimization_goal": p.one_of(*sorted(set().union(*_GOALS.values()))),
    "bid_strategy": p.one_of(*_BIDS), "targeting": p.mapping, "promoted_object": p.mapping,
    "execution_options": _OPTIONS, "dsa_beneficiary": p.text, "dsa_payor": p.text,
}  # fmt: skip
# Some of the countries whose law wants to know who stands behind an ad.
_EU = frozenset({"AT", "BE", "DE", "ES", "FR", "IE", "IT", "NL", "PL", "SE"})
_AD: dict[str, p.Reader] = {
    "name": p.text, "adset_id": p.text, "creative": p.mapping, "status": _STATUS,
    "execution_options": _OPTIONS,
}  # fmt: skip
_CREATIVE: dict[str, p.Reader] = {"name": p.text, "object_story_spec": p.mapping}
_CHANGES: dict[str, dict[str, p.Reader]] = {
    CAMPAIGN: {"name": p.text, "status": _NEW_STATUS},
    AD_SET: {"name": p.text, "status": _NEW_STATUS, "daily_budget": p.whole},
    AD: {"name": p.text, "status": _NEW_STATUS},
    CREATIVE: {"name": p.text},
}


@dataclass(frozen=True, kw_only=True)
class Writer:
    world: World
    account: Account

    def create(self, edge: str, given: Mapping[str, str]) -> Json:
        """The answer; with validate_only nothing is made."""
        made = {
            "campaigns": self._campaign, "adsets": self._ad_set, "ads": self._ad,
            "adcreatives": self._creative,
        }  # fmt: skip
        node = made[edge](given)
        return {"success": True} if node is None else {"id": node.id}

    def change(self, node: Node, given: Mapping[str, str]) -> Json:
        found = p.read(given, _CHANGES[node.kind])
        if not found:
            raise bad_parameter("No fields to update were given.")
        _check_not_gone(node, found)
        if "daily_budget" in found:
            self._change_budget(node, found["daily_budget"])
        node.fields.update(found)
        self._tell_market(node, found)
        return {"success": True}

    def delete(self, node: Node) -> Json:
        node.fields["status"] = DELETED
        self._tell_market(node, {"status": DELETED})
        return {"success": True}

    def _campaign(self, given: Mapping[str, str]) -> Node | None:
        found = p.read(given, _CAMPAIGN, ("name", "objective", "special_ad_categories"))
        if "daily_budget" not in found and "is_adset_budget_sharing_enabled" not in found:
            raise invalid(
                "Must specify True or False in is_adset_budget_sharing_enabled field if you are "
                "not using campaign budget."
            )
        if "daily_budget" in found:
            self._check_budget(found["daily_budget"])
        if _only_checked(found):
            return None
        node = self.world.add(CAMPAIGN, self.account, {"status": ACTIVE} | found)
        self.world.market.campaign(
            node.id, name=found["name"], objective=_OBJECTIVES[found["objective"]]
        )
        self._tell_market(node, {"status": node.status})
        return node

    def _ad_set(self, given: Mapping[str, str]) -> Node | None:
        found = p.read(
            given, _AD_SET,
            ("name", "campaign_id", "billing_event", "optimization_goal", "targeting"),
        )  # fmt: skip
        campaign = self.world.node(found["campaign_id"], self.account, "POST", CAMPAIGN)
        if campaign.status in GONE:
            raise invalid("The campaign of this ad set has been deleted.")
        self._check_ad_set(found, campaign)
        if _only_checked(found):
            return None
        node = self.world.add(AD_SET, self.account, {"status": ACTIVE} | found, campaign)
        targeting = found["targeting"]
        self.world.market.ad_set(
            node.id, campaign=campaign.id, name=found["name"],
            countries=tuple(targeting["geo_locations"]["countries"]),
            ages=(targeting.get("age_min", 18), targeting.get("age_max", 65)),
            daily_budget=Decimal(found.get("daily_budget", 0)) / 100,
            goal=_MARKET_GOALS.get(found["optimization_goal"], OptimizationGoal.clicks),
            status=_delivery(node.status),
        )  # fmt: skip
        return node

    def _check_ad_set(self, found: Json, campaign: Node) -> None:
        if ("daily_budget" in found) == ("daily_budget" in campaign.fields):
            if "daily_budget" in found:
                raise invalid("Budgets of campaign and ad set.", subcode=TWO_BUDGETS)
            raise bad_parameter("The parameter daily_budget is required.")
        if "daily_budget" in found:
            self._check_budget(found["daily_budget"])
        goal, strategy = found["optimization_goal"], found.get("bid_strategy", "")
        if goal not in _GOALS[campaign.fields["objective"]]:
            raise invalid("This performance goal is not available for the objective.")
        if strategy in ("LOWEST_COST_WITH_BID_CAP", "COST_CAP") and "bid_amount" not in found:
            raise invalid("Bid amount is required for the bid strategy.", subcode=BID_MISSING)
        if goal in _PURCHASES:
            promoted = found.get("promoted_object", {})
            p.check_keys("promoted_object", promoted, {"pixel_id", "custom_event_type"},
                         ("pixel_id", "custom_event_type"))  # fmt: skip
            if promoted["pixel_id"] != self.account.pixel:
                raise invalid("The pixel cannot be used by this ad account.")
        _check_targeting(found["targeting"])
        if _RESTRICTED & {*campaign.fields["special_ad_categories"]}:
            _check_everybody(found["targeting"])
        known = "dsa_beneficiary" in found and "dsa_payor" in found
        if not known and _EU & set(found["targeting"]["geo_locations"]["countries"]):
            raise invalid("Ads that target the EU need a beneficiary and a payer.")

    def _ad(self, given: Mapping[str, str]) -> Node | None:
        found = p.read(given, _AD, ("name", "adset_id", "creative"))
        ad_set = self.world.node(found["adset_id"], self.account, "POST", AD_SET)
        if ad_set.effective_status in GONE:
            raise invalid("The ad set of this ad has been deleted.")
        creative = found["creative"]
        if "creative_id" in creative:
            p.check_keys("creative", creative, {"creative_id"})
            made = self.world.node(creative["creative_id"], self.account, "POST", CREATIVE)
            story = made.fields
        else:
            p.check_keys("creative", creative, {"name", "object_story_spec"})
            self._check_story(creative.get("object_story_spec", {}))
            made, story = None, creative
        if _only_checked(found):
            return None
        made = made or self.world.add(CREATIVE, self.account, dict(story))
        fields = {"status": ACTIVE} | found | {"creative": {"id": made.id}}
        node = self.world.add(AD, self.account, fields, ad_set)
        self.world.market.ad(
            node.id, ad_set=ad_set.id, creative=made.fields.get("name", made.id),
            name=found["name"],
        )  # fmt: skip
        return node

    def _creative(self, given: Mapping[str, str]) -> Node:
        found = p.read(given, _CREATIVE, ("object_story_spec",))
        self._check_story(found["object_story_spec"])
        return self.world.add(CREATIVE, self.account, found)

    def _check_story(self, story: Json) -> None:
        name = "object_story_spec"
        p.check_keys(name, story, {"page_id", "link_data"}, ("page_id", "link_data"))
        if story["page_id"] != self.account.page:
            raise invalid("The page cannot be used by this ad account.")
        p.check_keys(
            f"{name}[link_data]", story["link_data"],
            {"link", "message", "name", "picture", "call_to_action", "description"}, ("link",),
        )  # fmt: skip

    def _check_budget(self, amount: int) -> None:
        if amount < self.account.min_daily_budget:
            raise invalid("Your budget is too low.", subcode=LOW_BUDGET)

    def _change_budget(self, node: Node, amount: int) -> None:
        self._check_budget(amount)
        if node.parent is not None and "daily_budget" in node.parent.fields:
            raise invalid("Budgets of campaign and ad set.", subcode=TWO_BUDGETS)
        now = self.world.market.now()
        node.edits = [at for at in node.edits if now - at < timedelta(hours=1)]
        if len(node.edits) >= _EDITS_PER_HOUR:
            raise GraphError(
                613, "Calls to this api have exceeded the rate limit.", subcode=1487742
            )
        node.edits.append(now)

    def _tell_market(self, node: Node, changed: Json) -> None:
        """The market knows switches of campaigns and ad sets; an ad only goes before it ran."""
        if node.kind == AD and changed.get("status") == DELETED and not node.campaign.started:
            self.world.market.drop(node.id)
        if node.kind not in (CAMPAIGN, AD_SET):
            return
        node.started |= changed.get("status") == ACTIVE
        budget = changed.get("daily_budget")
        self.world.market.change(
            node.id,
            status=_delivery(changed["status"]) if "status" in changed else None,
            daily_budget=None if budget is None else Decimal(budget) / 100,
        )


def _check_not_gone(node: Node, changed: Json) -> None:
    """What is archived can be renamed and deleted, and what is deleted stays as it is."""
    if node.effective_status not in GONE:
        return
    allowed = node.status != DELETED and changed.get("status", DELETED) in (node.status, DELETED)
    if not allowed or "daily_budget" in changed:
        raise invalid("This object has been deleted or archived and cannot be edited.")


def _check_targeting(targeting: Json) -> None:
    p.check_keys(
        "targeting", targeting,
        {"geo_locations", "age_min", "age_max", "genders", "targeting_automation",
         "flexible_spec", "custom_audiences", "publisher_platforms"},
    )  # fmt: skip
    countries = targeting.get("geo_locations", {}).get("countries", [])
    if not countries or any(len(one) != 2 or not one.isupper() for one in countries):
        raise invalid("Your targeting has no location.", subcode=NO_LOCATION)
    low, high = targeting.get("age_min", 18), targeting.get("age_max", 65)
    if not 13 <= low <= high <= 65:
        raise invalid("The ages of your targeting are not valid.")


def _check_everybody(targeting: Json) -> None:
    """What a special category leaves of a targeting."""
    ages = targeting.get("age_min", 18), targeting.get("age_max", 65)
    if ages != (18, 65) or "genders" in targeting:
        raise invalid("Ads of a special category cannot be limited by age or gender.")


def _only_checked(found: Json) -> bool:
    return "validate_only" in found.pop("execution_options", [])


def _delivery(status: str) -> DeliveryStatus:
    return DeliveryStatus.deleted if status in GONE else DeliveryStatus(status.lower())
