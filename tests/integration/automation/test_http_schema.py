"""The API over HTTP is what its schema says, whatever a program sends."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from tests.builders.automation import a_campaign_order, a_rule_order, a_test_order
from tests.builders.programs import MANAGER, programs_in_a_thread
from tools.automation.service import ACTIONS

CHECKS = [
    not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_schema_conformance, checks.response_headers_conformance,
    checks.negative_data_rejection, checks.ignored_auth,
]  # fmt: skip

HEADERS = {"Authorization": f"Bearer {MANAGER}"}
LOOK = {"campaign_id": "C-1", "platform": "sandbox"}


@pytest.fixture(scope="module")
def url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("api") / "huoke.db")
    with programs_in_a_thread(f"sqlite+aiosqlite:///{path}") as address:
        yield address


@pytest.fixture(scope="module")
def schema(url: str) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_answer_is_as_the_schema_says(
    schema: schemathesis.BaseSchema, action: str, mode: GenerationMode
) -> None:
    operation = schema[f"/automation/{action}"]["POST"]

    @settings(
        max_examples=20, deadline=None,
        # How its schemas become strategies is schemathesis' business.
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )  # fmt: skip
    @given(case=operation.as_strategy(generation_mode=mode))
    def every(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=HEADERS, checks=CHECKS)

    every()


def test_so_is_every_answer_to_an_order_that_is_carried_out(
    schema: schemathesis.BaseSchema,
) -> None:
    orders = [
        ("create_campaign", a_campaign_order(target_roas=2)), ("create_ab_test", a_test_order()),
        ("manage_campaign", LOOK | {"action": "start"}), ("get_campaign_status", LOOK),
        ("optimize_budget", {"campaign_id": "C-1", "target_metric": "roas"}),
        ("analyze_ab_test", {"test_id": "T-1"}), ("create_rule", a_rule_order()),
    ]  # fmt: skip
    answers = [_answered(schema, action, order) for action, order in orders]
    waiting = _answered(schema, "create_campaign", a_campaign_order(daily_budget=5_000))
    assert {action for action, _ in orders} == set(ACTIONS)
    assert [answer.status_code for answer in answers] == [200] * 7
    assert (waiting.status_code, waiting.json()["approval"]["status"]) == (202, "pending")


def _answered(
    schema: schemathesis.BaseSchema, action: str, order: dict[str, Any]
) -> schemathesis.Response:
    case = schema[f"/automation/{action}"]["POST"].Case(
        body={"parameters": order}, media_type="application/json"
    )
    return case.call_and_validate(headers=HEADERS, checks=CHECKS)
