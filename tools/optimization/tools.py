"""The optimisation tools of the contract."""

from config.roles import Role
from tools.optimization.ab_tests import execute_ab_test, propose_ab_test
from tools.optimization.arguments import (
    AnalyzeAbTest,
    CreateAbTest,
    CreateRule,
    ListRules,
    OptimizeBudget,
    SetRuleEnabled,
)
from tools.optimization.finishing import analyze_ab_test
from tools.optimization.optimizing import (
    execute_optimization,
    optimize_budget,
    propose_optimization,
)
from tools.optimization.ruling import create_rule, list_rules, set_rule_enabled
from tools.spec import Risk, ToolSpec, always


def _risk(arguments: OptimizeBudget) -> Risk:
    return Risk.money if arguments.apply else Risk.read


SPECS = (
    ToolSpec(
        name="optimize_budget", arguments=OptimizeBudget, role=Role.manager, risk=_risk,
        run=optimize_budget, propose=propose_optimization, execute=execute_optimization,
    ),
    ToolSpec(
        name="create_ab_test", arguments=CreateAbTest, role=Role.manager, risk=always(Risk.money),
        propose=propose_ab_test, execute=execute_ab_test,
    ),
    ToolSpec(
        name="analyze_ab_test", arguments=AnalyzeAbTest, role=Role.manager,
        risk=always(Risk.read), run=analyze_ab_test,
    ),
    ToolSpec(
        name="create_rule", arguments=CreateRule, role=Role.manager, risk=always(Risk.write),
        run=create_rule,
    ),
    ToolSpec(
        name="list_rules", arguments=ListRules, role=Role.manager, risk=always(Risk.read),
        run=list_rules,
    ),
    ToolSpec(
        name="set_rule_enabled", arguments=SetRuleEnabled, role=Role.manager,
        risk=always(Risk.write), run=set_rule_enabled,
    ),
)  # fmt: skip
