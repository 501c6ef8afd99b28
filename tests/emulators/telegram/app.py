"""The Bot API over HTTP: finds the bot and the method, runs it, and spoils the answer if asked to."""

import inspect
import json
from typing import Any

from tests.emulators.telegram.accounts import Account
from tests.emulators.telegram.call import Call, Described, Json, Rendered
from tests.emulators.telegram.errors import ApiError, unauthorized
from tests.emulators.telegram.faults import BEFORE, UNSEEN, Fault, Kind
from tests.emulators.telegram.methods import METHODS, NOT_IN_WEBHOOK, SILENT
from tests.emulators.telegram.request import Parameters, read_parameters
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
from tests.emulators.telegram.world import World

_BAD_GATEWAY = Answer(
    502,
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad"
    b" Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n",
    b"text/html",
)
_NOT_FOUND = ApiError(404, "Not Found")
_NO_METHOD = ApiError(404, "Not Found: method not found")


class BotApi:
    """The paths /bot<token>/<method> and /file/bot<token>/<path>."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.refusals: list[Json] = []

    async def serve(self, scope: Message, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if path.startswith("/file/bot"):
            await answer(send, self._file(path))
            return
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

    async def execute(self, bot: Account, asked: Parameters) -> None:
        """A call from the body of a webhook's answer; nobody hears how it went."""
        method = asked.text("method")
        if method.lower().startswith("get") or method.lower() in NOT_IN_WEBHOOK:
            return
        call = Call(self._world, bot, method, asked)
        try:
            await self._run(call, None)
        except ApiError as error:
            self._refused(call, error)

    async def _reply(self, scope: Message, receive: Receive) -> tuple[Answer, Fault | None]:
        fault: Fault | None = None
        call: Call | None = None
        try:
            body = await read_body(receive)
            bot, method = self._target(scope["path"])
            kind = header(scope, b"content-type")
            call = Call(
                self._world, bot, method, read_parameters(scope["query_string"], kind, body)
            )
            fault = self._fault(call)
            if fault and fault.kind in BEFORE:
                return _BAD_GATEWAY, fault
            if fault and fault.kind not in UNSEEN:
                raise fault.refusal()
            result = await self._run(call, fault)
        except ApiError as error:
            if call:
                self._refused(call, error)
            return _failure(error), None
        if fault and fault.kind is Kind.malformed:
            return Answer(200, b'{"ok":true,"result":{'), fault
        return (_BAD_GATEWAY if fault and fault.kind is Kind.lost else _success(result)), fault

    def _target(self, path: str) -> tuple[Account, str]:
        """Raises 404 for a path that names no method and 401 for a token that nobody has."""
        parts = path.removeprefix("/bot").split("/")
        if not path.startswith("/bot") or len(parts) not in (2, 3):
            raise _NOT_FOUND
        if len(parts) == 3 and parts.pop(1) != "test":
            raise _NOT_FOUND
        return self._account(parts[0]), parts[1]

    def _account(self, token: str) -> Account:
        account = self._world.accounts.get(token)
        if account is None:
            malformed = ":" not in token or token.startswith("0") or len(token) > 80
            raise unauthorized("invalid token specified" if malformed else "")
        if account.logged_out:
            raise ApiError(400, "Logged out")
        return account

    def _fault(self, call: Call) -> Fault | None:
        if not self._world.faults.planned:
            return None
        named, query = call.given.text("chat_id"), call.given.text("callback_query_id")
        chat = int(named) if named.lstrip("-").isdigit() else None
        if query in call.bot.queries:
            chat, _ = call.bot.queries[query]
        return self._world.faults.for_call(call.bot.id, call.method, chat)

    async def _run(self, call: Call, fault: Fault | None) -> Any:
        handler = METHODS.get(call.method.lower())
        if handler is None:
            raise _NO_METHOD
        result = handler(call)
        if inspect.isawaitable(result):
            result = await result
        if call.method.lower() not in SILENT:
            self._record(call, result, fault)
        return result

    def _record(self, call: Call, result: Any, fault: Fault | None) -> None:
        """One entry a message, each before anybody is told."""
        for shown in result if isinstance(result, list) else [result]:
            message = shown if isinstance(shown, dict) else {}
            said = message.get("text") or message.get("caption") or call.given.text("text")
            number = message.get("message_id") or call.given.integer("message_id") or None
            self._world.ledger.effect(
                method=call.method, bot=call.bot.id, chat=call.chat,
                thread=call.given.integer("message_thread_id") or None, message_id=number,
                text=said, params=call.given.summary(),
                outcome=f"unseen: {fault.kind}" if fault else "ok",
            )  # fmt: skip

    def _refused(self, call: Call, error: ApiError) -> None:
        self.refusals.append(
            {"at": self._world.clock.exact(), "method": call.method, "bot": call.bot.id,
             "params": call.given.summary(), "code": error.code,
             "description": error.description}
        )  # fmt: skip

    def _file(self, path: str) -> Answer:
        token, _, wanted = path.removeprefix("/file/bot").removeprefix("/").partition("/")
        try:
            self._account(token)
        except ApiError as error:
            return _failure(error)
        stored = self._world.files.at(wanted.removeprefix("test/"))
        if stored is None:
            return _failure(_NOT_FOUND)
        return Answer(200, stored.content, b"application/octet-stream")


def _success(result: Any) -> Answer:
    if isinstance(result, Rendered):
        return Answer(200, b'{"ok": true, "result": ' + result.body + b"}")
    body: Json = {"ok": True, "result": result}
    if isinstance(result, Described):
        body = {"ok": True, "result": result.result, "description": result.description}
    return Answer(200, json.dumps(body, ensure_ascii=False).encode())


def _failure(error: ApiError) -> Answer:
    headers = []
    if seconds := error.parameters.get("retry_after"):
        headers.append((b"retry-after", str(seconds).encode()))
    return Answer(error.code, json.dumps(error.body()).encode(), headers=headers)
