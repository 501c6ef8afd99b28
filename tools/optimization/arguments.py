"""Arguments of the optimisation tools (DESIGN.md's contract)."""

from tools.arguments import (
    CampaignId,
    CreativeIds,
    Days,
    Flag,
    Money,
    Number,
    Percent,
    Platform,
    RuleAction,
    RuleCondition,
    RuleId,
    RuleMetric,
    RuleOperator,
    TargetMetric,
    TestId,
    Title,
    Window,
)  # fmt: skip
from tools.spec import Arguments


class OptimizeBudget(Arguments):
    campaign: CampaignId
    target_metric: TargetMetric
    apply: Flag = False


class CreateAbTest(Arguments):
    creative_ids: CreativeIds
    daily_budget: Money
    duration_days: Days
    platform: Platform
    name: Title | None = None


class AnalyzeAbTest(Arguments):
    test: TestId


class CreateRule(Arguments):
    metric: RuleMetric
    operator: RuleOperator
    value: Number
    time_range: Window
    action: RuleAction
    action_value: Percent | None = None
    campaign: CampaignId | None = None
    name: Title | None = None
    condition: RuleCondition | None = None


class ListRules(Arguments): ...


class SetRuleEnabled(Arguments):
    rule: RuleId
    enabled: Flag
