"""What goes wrong is answered with a code, in one shape, and without anybody's secret."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from config.roles import Role
from storage.tables.organisation import Person
from tests.builders.automation import Desk, a_campaign_order, a_rule_order, a_test_order
from tests.builders.organisation import a_person, an_organisation
from tools.campaigns.platforms.errors import ErrorCode

FIELDS = {"code", "type", "message", "details", "timestamp", "request_id"}
STATUS = {"campaign_id": "C-1", "platform": "sandbox"}


def failed(answer: dict[str, Any]) -> tuple[int, str]:
    assert answer.keys() == {"status", "error"}
    assert answer["status"] == "error"
    assert answer["error"].keys() == FIELDS
    return answer["error"]["code"], answer["error"]["type"]


async def test_an_error_says_what_when_and_which_request(desk: Desk) -> None:
    answer = await desk.execute("get_campaign_status", STATUS, request_id="mine-1")
    assert failed(answer) == (1001, "INVALID_REQUEST")
    error = answer["error"]
    assert error["request_id"] == "mine-1"
    assert datetime.fromisoformat(error["timestamp"]) == desk.shop.clock.now()
    assert "C-1" in error["message"]


async def test_every_request_without_a_name_gets_one_of_its_own(desk: Desk) -> None:
    first = await desk.execute("get_campaign_status", STATUS)
    second = await desk.execute("get_campaign_status", STATUS)
    assert first["error"]["request_id"] != second["error"]["request_id"]


async def test_an_unknown_action_names_those_there_are(desk: Desk) -> None:
    answer = await desk.execute("erase_everything", {})
    assert failed(answer)[0] == 1001
    assert "create_campaign" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("change", "parameter"),
    [
        ({"objective": ...}, "objective"), ({"daily_budget": ...}, "daily_budget"),
        ({"creative_ids": ...}, "creative_ids"), ({"product_url": ...}, "product_url"),
        ({"platform": ...}, "platform"), ({"platform": "radio"}, "platform"),
        ({"daily_budget": 0}, "daily_budget"), ({"daily_budget": 1.005}, "daily_budget"),
        ({"target_countries": ["usa"]}, "target_countries.0"), ({"budget": 5}, "budget"),
        ({"age_groups": ["young"]}, "age_groups.0"), ({"product_url": "javascript:1"}, "product_url"),
    ],
)  # fmt: skip
async def test_a_wrong_parameter_is_named(
    desk: Desk, change: dict[str, Any], parameter: str
) -> None:
    answer = await desk.execute("create_campaign", a_campaign_order(**change))
    assert failed(answer) == (1001, "INVALID_REQUEST")
    assert answer["error"]["details"]["parameter"] == parameter
    assert await desk.shop.campaigns.list() == []


async def test_a_missing_creative_is_5000(desk: Desk) -> None:
    answer = await desk.execute("create_campaign", a_campaign_order(creative_ids=["CR-9"]))
    assert failed(answer) == (5000, "CREATIVE_NOT_FOUND")


async def test_a_platform_without_an_account_is_6000(desk: Desk) -> None:
    answer = await desk.execute("create_campaign", a_campaign_order(platform="meta"))
    assert failed(answer) == (6000, "NO_AD_ACCOUNT")


@pytest.mark.parametrize(
    "order",
    [
        {"applies_to": ["C-1", "C-2"]},
        {"condition": {"metric": "luck", "operator": "equals", "value": 1, "time_range": "7d"}},
        {"action": {"type": "notify", "value": 20}},
        {"action": {"type": "increase_budget", "value": 90}},
    ],
)
async def test_a_rule_that_cannot_be_is_1001(desk: Desk, order: dict[str, Any]) -> None:
    assert failed(await desk.execute("create_rule", a_rule_order(**order)))[0] == 1001


async def test_one_creative_makes_no_test(desk: Desk) -> None:
    answer = await desk.execute("create_ab_test", a_test_order(creative_ids=["CR-1"]))
    assert failed(answer)[0] == 1001


class TestTheCaller:
    @pytest.mark.parametrize("role", [Role.customer, Role.agent])
    async def test_may_do_only_what_their_role_may(self, desk: Desk, role: Role) -> None:
        person = await desk.joined("Li", role)
        answer = await desk.execute("create_campaign", a_campaign_order(), person=person)
        assert failed(answer) == (1002, "AUTH_FAILED")
        assert await desk.shop.campaigns.list() == []

    async def test_is_a_person_of_the_organisation_that_is_served(self, desk: Desk) -> None:
        async with desk.shop.database.unit_of_work() as session:
            other = await an_organisation(session, slug="rival")
            spy = await a_person(session, other, role=Role.admin)
        theirs = await desk.execute("get_campaign_status", STATUS, person=spy)
        named = await desk.execute("get_campaign_status", STATUS, organisation="rival")
        assert failed(theirs)[0] == failed(named)[0] == 1002

    @pytest.mark.parametrize(
        "context",
        [
            {"user_id": None}, {"user_id": 10**400}, {"user_id": 0}, {"session_id": ""},
            {"session_id": "\x00"}, {"organisation": ["acme"]}, {"request_id": 5},
        ],
    )  # fmt: skip
    async def test_has_to_say_who_they_are(self, desk: Desk, context: dict[str, Any]) -> None:
        answer = await desk.execute("get_campaign_status", STATUS, **context)
        assert failed(answer)[0] == 1001

    async def test_may_name_the_organisation_by_its_id(self, desk: Desk) -> None:
        await desk.shop.campaign()
        id_ = desk.shop.organisation.id
        answer = await desk.execute("get_campaign_status", STATUS, organisation=id_)
        assert answer["status"] == "success"


@pytest.mark.parametrize(
    "code",
    [
        code
        for code in ErrorCode
        if code.name not in ("INVALID_REQUEST", "UNKNOWN_ERROR") and not code.transient
    ],
)
async def test_a_refusal_of_the_platform_keeps_its_code(desk: Desk, code: ErrorCode) -> None:
    desk.shop.sandbox.faults.refuse("create_campaign", code)
    answer = await desk.execute("create_campaign", a_campaign_order())
    assert failed(answer) == (code.value, code.name)
    assert answer["error"]["details"]["platform"] == "sandbox"


async def test_an_expired_token_says_of_which_account(desk: Desk) -> None:
    code = ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED
    desk.shop.sandbox.faults.refuse("create_campaign", code)
    answer = await desk.execute("create_campaign", a_campaign_order())
    assert answer["error"]["details"] == {
        "platform": "sandbox", "ad_account_id": "sandbox-acme", "action_url": None,
    }  # fmt: skip


async def test_a_silent_platform_is_asked_three_times_and_then_named(desk: Desk) -> None:
    code = ErrorCode.RATE_LIMIT_EXCEEDED
    desk.shop.sandbox.faults.refuse("create_campaign", code, times=3)
    with capture_logs() as logs:
        answer = await desk.execute("create_campaign", a_campaign_order())
    assert failed(answer) == (1003, "RATE_LIMIT_EXCEEDED")
    (line,) = [each for each in logs if each["event"] == "automation.failed"]
    assert line["retry_count"] == 2


async def test_a_failure_is_logged_with_what_is_needed_to_find_it(desk: Desk) -> None:
    order = a_campaign_order(access_token="hunter2-hunter2", daily_budget="hunter2-hunter2")
    with capture_logs() as logs:
        answer = await desk.execute("create_campaign", order, session_id="s-7")
    (line,) = [each for each in logs if each["event"] == "automation.failed"]
    assert (line["error_code"], line["error_type"]) == (1001, "INVALID_REQUEST")
    assert (line["user_id"], line["session_id"]) == (desk.shop.manager.id, "s-7")
    assert line["parameters"]["access_token"] == "***"
    assert line["parameters"]["objective"] == "sales"
    assert "service.py" in line["stack"]
    assert "hunter2" not in f"{answer}{logs}"


async def test_an_outcome_that_nobody_knows_is_said_so(desk: Desk) -> None:
    faults = desk.shop.sandbox.faults
    faults.lose_answer("create_campaign", times=1)
    faults.refuse("find_campaign", ErrorCode.SERVICE_UNAVAILABLE, times=9)
    answer = await desk.execute("create_campaign", a_campaign_order())
    assert failed(answer) == (1000, "UNKNOWN_ERROR")
    assert answer["error"]["details"]["outcome"] == "unknown"


async def test_figures_that_cannot_be_had_are_an_error(desk: Desk) -> None:
    await desk.shop.campaign()
    desk.shop.clock.advance(timedelta(minutes=10))
    desk.shop.sandbox.faults.refuse("get_campaign", ErrorCode.SERVICE_UNAVAILABLE, times=3)
    answer = await desk.execute("get_campaign_status", STATUS)
    assert failed(answer) == (4000, "SERVICE_UNAVAILABLE")


async def test_a_closed_database_is_an_answer_too(desk: Desk) -> None:
    manager: Person = desk.shop.manager
    async with desk.shop.database.unit_of_work() as session:
        connection = await session.connection()
        await connection.exec_driver_sql("DROP TABLE accounts")
        await connection.exec_driver_sql("ALTER TABLE conversations RENAME TO lost")
    answer = await desk.execute("get_campaign_status", STATUS, person=manager)
    assert failed(answer) == (4000, "SERVICE_UNAVAILABLE")
