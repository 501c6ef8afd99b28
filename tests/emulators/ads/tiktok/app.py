"""The HTTP face: who calls, what for, and every answer as 200 with a code inside."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from tests.emulators.ads.tiktok import accounts, ad_groups, ads, campaigns, library, reports
from tests.emulators.ads.tiktok.call import Call, Partial
from tests.emulators.ads.tiktok.errors import (
    EMPTY_TOKEN,
    EXPIRED,
    NO_PERMISSION,
    NO_ROUTE,
    PARAMETERS,
    PARTIAL,
    WRONG_TOKEN,
    Refusal,
    missing,
)  # fmt: skip
from tests.emulators.ads.tiktok.faults import BEFORE, Fault, Faults, Kind
from tests.emulators.ads.tiktok.quota import Quota
from tests.emulators.ads.tiktok.world import Advertiser, World
from tests.emulators.telegram.wire import Answer, Message, Receive, Send, answer, reset
from tests.fakes.clock import FakeClock

Json = dict[str, Any]
Handler = Callable[[Call], Any]

# What a permission of an app is about.
KINDS = frozenset({"advertiser", "campaign", "adgroup", "ad", "report"})
_PREFIX = "/open_api/v1.3/"
_NUMBERS = ("page", "page_size")
_GATEWAY = b"<html><body>Bad gateway</body></html>"
ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "advertiser/info"): accounts.info,
    ("POST", "campaign/create"): campaigns.create,
    ("POST", "campaign/update"): campaigns.update,
    ("POST", "campaign/status/update"): campaigns.update_status,
    ("GET", "campaign/get"): campaigns.get,
    ("POST", "adgroup/create"): ad_groups.create,
    ("POST", "adgroup/update"): ad_groups.update,
    ("POST", "adgroup/status/update"): ad_groups.update_status,
    ("GET", "adgroup/get"): ad_groups.get,
    ("POST", "ad/create"): ads.create,
    ("POST", "ad/status/update"): ads.update_status,
    ("GET", "ad/get"): ads.get,
    ("POST", "file/image/ad/upload"): library.upload_image,
    ("POST", "file/video/ad/upload"): library.upload_video,
    ("GET", "tool/region"): library.regions,
    ("GET", "report/integrated/get"): reports.integrated,
}


@dataclass(frozen=True, slots=True)
class Called:
    """A call as it came, and how it was answered; the code is None when nothing was."""

    method: str
    endpoint: str
    given: Json
    code: int | None


class App:
    """An ASGI application over the accounts."""

    def __init__(self, world: World, clock: FakeClock, faults: Faults, quota: Quota) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults
        self._quota = quota
        self.calls: list[Called] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        endpoint = _endpoint(request.url.path)
        given: Json = {}
        fault = self._faults.strike(endpoint, write=request.method == "POST")
        try:
            given = await _given(request)
            if fault and fault.kind in BEFORE:
                body = _before(fault)
            else:
                body = self._answer(request, endpoint, given)
        except Refusal as refusal:
            body = {"code": refusal.code, "message": refusal.message, "data": {}}
        code = None if fault and fault.kind is not Kind.code else body["code"]
        self.calls.append(Called(request.method, endpoint, given, code))
        body["request_id"] = f"{self._clock.now():%Y%m%d%H%M%S}{len(self.calls):018d}"
        await _send(fault, body, receive, send)

    def _answer(self, request: Request, endpoint: str, given: Json) -> Json:
        token = request.headers.get("access-token", "")
        handler = ROUTES.get((request.method, endpoint))
        if handler is None:
            raise Refusal(NO_ROUTE, f"No such path: {request.method} {request.url.path}")
        self._quota.count(endpoint, self._clock.now())
        account = self._account(token, given)
        kind = endpoint.partition("/")[0]
        if kind in KINDS and kind not in account.scopes:
            raise Refusal(NO_PERMISSION, f"No permission to access {endpoint}.")
        result = handler(Call(account, given))
        if isinstance(result, Partial):
            return {"code": PARTIAL, "message": "Partial success", "data": result.data}
        return {"code": 0, "message": "OK", "data": result}

    def _account(self, token: str, given: Json) -> Advertiser:
        if not token:
            raise Refusal(EMPTY_TOKEN, "Access token is empty.")
        owners = [each for each in self._world.advertisers.values() if each.token == token]
        if not owners or owners[0].token_state == "revoked":
            raise Refusal(WRONG_TOKEN, "Access token is incorrect or has been revoked.")
        if owners[0].token_state == "expired":
            raise Refusal(EXPIRED, "Access token has expired.")
        asked = given.get("advertiser_ids") or [given.get("advertiser_id")]
        if not asked[0]:
            raise missing("advertiser_id")
        if asked != [owners[0].id]:
            raise Refusal(NO_PERMISSION, "No permission to operate on the advertiser.")
        return owners[0]


def _endpoint(path: str) -> str:
    """The part that names the call; the slash at the end is required."""
    if not path.startswith(_PREFIX) or not path.endswith("/"):
        return path
    return path.removeprefix(_PREFIX).removesuffix("/")


async def _given(request: Request) -> Json:
    """Query, JSON or form; what a query or a form cannot say is JSON in it."""
    if request.method == "GET":
        given = {name: _value(text) for name, text in parse_qsl(request.url.query)}
        # A query has no numbers of its own, and ids must stay texts.
        numbers = {name: int(given[name]) for name in _NUMBERS if str(given.get(name)).isdigit()}
        return {**given, **numbers}
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            return {name: _value(str(value)) for name, value in form.items()}
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise Refusal(PARAMETERS, "The body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise Refusal(PARAMETERS, "The body is not a JSON object.")
    return body


def _value(text: str) -> Any:
    if text[:1] in ("[", "{"):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text


def _before(fault: Fault) -> Json:
    return {"code": fault.code, "message": fault.message, "data": {}}


async def _send(fault: Fault | None, body: Json, receive: Receive, send: Send) -> None:
    kind = fault.kind if fault else Kind.code
    if kind in (Kind.cut, Kind.dropped):
        await reset(receive, send)
    elif kind is Kind.silent:
        while (await receive())["type"] != "http.disconnect":
            pass
    elif kind in (Kind.page, Kind.lost):
        await answer(send, Answer(502 if kind is Kind.page else 504, _GATEWAY, b"text/html"))
    else:
        await answer(send, Answer(200, json.dumps(body, ensure_ascii=False).encode()))
