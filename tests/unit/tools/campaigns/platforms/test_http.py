"""Calls to a platform keep to its budget, are counted, and say when no answer came."""

from collections.abc import Callable

import httpx
import pytest

from tools.campaigns.platforms.errors import ErrorCode, PlatformUnavailable
from tools.campaigns.platforms.http import PlatformHttp, RateBudget

TOKEN = "EAAB-secret"
AMPLE = RateBudget(per_second=1_000, per_minute=10_000)


class Far:
    """A platform that notes when calls come, and the time that passes only by waiting."""

    def __init__(self, budget: RateBudget = AMPLE, failure: Exception | None = None) -> None:
        self.seconds = 0.0
        self.came: list[float] = []
        self.requests: list[httpx.Request] = []
        self.counted: list[tuple[str, str]] = []
        self._failure = failure
        self.http = PlatformHttp(
            "meta", "https://graph.example.com/v26.0", {"Authorization": f"Bearer {TOKEN}"},
            budget=budget, observe=lambda *call: self.counted.append(call),
            transport=httpx.MockTransport(self._answer), now=lambda: self.seconds,
            sleep=self._sleep,
        )  # fmt: skip

    async def call(self, times: int = 1) -> None:
        for _ in range(times):
            await self.http.request("GET", "/act_1/campaigns", endpoint="campaigns")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.came.append(self.seconds)
        self.requests.append(request)
        if self._failure is not None:
            raise self._failure
        return httpx.Response(503 if "broken" in request.url.path else 200, json={})

    async def _sleep(self, seconds: float) -> None:
        self.seconds += seconds


async def test_the_token_is_in_a_header_and_in_no_address() -> None:
    far = Far()
    await far.call()
    request = far.requests[0]
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert str(request.url) == "https://graph.example.com/v26.0/act_1/campaigns"


async def test_a_call_may_bring_a_header_of_its_own() -> None:
    far = Far()
    await far.http.request("GET", "/x", endpoint="x", headers={"Authorization": "Bearer renewed"})
    assert far.requests[0].headers["Authorization"] == "Bearer renewed"


async def test_a_form_is_sent_as_a_form() -> None:
    far = Far()
    await far.http.request("POST", "/act_1/campaigns", endpoint="campaigns", form={"name": "秋"})
    assert far.requests[0].headers["content-type"] == "application/x-www-form-urlencoded"
    assert far.requests[0].content == b"name=%E7%A7%8B"


@pytest.mark.parametrize(
    "failure",
    [httpx.ConnectError("refused"), httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut")],
    ids=lambda failure: type(failure).__name__,
)
async def test_no_answer_is_an_open_outcome(failure: Exception) -> None:
    far = Far(failure=failure)
    with pytest.raises(PlatformUnavailable) as caught:
        await far.call()
    assert caught.value.code is ErrorCode.SERVICE_UNAVAILABLE
    assert far.counted == [("campaigns", "no_answer")]
    assert TOKEN not in str(caught.value)


async def test_every_call_is_counted_with_its_status() -> None:
    far = Far()
    await far.call()
    await far.http.request("GET", "/broken", endpoint="insights")
    assert far.counted == [("campaigns", "200"), ("insights", "503")]


async def test_no_second_holds_more_calls_than_the_budget() -> None:
    far = Far(RateBudget(per_second=3, per_minute=1_000))
    await far.call(10)
    assert far.came == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]


async def test_a_rate_below_one_a_second_spaces_the_calls() -> None:
    far = Far(RateBudget(per_second=0.5, per_minute=1_000))
    await far.call(3)
    assert far.came == [0, 2, 4]


async def test_a_minute_that_is_used_up_is_said_and_not_waited_for() -> None:
    far = Far(RateBudget(per_second=100, per_minute=5))
    await far.call(5)
    with pytest.raises(PlatformUnavailable) as caught:
        await far.call()
    assert caught.value.code is ErrorCode.RATE_LIMIT_EXCEEDED
    assert caught.value.retry_after == 60
    assert len(far.came) == 5
    assert far.counted[-1] == ("campaigns", "held_back")


async def test_after_the_minute_calls_go_out_again() -> None:
    far = Far(RateBudget(per_second=100, per_minute=5))
    await far.call(5)
    far.seconds = 55.0
    await far.call()
    assert far.came[-1] == 60


async def test_nobody_has_to_count() -> None:
    answer: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(204)
    http = PlatformHttp(
        "meta", "http://127.0.0.1", {}, budget=AMPLE, transport=httpx.MockTransport(answer)
    )
    assert (await http.request("GET", "/", endpoint="root")).status_code == 204
    await http.aclose()
