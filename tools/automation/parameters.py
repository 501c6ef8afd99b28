"""What callers of the module send with each action, and as which tool's arguments it goes on."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from tools.arguments import (
    CampaignAction,
    Days,
    Money,
    Number,
    Objective,
    Percent,
    Platform,
    Ratio,
    RuleAction,
    RuleMetric,
    RuleOperator,
    TargetMetric,
    Window,
)  # fmt: skip
from tools.spec import Arguments

_EVERYTHING = ("all", "all_campaigns")


def _plain(value: str) -> str:
    """Without what no database keeps."""
    if "\x00" in value or any("\ud800" <= each <= "\udfff" for each in value):
        raise ValueError("must be plain text")
    return value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _ages(value: object) -> object:
    """`18-35` is [18, 35]."""
    low, dash, high = value.partition("-") if isinstance(value, str) else ("", "", "")
    return [low, high] if dash else value


Plain = AfterValidator(_plain)
CampaignRef = Annotated[str, Field(pattern=r"^[Cc]-[0-9]{1,9}$"), AfterValidator(str.upper)]
TestRef = Annotated[str, Field(pattern=r"^[Tt]-[0-9]{1,9}$"), AfterValidator(str.upper)]
CreativeRef = Annotated[str, BeforeValidator(_as_text), Field(min_length=1, max_length=40), Plain]
CreativeRefs = Annotated[list[CreativeRef], Field(min_length=1, max_length=50)]
Name = Annotated[str, Field(min_length=1, max_length=80), Plain]
Link = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500), Plain]
Age = Annotated[int, Field(ge=13, le=99)]
AgeGroup = Annotated[tuple[Age, Age], BeforeValidator(_ages)]
TOGETHER = 21_600
# Seconds between two checks, and when that is; at 6 hours all rules are checked together.
PACES = {
    **{minutes * 60: f"*/{minutes} * * * *" for minutes in (5, 10, 15, 20, 30)},
    3_600: "0 * * * *",
    **{hours * 3_600: f"0 */{hours} * * *" for hours in (2, 3, 4, 6, 8, 12)},
    86_400: "0 0 * * *",
}


def _known_pace(seconds: int) -> int:
    if seconds not in PACES:
        raise ValueError(f"must be one of {', '.join(map(str, sorted(PACES)))} seconds")
    return seconds


Interval = Annotated[int, AfterValidator(_known_pace)]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class CreateCampaign(Arguments):
    objective: Objective
    daily_budget: Money
    target_countries: Annotated[list[Country], Field(min_length=1, max_length=50)] = Field(
        default_factory=lambda: ["US"]
    )
    creative_ids: CreativeRefs
    product_url: Link
    platform: Platform
    age_groups: Annotated[list[AgeGroup], Field(min_length=1, max_length=10)] | None = None
    target_roas: Ratio | None = None
    target_cpa: Money | None = None

    def arguments(self) -> dict[str, Any]:
        given = self.model_dump(exclude={"target_countries"}, exclude_none=True)
        return given | {"countries": self.target_countries}


class ManageCampaign(Arguments):
    campaign_id: CampaignRef
    action: CampaignAction
    platform: Platform

    def arguments(self) -> dict[str, Any]:
        return {"campaign": self.campaign_id, "action": self.action}


class GetCampaignStatus(Arguments):
    campaign_id: CampaignRef
    platform: Platform

    def arguments(self) -> dict[str, Any]:
        return {"campaign": self.campaign_id}


class OptimizeBudget(Arguments):
    campaign_id: CampaignRef
    optimization_strategy: Literal["auto"] = "auto"
    target_metric: TargetMetric

    def arguments(self) -> dict[str, Any]:
        return {"campaign": self.campaign_id, "target_metric": self.target_metric}


class CreateAbTest(Arguments):
    test_name: Name
    creative_ids: CreativeRefs
    daily_budget: Money
    test_duration_days: Days
    platform: Platform

    def arguments(self) -> dict[str, Any]:
        same = self.model_dump(include={"creative_ids", "daily_budget", "platform"})
        return same | {"name": self.test_name, "duration_days": self.test_duration_days}


class AnalyzeAbTest(Arguments):
    test_id: TestRef

    def arguments(self) -> dict[str, Any]:
        return {"test": self.test_id}


class RuleCondition(Arguments):
    metric: RuleMetric
    operator: RuleOperator
    value: Number
    time_range: Window


class RuleAct(Arguments):
    """`value` is the percentage of a budget change."""

    type: RuleAction
    value: Percent | None = None


class RuleScope(Arguments):
    campaign_id: CampaignRef


class CreateRule(Arguments):
    """`applies_to`: one campaign, as `C-3` or `{"campaign_id": "C-3"}`, or `all`."""

    rule_name: Name
    condition: RuleCondition
    action: RuleAct
    applies_to: CampaignRef | Literal["all", "all_campaigns"] | RuleScope
    check_interval: Interval = TOGETHER

    @model_validator(mode="after")
    def _value_belongs_to_budgets(self) -> "CreateRule":
        if self.action.value is not None and "budget" not in self.action.type:
            raise ValueError("action.value belongs to increase_budget and decrease_budget")
        return self

    def arguments(self) -> dict[str, Any]:
        scope = self.applies_to
        ref = scope.campaign_id if isinstance(scope, RuleScope) else scope
        given: dict[str, Any] = {
            **self.condition.model_dump(), "name": self.rule_name, "action": self.action.type,
        }  # fmt: skip
        if self.action.value is not None:
            given["action_value"] = self.action.value
        return given if ref in _EVERYTHING else given | {"campaign": ref}


def number(value: Decimal | str | None) -> float | None:
    """As JSON has it: money with at most two decimals, exact again through its text."""
    return None if value is None else float(value)
