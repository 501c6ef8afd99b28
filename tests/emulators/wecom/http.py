"""The HTTP interfaces: finds the one that is called, runs it, and spoils the answer if asked to."""

import inspect
import json
from urllib.parse import parse_qsl

from tests.emulators.telegram.wire import (
    Answer,
    Message,
    Receive,
    Send,
    answer,
    cut,
    header,
    patience,
    read_body,
    reset,
)
from tests.emulators.wecom.call import Call, Json, Route
from tests.emulators.wecom.call import read_body as read_content
from tests.emulators.wecom.errors import ApiError
from tests.emulators.wecom.faults import BEFORE, UNSEEN, Fault, Kind
from tests.emulators.wecom.media import MEDIA
from tests.emulators.wecom.messages import MESSAGES
from tests.emulators.wecom.robots import ROBOTS
from tests.emulators.wecom.world import World

_BAD_GATEWAY = Answer(502, b"<html><body>502 Bad Gateway</body></html>", b"text/html")
_NO_PATH = Answer(404, b"<html><body>404 Not Found</body></html>", b"text/html")


class HttpApi:
    """The paths behind /cgi-bin/; more of them may be added to `routes`. `refusals` are the calls
    that were answered with an error."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.refusals: list[Json] = []
        self.calls: list[str] = []
        self.routes: dict[str, Route] = {
            **MESSAGES,
            **MEDIA,
            **ROBOTS,
            "gettoken": Route(handler=give_token, method="GET", token=False),
            "getcallbackip": Route(handler=callback_ip, method="GET"),
        }

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        reply, fault = await self._reply(scope, receive)
        kind = fault.kind if fault else None
        if fault and kind is Kind.slow and not await patience(receive, fault.value):
            return
        if kind in (Kind.reset_before, Kind.reset_after):
            await reset(receive, send)
        elif kind is Kind.cut:
            await cut(receive, send, reply)
        else:
            await answer(send, reply)

    async def _reply(self, scope: Message, receive: Receive) -> tuple[Answer, Fault | None]:
        content = await read_body(receive)
        path = str(scope["path"]).removeprefix("/cgi-bin/")
        route = self.routes.get(path)
        if route is None:
            return _NO_PATH, None
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        call = Call(world=self._world, path=path, query=query)
        self.calls.append(path)
        fault: Fault | None = None
        try:
            if scope["method"] != route.method:
                raise ApiError(43001 if route.method == "GET" else 43002)
            call.body, call.upload = read_content(content, header(scope, b"content-type"))
            fault = self._world.faults.for_call(path, str(call.body.get("touser", "")))
            if fault and fault.kind in BEFORE:
                return _BAD_GATEWAY, fault
            if fault and fault.kind is Kind.code:
                raise ApiError(int(fault.value))
            result = await self._run(call, route, fault)
        except ApiError as error:
            self.refusals.append({"path": path, "code": error.code, "detail": error.detail})
            return _json(error.body()), None
        if fault and fault.kind is Kind.malformed:
            return Answer(200, b'{"errcode":0,'), fault
        return (_BAD_GATEWAY if fault and fault.kind is Kind.lost else result), fault

    async def _run(self, call: Call, route: Route, fault: Fault | None) -> Answer:
        if route.token:
            secret = self._world.tokens.secret_of(call.query.get("access_token", ""))
            call.app = self._world.app_of(secret)
            if call.app is None:
                raise ApiError(40014)
        call.fault = fault.kind.value if fault and fault.kind in UNSEEN else ""
        result = route.handler(call)
        if inspect.isawaitable(result):
            result = await result
        if isinstance(result, Answer):
            return result
        return _json({"errcode": 0, "errmsg": "ok", **result})


def give_token(call: Call) -> Json:
    secret = call.query.get("corpsecret", "")
    if not secret:
        raise ApiError(41004)
    if call.query.get("corpid") != call.world.corp_id:
        raise ApiError(40013)
    if call.world.app_of(secret) is None:
        raise ApiError(40001)
    token, life = call.world.tokens.give(secret)
    return {"access_token": token, "expires_in": life}


def callback_ip(call: Call) -> Json:
    return {"ip_list": ["101.226.103.0/25", "127.0.0.1"]}


def _json(body: Json) -> Answer:
    return Answer(200, json.dumps(body, ensure_ascii=False).encode())
