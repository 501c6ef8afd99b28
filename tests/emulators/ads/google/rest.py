"""The REST face: JSON in and out by Google's own rules, with its errors for what is not."""

import re
from typing import Any
from urllib.parse import parse_qsl

from google.ads.googleads.v26.services.types.google_ads_service import (
    MutateGoogleAdsRequest,
    SearchGoogleAdsRequest,
    SearchGoogleAdsStreamRequest,
)
from google.protobuf.json_format import MessageToDict, MessageToJson, Parse, ParseError

from tests.emulators.ads.google.failures import GoogleAdsError, rest_error
from tests.emulators.ads.google.service import AFTER, Call, Fault, Service
from tests.emulators.ads.google.tokens import Tokens
from tests.emulators.telegram.wire import (
    Answer,
    Message,
    Receive,
    Send,
    answer,
    patience,
    read_body,
    reset,
)

_PATH = re.compile(r"/v26/customers/(\d+)/googleAds:(mutate|search|searchStream)")
_SILENCE = 120.0
_METHODS = {
    "mutate": ("Mutate", MutateGoogleAdsRequest),
    "search": ("Search", SearchGoogleAdsRequest),
    "searchStream": ("SearchStream", SearchGoogleAdsStreamRequest),
}


class RestFace:
    def __init__(self, service: Service, tokens: Tokens) -> None:
        self._service = service
        self._tokens = tokens

    async def app(self, scope: Message, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        body = await read_body(receive)
        if scope["path"] == "/token":
            await answer(send, self._tokens.answer(dict(parse_qsl(body.decode()))))
            return
        match = _PATH.fullmatch(scope["path"])
        if match is None or scope["method"] != "POST":
            await answer(send, Answer(404, b"<html>Error 404 (Not Found)</html>", b"text/html"))
            return
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        method, kind = _METHODS[match[2]]
        call = Call(method=method, customer_id=match[1], headers=headers)
        self._service.meet(call)
        reply = Answer(503, b"", b"text/html")
        if call.fault is not Fault.reset_before:
            reply = self._reply(call, kind, body)
        if call.fault in (Fault.reset_before, Fault.reset_after):
            await reset(receive, send)
        elif call.fault is not Fault.silent or await patience(receive, _SILENCE):
            await answer(send, reply)

    def _reply(self, call: Call, kind: Any, body: bytes) -> Answer:
        try:
            call.request = _parsed(call, kind, body)
            content = self._content(call)
        except GoogleAdsError as error:
            return Answer(*error.rest(call.request_id), headers=_request_id(call))
        except _BadJson as error:
            return Answer(*error.answer())
        if call.fault in AFTER:
            return Answer(503, b"", b"text/html") if call.fault is Fault.unavailable_after else (
                Answer(200, b'[{"results": [')
            )  # fmt: skip
        return Answer(200, content.encode(), headers=_request_id(call))

    def _content(self, call: Call) -> str:
        if call.method == "Mutate":
            return str(MessageToJson(self._service.mutate(call)))
        if call.method == "Search":
            return str(MessageToJson(self._service.search(call)))
        return f"[{MessageToJson(self._service.search_stream(call))}]"


class _BadJson(Exception):
    """What the JSON layer refuses before the service sees it."""

    def answer(self) -> tuple[int, bytes]:
        detail = {
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"description": str(self)}],
        }
        message = f"Invalid JSON payload received. {self}"
        return rest_error("INVALID_ARGUMENT", message, detail)


def _parsed(call: Call, kind: Any, body: bytes) -> Any:
    request = kind.pb(kind())
    try:
        Parse(body, request)
    except (ParseError, UnicodeDecodeError) as error:
        raise _BadJson(str(error)) from error
    if "customer_id" in MessageToDict(request, preserving_proto_field_name=True):
        raise _BadJson('Unknown name "customerId": it is bound to the path.')
    request.customer_id = call.customer_id
    return request


def _request_id(call: Call) -> list[tuple[bytes, bytes]]:
    return [(b"request-id", call.request_id.encode())]
