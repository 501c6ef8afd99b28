"""What callers may rely on in every answer: the shapes as data, for OpenAPI and for tests."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from tools.arguments import Objective, Platform

Status = Literal["active", "paused", "deleted"]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ApprovalShape(Shape):
    """Pending: nothing has been done yet, and somebody else has to agree."""

    approval_id: str
    status: Literal["pending", "approved", "executed", "failed", "rejected", "expired"]
    daily_cost: float | None
    expires_at: datetime


class SavingError(Shape):
    code: int
    type: str


class WebPlatformShape(Shape):
    """Whether the organisation's own platform has it already; else it gets it later."""

    saved: bool
    error: SavingError | None = None


class Success(Shape):
    status: Literal["success"]
    message: str
    approval: ApprovalShape | None = None
    web_platform: WebPlatformShape | None = None


class AdSetMade(Shape):
    adset_id: str
    name: str
    daily_budget: float


class AdMade(Shape):
    ad_id: str
    creative_id: str
    adset_id: str
    # A model has a method of that name.
    words: Annotated[str, Field(alias="copy")]


class Created(Success):
    campaign_id: str | None
    adsets: list[AdSetMade]
    ads: list[AdMade]


class Managed(Success):
    campaign_id: str
    new_status: Status


class Metrics(Shape):
    spend: float
    revenue: float
    roas: float | None
    cpa: float | None
    impressions: int
    clicks: int
    ctr: float | None
    conversions: int


class WithToday(Metrics):
    today: Metrics


class CampaignShape(WithToday):
    campaign_id: str
    name: str
    objective: Objective
    daily_budget: float
    status: Status
    platform: Platform
    target_roas: float | None
    target_cpa: float | None
    created_at: datetime
    updated_at: datetime


class Targeting(Shape):
    age_min: int
    age_max: int
    countries: list[str]
    audience: Literal["broad", "lookalike"]


class AdSetShape(WithToday):
    adset_id: str
    campaign_id: str
    name: str
    daily_budget: float
    status: Status
    targeting: Targeting
    placements: Literal["automatic"]
    optimization_goal: Literal["value", "conversions", "clicks"]
    bid_strategy: Literal["lowest_cost", "target_cost"]


class AdShape(Metrics):
    ad_id: str
    adset_id: str
    creative_id: str
    name: str
    words: Annotated[str, Field(alias="copy")]
    status: Status


class Seen(Success):
    campaign: CampaignShape
    adsets: list[AdSetShape]
    ads: list[AdShape]
    period: Literal["last_7_days"]
    source: Literal["live", "cache"]
    age_seconds: int


class Optimization(Shape):
    adset_id: str
    action: Literal["increase_budget", "decrease_budget", "pause"]
    old_budget: float | None
    new_budget: float
    reason: str


class Optimized(Success):
    optimizations: list[Optimization]


class VariantMade(Shape):
    creative_id: str
    adset_id: str
    daily_budget: float


class TestMade(Success):
    test_id: str | None
    campaign_id: str | None
    variants: list[VariantMade]
    start_date: datetime | None
    end_date: datetime | None


class Samples(Shape):
    min_required: int
    current_samples: int


class VariantResult(Metrics):
    creative_id: str
    adset_id: str
    rank: int
    conversion_rate: float | None


class Winner(Shape):
    creative_id: str
    confidence: float
    p_value: float


class Analysed(Success):
    """`details` without enough data; the rest with it."""

    test_id: str
    details: Samples | None = None
    results: list[VariantResult] | None = None
    p_value: float | None = None
    winner: Winner | None = None
    recommendations: list[str] | None = None


class RuleMade(Success):
    rule_id: str


class ErrorShape(Shape):
    """`details` name the wrong parameter, the reason, or what the platform said."""

    code: int
    type: str
    message: str
    details: dict[str, Any]
    timestamp: datetime
    request_id: str


class Failure(Shape):
    status: Literal["error"]
    error: ErrorShape


ANSWERS: Mapping[str, type[Success]] = {
    "create_campaign": Created, "optimize_budget": Optimized, "manage_campaign": Managed,
    "create_ab_test": TestMade, "analyze_ab_test": Analysed, "create_rule": RuleMade,
    "get_campaign_status": Seen,
}  # fmt: skip
