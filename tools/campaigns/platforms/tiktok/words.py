"""Our words in TikTok's, and back."""

from typing import Any, Final

from tools.arguments import Objective
from tools.campaigns.platforms.base import DeliveryStatus, OptimizationGoal, SpecialCategory
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.platforms.tiktok.errors import NAME

Json = dict[str, Any]

OBJECTIVES: Final[dict[Objective, str]] = {
    "sales": "WEB_CONVERSIONS", "traffic": "TRAFFIC", "awareness": "REACH",
}  # fmt: skip
_READ_OBJECTIVES: Final[dict[str, Objective]] = {
    "WEB_CONVERSIONS": "sales", "CONVERSIONS": "sales", "PRODUCT_SALES": "sales",
    "TRAFFIC": "traffic", "REACH": "awareness", "VIDEO_VIEWS": "awareness",
    "ENGAGEMENT": "awareness",
}  # fmt: skip
SWITCHES: Final = {
    DeliveryStatus.active: "ENABLE", DeliveryStatus.paused: "DISABLE",
    DeliveryStatus.deleted: "DELETE",
}  # fmt: skip
INDUSTRIES: Final[dict[SpecialCategory, str]] = {
    "credit": "CREDIT", "employment": "EMPLOYMENT", "housing": "HOUSING", "financial": "CREDIT",
}  # fmt: skip
# TikTok sells ages in these groups only.
_AGE_GROUPS = (
    ("AGE_13_17", 13, 17), ("AGE_18_24", 18, 24), ("AGE_25_34", 25, 34), ("AGE_35_44", 35, 44),
    ("AGE_45_54", 45, 54), ("AGE_55_100", 55, 65),
)  # fmt: skip
_OF_AGE = 18


def objective_of(objective_type: str) -> Objective:
    """Raises PlatformRefused for one that none of our campaigns has."""
    if objective_type not in _READ_OBJECTIVES:
        raise PlatformRefused(ErrorCode.INVALID_REQUEST, NAME).said(objective_type, None)
    return _READ_OBJECTIVES[objective_type]


def bidding(objective: Objective, goal: OptimizationGoal, pixel_id: str, event: str) -> Json:
    """What is paid for and optimised, always at the lowest cost."""
    lowest: Json = {"bid_type": "BID_TYPE_NO_BID"}
    if objective == "awareness":
        return {**lowest, "optimization_goal": "REACH", "billing_event": "CPM"}
    website = {**lowest, "promotion_type": "WEBSITE"}
    if objective == "traffic" or goal is OptimizationGoal.clicks:
        return {**website, "optimization_goal": "CLICK", "billing_event": "CPC"}
    bought = {
        **website, "billing_event": "OCPM", "pixel_id": pixel_id, "optimization_event": event,
    }  # fmt: skip
    if goal is OptimizationGoal.conversions:
        return {**bought, "optimization_goal": "CONVERT"}
    return {**bought, "optimization_goal": "VALUE", "deep_bid_type": "VO_HIGHEST_VALUE"}


def age_groups(low: int, high: int) -> list[str]:
    """The groups whose middle lies within: neighbouring ranges share none and leave out none."""
    inside = [name for name, start, end in _AGE_GROUPS if low <= (start + end) / 2 < high + 1]
    if inside:
        return inside
    nearest = max(_AGE_GROUPS, key=lambda group: min(group[2], high) - max(group[1], low))
    return [nearest[0]]


def of_age() -> list[str]:
    """Everybody who is."""
    return [name for name, start, _ in _AGE_GROUPS if start >= _OF_AGE]
