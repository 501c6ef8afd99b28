"""The emulator is as strict as Google: unknown fields, missing ones, bad queries, half requests."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.emulators.ads.google.accounts import Account
from tests.emulators.ads.google.server import GoogleAdsEmulator
from tests.emulators.ads.google.service import DEVELOPER_TOKEN
from tests.emulators.ads.google.tokens import CLIENT_ID, CLIENT_SECRET
from tests.fakes.clock import FakeClock

Json = dict[str, Any]
ASK = "SELECT campaign.id FROM campaign"


class Caller:
    """Plain HTTP on one account, with a token."""

    def __init__(self, emulator: GoogleAdsEmulator, account: Account) -> None:
        self.account = account
        self.http = httpx.AsyncClient(base_url=emulator.url)
        self.headers = {"developer-token": DEVELOPER_TOKEN}

    async def sign_in(self) -> None:
        answer = await self.http.post("/token", data={
            "grant_type": "refresh_token", "refresh_token": self.account.refresh_token,
            "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET,
        })  # fmt: skip
        self.headers["authorization"] = f"Bearer {answer.json()['access_token']}"

    async def post(self, method: str, body: Any, customer: str | None = None) -> httpx.Response:
        path = f"/v26/customers/{customer or self.account.customer_id}/googleAds:{method}"
        return await self.http.post(path, json=body, headers=self.headers)

    async def mutate(self, *operations: Json, **more: Any) -> httpx.Response:
        return await self.post("mutate", {"mutateOperations": operations, **more})

    async def rows(self, query: str) -> list[Json]:
        answer = await self.post("searchStream", {"query": query})
        assert answer.status_code == 200, answer.text
        return list(answer.json()[0].get("results", []))

    def name(self, collection: str, number: int) -> str:
        return f"customers/{self.account.customer_id}/{collection}/{number}"

    def budget(self, **changed: Any) -> Json:
        create = {"resourceName": self.name("campaignBudgets", -1), "name": "B",
                  "amountMicros": "50000000"}  # fmt: skip
        return {"campaignBudgetOperation": {"create": create | changed}}

    def campaign(self, *, without: str = "", **changed: Any) -> Json:
        create = {
            "resourceName": self.name("campaigns", -2), "name": "C",
            "campaignBudget": self.name("campaignBudgets", -1),
            "advertisingChannelType": "SEARCH", "networkSettings": {"targetGoogleSearch": True},
            "manualCpc": {},
            "containsEuPoliticalAdvertising": "DOES_NOT_CONTAIN_EU_POLITICAL_ADVERTISING",
        } | changed  # fmt: skip
        create.pop(without, None)
        return {"campaignOperation": {"create": create}}


@pytest.fixture
async def caller(clock: FakeClock) -> AsyncIterator[Caller]:
    async with GoogleAdsEmulator(clock) as emulator:
        caller = Caller(emulator, emulator.open_account())
        await caller.sign_in()
        yield caller
        await caller.http.aclose()


def said(answer: httpx.Response) -> list[str]:
    """The codes of a refusal."""
    body = answer.json()
    found = []
    for detail in body["error"]["details"]:
        for error in detail["errors"]:
            found += [f"{kind}.{name}" for kind, name in error["errorCode"].items()]
    return found


async def test_a_tree_gets_real_names_in_the_order_of_its_operations(caller: Caller) -> None:
    answer = await caller.mutate(caller.budget(), caller.campaign())
    names = [next(iter(each.values()))["resourceName"] for each in
             answer.json()["mutateOperationResponses"]]  # fmt: skip
    assert [name.split("/")[2] for name in names] == ["campaignBudgets", "campaigns"]
    assert "-" not in "".join(names)


async def test_a_campaign_that_says_nothing_of_its_status_runs(caller: Caller) -> None:
    await caller.mutate(caller.budget(), caller.campaign())
    [row] = await caller.rows("SELECT campaign.status FROM campaign")
    assert row["campaign"]["status"] == "ENABLED"


@pytest.mark.parametrize(
    ("without", "code"),
    [
        ("name", "fieldError.REQUIRED"),
        ("campaignBudget", "fieldError.REQUIRED"),
        ("advertisingChannelType", "fieldError.REQUIRED"),
        ("manualCpc", "fieldError.REQUIRED"),
        ("networkSettings", "campaignError.CAMPAIGN_MUST_TARGET_AT_LEAST_ONE_NETWORK"),
        ("containsEuPoliticalAdvertising",
         "mutateError.EU_POLITICAL_ADVERTISING_DECLARATION_REQUIRED"),
    ],
)  # fmt: skip
async def test_what_a_campaign_needs_is_asked_for(caller: Caller, without: str, code: str) -> None:
    answer = await caller.mutate(caller.budget(), caller.campaign(without=without))
    assert (answer.status_code, said(answer)) == (400, [code])
    assert caller.account.resources == {}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amountMicros": "0"}, "fieldError.REQUIRED"),
        ({"amountMicros": "-10000"}, "campaignBudgetError.NEGATIVE_MONEY_AMOUNT"),
        ({"amountMicros": "50000001"},
         "campaignBudgetError.NON_MULTIPLE_OF_MINIMUM_CURRENCY_UNIT"),
        ({"amountMicros": "10000"}, "campaignBudgetError.BUDGET_BELOW_PER_DAY_MINIMUM"),
        ({"resourceName": "customers/1/campaignBudgets/-1"},
         "newResourceCreationError.CANNOT_SET_ID_FOR_CREATE"),
    ],
)  # fmt: skip
async def test_a_budget_that_cannot_be_is_refused(caller: Caller, changed: Json, code: str) -> None:
    answer = await caller.mutate(caller.budget(**changed))
    assert (answer.status_code, said(answer)) == (400, [code])


async def test_what_follows_from_an_error_is_named_as_its_consequence(caller: Caller) -> None:
    answer = await caller.mutate(caller.budget(amountMicros="-10000"), caller.campaign())
    assert said(answer)[1] == "newResourceCreationError.TEMP_ID_RESOURCE_HAD_ERRORS"


async def test_a_temporary_number_stands_for_one_thing_only(caller: Caller) -> None:
    again = caller.campaign(resourceName=caller.name("campaigns", -1))
    answer = await caller.mutate(caller.budget(), again)
    assert said(answer) == ["newResourceCreationError.DUPLICATE_TEMP_IDS"]


async def test_names_of_campaigns_and_labels_are_unique(caller: Caller) -> None:
    label = {"labelOperation": {"create": {"name": "L"}}}
    await caller.mutate(label, caller.budget(), caller.campaign())
    answer = await caller.mutate(label, caller.budget(), caller.campaign())
    assert said(answer) == ["labelError.DUPLICATE_NAME", "campaignError.DUPLICATE_CAMPAIGN_NAME"]


async def test_what_is_fixed_at_birth_cannot_be_changed(caller: Caller) -> None:
    await caller.mutate(caller.budget(), caller.campaign())
    name = next(name for name in caller.account.resources if "/campaigns/" in name)
    update = {"resourceName": name, "advertisingChannelType": "DISPLAY"}
    operation = {"update": update, "updateMask": "advertisingChannelType"}
    answer = await caller.mutate({"campaignOperation": operation})
    assert said(answer) == ["fieldError.IMMUTABLE_FIELD"]


async def test_a_budget_of_one_campaign_is_not_lent_to_another(caller: Caller) -> None:
    other = caller.campaign(name="D", resourceName=caller.name("campaigns", -3))
    answer = await caller.mutate(caller.budget(explicitlyShared=False), caller.campaign(), other)
    assert said(answer) == ["campaignBudgetError.CAMPAIGN_BUDGET_CANNOT_BE_SHARED"]


@pytest.mark.parametrize("changed", [{"colour": "red"}, {"name": 7}, {"amountMicros": "much"}])
async def test_unknown_fields_and_wrong_types_are_no_request(caller: Caller, changed: Json) -> None:
    answer = await caller.mutate(caller.budget(**changed))
    assert answer.status_code == 400
    assert "Invalid JSON payload" in answer.json()["error"]["message"]


async def test_a_change_names_its_fields(caller: Caller) -> None:
    await caller.mutate(caller.budget())
    [name] = caller.account.resources
    update = {"resourceName": name, "amountMicros": "60000000"}
    bare = {"campaignBudgetOperation": {"update": update}}
    assert said(await caller.mutate(bare)) == ["fieldMaskError.FIELD_MASK_MISSING"]
    wrong = {"campaignBudgetOperation": {"update": update, "updateMask": "colour"}}
    assert said(await caller.mutate(wrong)) == ["fieldMaskError.FIELD_NOT_FOUND"]
    right = {"campaignBudgetOperation": {"update": update, "updateMask": "amountMicros"}}
    for dry, expected in ((True, 50_000_000), (False, 60_000_000)):
        assert (await caller.mutate(right, validateOnly=dry)).status_code == 200
        assert caller.account.resources[name].amount_micros == expected


async def test_what_is_removed_stays_readable_and_cannot_be_changed(caller: Caller) -> None:
    await caller.mutate(caller.budget(), caller.campaign())
    name = next(name for name in caller.account.resources if "/campaigns/" in name)
    remove = {"campaignOperation": {"remove": name}}
    assert (await caller.mutate(remove)).status_code == 200
    removed = ["contextError.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE"]
    assert said(await caller.mutate(remove)) == removed
    switch = {"update": {"resourceName": name, "status": "ENABLED"}, "updateMask": "status"}
    assert said(await caller.mutate({"campaignOperation": switch})) == removed
    [row] = await caller.rows("SELECT campaign.status FROM campaign")
    assert row["campaign"]["status"] == "REMOVED"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("campaign.id FROM campaign", "EXPECTED_SELECT"),
        ("SELECT campaign.id", "EXPECTED_FROM"),
        ("SELECT campaign.id FROM campaigns", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT campaign.colour FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.network_settings FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT ad_group.id FROM campaign", "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE"),
        (f"{ASK} WHERE campaign.name = 'a", "STRING_NOT_TERMINATED"),
        (f"{ASK} WHERE campaign.id ~ 1", "UNEXPECTED_INPUT"),
        (f"{ASK} WHERE campaign.id ABOUT 1", "BAD_OPERATOR"),
        (f"{ASK} WHERE campaign.id IN 1", "EXPECTED_LIST"),
        (f"{ASK} WHERE", "UNEXPECTED_END_OF_QUERY"),
        ("SELECT metrics.ctr FROM ad_group_ad", "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE"),
        ("SELECT metrics.clicks FROM ad_group_ad WHERE segments.date BETWEEN '1 May' AND '2 May'",
         "INVALID_DATE_FORMAT"),
    ],
)  # fmt: skip
async def test_a_query_that_is_none_is_named_by_its_fault(
    caller: Caller, query: str, code: str
) -> None:
    answer = await caller.post("searchStream", {"query": query})
    assert (answer.status_code, said(answer)) == (400, [f"queryError.{code}"])


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("campaign.name = 'C'", 1), ("campaign.name != 'C'", 0), ("campaign.name LIKE '%c'", 0),
        ("campaign.name LIKE 'C%'", 1), ("campaign.name REGEXP_MATCH '[A-D]'", 1),
        ("campaign.name REGEXP_MATCH 'D'", 0), ("campaign.status IN ('ENABLED', 'PAUSED')", 1),
        ("campaign.status NOT IN (ENABLED)", 0), ("campaign.id > 1 AND campaign.id < 2", 0),
    ],
)  # fmt: skip
async def test_conditions_narrow_the_rows(caller: Caller, where: str, found: int) -> None:
    await caller.mutate(caller.budget(), caller.campaign())
    assert len(await caller.rows(f"{ASK} WHERE {where}")) == found


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"authorization": ""}, 401, "authenticationError.OAUTH_TOKEN_HEADER_INVALID"),
        ({"authorization": "Bearer x"}, 401, "authenticationError.OAUTH_TOKEN_INVALID"),
        ({"developer-token": "x"}, 401, "authenticationError.DEVELOPER_TOKEN_INVALID"),
        ({"login-customer-id": "1"}, 403, "authorizationError.USER_PERMISSION_DENIED"),
    ],
)
async def test_strangers_are_turned_away(
    caller: Caller, changed: dict[str, str], status: int, code: str
) -> None:
    caller.headers |= changed
    answer = await caller.post("searchStream", {"query": ASK})
    assert (answer.status_code, said(answer)) == (status, [code])
    assert answer.headers["request-id"]


async def test_the_account_of_others_is_closed(caller: Caller) -> None:
    answer = await caller.post("searchStream", {"query": ASK}, customer="1112223334")
    assert said(answer) == ["authorizationError.USER_PERMISSION_DENIED"]
