"""The alert rules for Prometheus name figures that there are, and fire at the shares they speak of."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from bot.metrics import Metrics
from tests.test_architecture import ROOT

RULES = sorted((ROOT / "config/deploy/prometheus").glob("*.yaml"))
_WORDS = {"sum", "rate", "by", "histogram_quantile", "le", "platform"}
_SELECTOR = re.compile(r"([a-z][a-z0-9_]+)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')


def rules() -> dict[str, dict[str, Any]]:
    groups = [each for path in RULES for each in _loaded(path)["groups"]]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def _loaded(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def selectors(expression: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Every figure that it names, with what its labels have to be."""
    bare = re.sub(r"\[\w+\]", "", expression)
    return [
        (name, _MATCHER.findall(matchers))
        for name, matchers in _SELECTOR.findall(bare)
        if name not in _WORDS
    ]


async def samples(metrics: Metrics) -> list[Sample]:
    text = (await metrics.rendered()).decode()
    return [each for family in text_string_to_metric_families(text) for each in family.samples]


def matches(sample: Sample, name: str, matchers: list[tuple[str, str, str]]) -> bool:
    tests: dict[str, Callable[[str, str], bool]] = {
        "=": lambda have, want: have == want, "!=": lambda have, want: have != want,
        "=~": lambda have, want: re.fullmatch(want, have) is not None,
        "!~": lambda have, want: re.fullmatch(want, have) is None,
    }  # fmt: skip
    return sample.name == name and all(
        tests[how](sample.labels[label], want) for label, how, want in matchers
    )


def busy() -> Metrics:
    """With every figure once."""
    metrics = Metrics()
    metrics.ordered("create_campaign", "success", 0.2)
    metrics.ordered("create_campaign", "error", 0.2)
    metrics.platform_call("meta", "campaigns", "200")
    metrics.platform_call("meta", "campaigns", "no_answer")
    metrics.rules(3)
    return metrics


@pytest.mark.parametrize("alert", sorted(rules()))
async def test_a_rule_names_figures_and_labels_that_there_are(alert: str) -> None:
    found = await samples(busy())
    named = selectors(rules()[alert]["expr"])
    assert named
    for name, matchers in named:
        assert [each for each in found if matches(each, name, matchers)], name
    grouped = re.findall(r"by \((\w+)\)", rules()[alert]["expr"])
    for label in grouped:
        assert all(label in each.labels for each in found if each.name == named[0][0])


async def _share(metrics: Metrics, expression: str) -> float:
    """Of a rule that divides one sum by another."""
    found = await samples(metrics)
    above, below = [
        sum(each.value for each in found if matches(each, name, matchers))
        for name, matchers in selectors(expression)
    ]
    return above / below


def _threshold(alert: str) -> float:
    rule = rules()[alert]
    assert rule["for"] == "5m"
    return float(rule["expr"].rsplit(">", 1)[1])


@pytest.mark.parametrize(("errors", "fires"), [(10, False), (11, True)])
async def test_more_than_a_tenth_of_errors_is_an_alert(errors: int, fires: bool) -> None:
    metrics = Metrics()
    for number in range(100):
        metrics.ordered("create_rule", "error" if number < errors else "success", 0.1)
    alert = "CampaignAutomationErrors"
    share = await _share(metrics, rules()[alert]["expr"])
    assert (share > _threshold(alert)) is fires


@pytest.mark.parametrize(("failures", "fires"), [(20, False), (21, True)])
@pytest.mark.parametrize("status", ["500", "no_answer", "40100"])
async def test_more_than_a_fifth_of_failing_calls_is_an_alert(
    failures: int, fires: bool, status: str
) -> None:
    metrics = Metrics()
    for number in range(100):
        metrics.platform_call("tiktok", "ad/create", status if number < failures else "200")
        metrics.platform_call("tiktok", "ad/create", "held_back")
    alert = "AdPlatformFailures"
    share = await _share(metrics, rules()[alert]["expr"])
    assert (share > _threshold(alert)) is fires


@pytest.mark.parametrize(("slow", "fires"), [(4, False), (6, True)])
async def test_a_slow_twentieth_is_an_alert(slow: int, fires: bool) -> None:
    metrics = Metrics()
    for number in range(100):
        metrics.ordered("create_campaign", "success", 25.0 if number < slow else 1.0)
    alert = "CampaignAutomationSlow"
    assert "histogram_quantile(0.95," in rules()[alert]["expr"]
    ((bucket, matchers),) = selectors(rules()[alert]["expr"])
    found = [each for each in await samples(metrics) if matches(each, bucket, matchers)]
    within = sorted((float(each.labels["le"]), each.value) for each in found)
    # The bucket in which the 95th of 100 answers is.
    bound = next(bound for bound, count in within if count >= 95)
    assert (bound > _threshold(alert)) is fires
