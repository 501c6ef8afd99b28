"""Both HTTP APIs: finds the handler, checks who calls and how often, spoils the answer if asked."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4

from tests.emulators.dingtalk import errors
from tests.emulators.dingtalk.call import Call
from tests.emulators.dingtalk.errors import ApiError, OldError, unauthenticated
from tests.emulators.dingtalk.faults import PARTIAL, UNSEEN, Fault, Kind
from tests.emulators.dingtalk.methods import HANDLERS, WITHOUT_TOKEN
from tests.emulators.dingtalk.world import World
from tests.emulators.telegram.wire import (
    Answer,
    Message,
    Receive,
    Send,
    answer,
    cut,
    patience,
    read_body,
    reset,
)

Json = dict[str, Any]
OLD, ACCESS_TOKEN = "/oapi", "x-acs-dingtalk-access-token"
_BANNED = Answer(
    200,
    b"<!DOCTYPE html><html><head><title>x5</title></head><body><script>var s="
    b'{"status":1111,"wait":5,"source":"x5","punish":"deny"}</script></body></html>',
    b"text/html;charset=UTF-8",
)
_BANNED_JSON = Answer(200, b'{"status":1111,"wait":5,"source":"x5","punish":"deny"}')


class Api:
    """`refusals` are calls (and frames) that were answered with an error, or were wrong."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.refusals: list[Json] = []

    def refuse(self, path: str, code: str, reason: str, **more: Any) -> None:
        self.refusals.append(
            {"at": self._world.clock.exact(), "path": path, "code": code, "reason": reason, **more}
        )
        self._world.ledger.stir()

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        call = _call(self._world, scope, await read_body(receive))
        reply = self._reply(call)
        kind = call.fault.kind if call.fault else None
        if call.fault and kind is Kind.slow and not await patience(receive, call.fault.value):
            return
        if kind in (Kind.reset_before, Kind.reset_after):
            await reset(receive, send)
        elif kind is Kind.cut:
            await cut(receive, send, reply)
        else:
            await answer(send, reply)

    def _reply(self, call: Call) -> Answer:
        try:
            result = self._run(call)
        except OldError as error:
            self.refuse(call.path, str(error.code), error.reason, params=call.summary())
            return _json(200, error.body())
        except ApiError as error:
            self.refuse(call.path, error.code, error.reason, params=call.summary())
            return _json(error.status, error.body(str(uuid4()).upper()))
        for effect in call.effects:
            self._world.ledger.effect(**effect)
        kind = call.fault.kind if call.fault else None
        if kind in (Kind.banned, Kind.banned_json):
            return _BANNED if kind is Kind.banned else _BANNED_JSON
        if kind is Kind.lost:
            return _json(504, ApiError(504, "ServiceTimeout", "服务超时").body(str(uuid4())))
        if kind is Kind.malformed:
            return Answer(200, b'{"success":tr')
        return result if isinstance(result, Answer) else _json(200, result)

    def _run(self, call: Call) -> Json | Answer:
        """Raises what the API says; effects are in the call."""
        handler = HANDLERS.get((call.old, call.method, call.path))
        if handler is None:
            raise self._no_such(call)
        call.read()
        call.fault = self._fault(call)
        if call.fault and call.fault.kind in (Kind.banned, Kind.banned_json, Kind.reset_before):
            return {}
        if call.fault and call.fault.kind not in UNSEEN | PARTIAL:
            raise call.fault.refusal(old=call.old)
        if call.path not in WITHOUT_TOKEN:
            self._authenticate(call)
        if not call.old:
            self._world.quotas.take(call.method, call.path)
        return handler(call)

    def _no_such(self, call: Call) -> ApiError | OldError:
        if call.old:
            return OldError(22, f"不合法的请求: {call.path}")
        return ApiError(404, "InvalidAction.NotFound", f"Specified api is not found: {call.path}")

    def _authenticate(self, call: Call) -> None:
        given = call.query.get("access_token", "") if call.old else call.headers.get(ACCESS_TOKEN)
        expires = self._world.tokens.get(given or "")
        if expires is not None and expires > self._world.clock.ticks():
            return
        if not call.old:
            raise unauthenticated()
        if expires is not None:
            raise OldError(errors.TOKEN_EXPIRED, "access_token已过期")
        raise OldError(errors.TOKEN, "不合法的access_token")

    def _fault(self, call: Call) -> Fault | None:
        if not self._world.faults.planned:
            return None
        return self._world.faults.for_call(call.path, [*_chats(call)])


def _chats(call: Call) -> Iterator[str]:
    """Whom the call is about: ids of persons and groups."""
    world, body = call.world, call.body
    session = world.sessions.get(call.query.get("session", ""))
    robot = world.robots.get(call.query.get("access_token", ""))
    if found := session or robot:
        yield found.chat.id
    yield from (user for user in body.get("userIds") or () if isinstance(user, str))
    if isinstance(group := body.get("openConversationId"), str):
        yield group
    if isinstance(spaces := body.get("openSpaceId"), str):
        yield from (space.partition("//")[2].partition(".")[2] for space in spaces.split(";"))
    if card := world.cards.get(str(body.get("outTrackId"))):
        yield from card.carriers


def _call(world: World, scope: Message, raw: bytes) -> Call:
    path: str = scope["path"]
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return Call(
        world=world, method=scope["method"], path=path.removeprefix(OLD), raw=raw,
        old=path.startswith(f"{OLD}/"), headers=headers,
        query=dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
    )  # fmt: skip


def _json(status: int, body: Json) -> Answer:
    return Answer(status, json.dumps(body, ensure_ascii=False).encode())
