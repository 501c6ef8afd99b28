"""What the outside can ask over HTTP, and what it gets."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy.exc import OperationalError

from bot.channels.base import WebhookAnswer, WebhookCall
from bot.findings import Finding
from bot.http.app import open_app
from bot.metrics import Metrics
from tests.fakes.channel import FakeChannel

_MOST = 10_000
_FINE = Finding(part="database", fine=True, seen="sqlite")
_DOWN = Finding(part="database", fine=False, seen="no answer", advice="start it")
_FORGETFUL = Finding(part="short-term memory", fine=False, seen="no answer", needed=False)


class Listening(FakeChannel):
    """Takes every call, or fails in one way."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__()
        self.calls: list[WebhookCall] = []
        self._failure = failure

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        self.calls.append(call)
        if self._failure:
            raise self._failure
        return WebhookAnswer(status=200, body=b"{}")


class Outside:
    """The application as the outside sees it; `parts` is what it finds about itself."""

    def __init__(self, channel: Listening | None = None) -> None:
        self.channel = channel or Listening()
        self.parts = [_FINE]
        self.stopping = asyncio.Event()
        self.metrics = Metrics()
        app = open_app(
            webhooks={"fake": self.channel}, ready=self._ready, stopping=self.stopping,
            metrics=self.metrics, max_body_bytes=_MOST,
        )  # fmt: skip
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url="http://huoke")

    async def _ready(self) -> list[Finding]:
        return self.parts

    async def figures(self) -> str:
        return (await self.http.get("/metrics")).text


@pytest.fixture
def outside() -> Outside:
    return Outside()


async def test_a_webhook_reaches_its_channel_as_it_was_sent(outside: Outside) -> None:
    answer = await outside.http.post(
        "/fake?signature=x", content=b"\xff raw", headers={"X-Secret": "Sesame"}
    )
    assert (answer.status_code, answer.content) == (200, b"{}")
    [call] = outside.channel.calls
    assert call.body == b"\xff raw"
    assert call.query == {"signature": "x"}
    assert call.headers["x-secret"] == "Sesame"


async def test_a_body_that_is_too_large_is_not_read(outside: Outside) -> None:
    answer = await outside.http.post("/fake", content=b"x" * (_MOST + 1))
    assert answer.status_code == 413
    assert outside.channel.calls == []
    assert 'webhook_refusals_total{channel="fake",reason="too_large"} 1' in await outside.figures()


async def test_a_large_body_without_its_length_is_not_taken_either(outside: Outside) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * (_MOST // 2)

    answer = await outside.http.post("/fake", content=pieces())
    assert answer.status_code == 413
    assert outside.channel.calls == []


@pytest.mark.parametrize("length", ["-1", "many", "9" * 5_000, "²"])
async def test_a_length_that_is_no_length_is_refused(outside: Outside, length: str) -> None:
    answer = await outside.http.post(
        "/fake", content=b"{}", headers={b"Content-Length": length.encode()}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("PUT", "/fake", 405), ("POST", "/healthz", 405),
     ("POST", "/other", 404), ("GET", "/docs", 404), ("GET", "/openapi.json", 404)],
)  # fmt: skip
async def test_what_is_not_offered_is_not_there(
    outside: Outside, method: str, path: str, status: int
) -> None:
    assert (await outside.http.request(method, path)).status_code == status
    assert outside.channel.calls == []


@pytest.mark.parametrize(
    "failure",
    [OperationalError("INSERT sesame", {}, Exception()), ConnectionRefusedError("sesame")],
)
async def test_what_cannot_be_kept_is_not_acknowledged(failure: Exception) -> None:
    outside = Outside(Listening(failure))
    answer = await outside.http.post("/fake", content=b"{}")
    assert answer.status_code == 503
    assert answer.content == b""
    assert 'reason="unavailable"} 1' in await outside.figures()


async def test_a_bug_is_answered_without_its_traceback() -> None:
    answer = await Outside(Listening(ZeroDivisionError("sesame"))).http.post("/fake", content=b"{}")
    assert answer.status_code == 500
    assert "sesame" not in answer.text
    assert "Traceback" not in answer.text


async def test_alive_asks_nobody(outside: Outside) -> None:
    outside.parts = [_DOWN]
    outside.stopping.set()
    assert (await outside.http.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    ("parts", "status"), [([_FINE], 200), ([_DOWN], 503), ([_FINE, _FORGETFUL], 200)]
)
async def test_ready_is_who_has_what_is_needed(
    outside: Outside, parts: list[Finding], status: int
) -> None:
    outside.parts = parts
    answer = await outside.http.get("/readyz")
    assert answer.status_code == status
    assert [part["part"] for part in answer.json()["parts"]] == [part.part for part in parts]


async def test_who_is_stopping_is_not_ready_and_still_takes_what_comes(outside: Outside) -> None:
    outside.stopping.set()
    answer = await outside.http.get("/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.content)["parts"][0]["seen"] == "stopping"
    assert (await outside.http.post("/fake", content=b"{}")).status_code == 200


async def test_the_figures_name_what_happened(outside: Outside) -> None:
    await outside.http.post("/fake", content=b"{}")
    answer = await outside.http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'huoke_webhook_calls_total{channel="fake",status="200"} 1' in answer.text
