"""An emulator of the Meta Marketing API v26: campaigns, ad sets, ads, creatives and insights.

It keeps to Meta's rules more strictly than Meta does: parameters that it does not know are
refused. `async with` serves it; `url` is the address to give a client instead of Meta's.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from tests.emulators.ads.meta import errors
from tests.emulators.ads.meta.call import Call, read_call
from tests.emulators.ads.meta.errors import GraphError
from tests.emulators.ads.meta.faults import UNSEEN, Fault, Faults, Kind
from tests.emulators.ads.meta.insights import Insights, look_at
from tests.emulators.ads.meta.reading import EDGES, KINDS, edge, page, shown
from tests.emulators.ads.meta.world import REPORT, Account, Node, World
from tests.emulators.ads.meta.writing import Writer
from tests.emulators.serving import served
from tests.emulators.telegram.wire import (
    Answer,
    Message,
    Receive,
    Send,
    answer,
    patience,
    reset,
)  # fmt: skip
from tests.fakes.clock import FakeClock

Json = dict[str, Any]

VERSION = "v26.0"
_GATEWAY = Answer(502, b"<html><title>502 Bad Gateway</title></html>", b"text/html")
_TOO_LONG_SECONDS = 3_600


class MetaEmulator:
    def __init__(self, clock: FakeClock | None = None) -> None:
        self.world = World(clock or FakeClock())
        self.faults = Faults()
        self.report_looks = 2  # A report is done when it was looked at so often.
        self.calls: list[Call] = []
        self.url = ""
        self._late: list[Call] = []
        self._serving = AsyncExitStack()

    @property
    def writes(self) -> list[Call]:
        return [call for call in self.calls if call.method != "GET"]

    async def app(self, scope: Message, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        call = await read_call(scope, receive)
        self.calls.append(call)
        self._catch_up(call)
        fault = self.faults.meeting(call.method, call.edge)
        if fault is None:
            await answer(send, self._answer(call) if call.path else self._batch(call))
        else:
            await self._meet(fault, call, receive, send)

    async def _meet(self, fault: Fault, call: Call, receive: Receive, send: Send) -> None:
        if fault.kind in UNSEEN:
            self._answer(call)
        if fault.kind is Kind.late:
            self._late.append(call)
        if fault.kind in (Kind.reset, Kind.lost, Kind.late):
            await reset(receive, send)
        elif fault.kind is Kind.silent:
            await patience(receive, _TOO_LONG_SECONDS)
        elif fault.kind is Kind.gateway:
            await answer(send, _GATEWAY)
        elif fault.kind is Kind.empty:
            await answer(send, _ok({}))
        else:
            await answer(send, _refusal(fault.error or errors.service(), call, fault.regain))

    def _batch(self, call: Call) -> Answer:
        """All answers in one; an entry that Meta did not come to is null, to be asked again."""
        try:
            parts = call.parts()
        except GraphError as error:
            return _refusal(error, call, 0)
        self.calls += parts
        return _ok([self._entry(part) for part in parts])

    def _entry(self, part: Call) -> Json | None:
        fault = self.faults.meeting(part.method, part.edge)
        if fault is not None and fault.kind is not Kind.refused:
            return None
        if fault is not None:
            reply = _refusal(fault.error or errors.service(), part, fault.regain)
        else:
            reply = self._answer(part)
        return {"code": reply.status, "headers": [], "body": reply.body.decode()}

    def _catch_up(self, call: Call) -> None:
        """What was on its way when the connection went has come by now."""
        due = [one for one in self._late if (one.method, one.edge) == (call.method, call.edge)]
        for one in due:
            self._late.remove(one)
            self._answer(one)

    def _answer(self, call: Call) -> Answer:
        try:
            if call.version != VERSION or not 1 <= len(call.path) <= 2:
                raise GraphError(2500, f"Unknown path components: /{'/'.join(call.path)}")
            return _ok(self._carry_out(call, self._account(call)))
        except GraphError as error:
            return _refusal(error, call, 0)

    def _account(self, call: Call) -> Account:
        """Whose token it is."""
        if not call.token:
            raise errors.no_token()
        account = next(
            (one for one in self.world.accounts.values() if one.token == call.token), None
        )
        if account is None:
            raise errors.bad_token(call.token)
        if account.app_secret is not None:
            secret, token = account.app_secret.encode(), call.token.encode()
            proof = hmac.new(secret, token, hashlib.sha256).hexdigest()
            if call.given.get("appsecret_proof") != proof:
                raise errors.bad_proof()
        return account

    def _carry_out(self, call: Call, account: Account) -> Json:
        owner = call.path[0]
        if call.method == "GET" and call.path in (("app",), ("me", "permissions")):
            return _about_token(call, account)
        if owner.startswith("act_"):
            if owner != f"act_{account.id}":
                raise errors.no_such_object(owner, call.method)
            return self._on_account(call, account)
        node = self.world.node(owner, account, call.method)
        if len(call.path) == 2:
            return self._on_edge(call, account, node)
        return self._on_node(call, account, node)

    def _on_account(self, call: Call, account: Account) -> Json:
        if len(call.path) == 1 and call.method == "GET":
            wanted = call.given.get("fields", "id").split(",")
            return {"id": f"act_{account.id}"} | {
                name: _account_field(account, name) for name in wanted
            }
        if call.edge == "insights":
            return self._insights(call, account, None)
        if call.edge not in KINDS:
            raise GraphError(2500, f"Unknown path components: /{call.edge}")
        if call.method == "POST":
            return Writer(world=self.world, account=account).create(call.edge, call.given)
        kind = KINDS[call.edge]
        return self._page(call, list(self.world.of_kind(kind, account)), kind)

    def _on_edge(self, call: Call, account: Account, node: Node) -> Json:
        if call.edge == "insights":
            return self._insights(call, account, node)
        if call.method != "GET" or call.edge not in EDGES.get(node.kind, set()):
            raise errors.no_such_object(node.id, call.method)
        kind = KINDS[call.edge]
        return self._page(call, list(self.world.of_kind(kind, account, below=node)), kind)

    def _on_node(self, call: Call, account: Account, node: Node) -> Json:
        writer = Writer(world=self.world, account=account)
        if call.method == "POST":
            return writer.change(node, call.own)
        if call.method == "DELETE":
            return writer.delete(node)
        if node.kind == REPORT:
            look_at(node, self.report_looks)
        return shown(self.world, node, call.given.get("fields", "id"))

    def _insights(self, call: Call, account: Account, node: Node | None) -> Json:
        insights = Insights(world=self.world, account=account)
        if node is not None and node.kind == REPORT:
            return self._rows(call, node.fields["rows"], call.given)
        if call.method == "POST":
            return insights.report(call.given, node)
        rows, _ = insights.rows(call.given, node)
        return self._rows(call, rows, call.given)

    def _rows(self, call: Call, rows: list[Json], given: Mapping[str, str]) -> Json:
        found: Json = {"limit": int(given.get("limit", "25"))}
        if "after" in given:
            found["after"] = given["after"]
        return page(rows, found, given, self._address(call), lambda row: row)

    def _page(self, call: Call, nodes: list[Node], kind: str) -> Json:
        return edge(self.world, nodes, kind, call.given, self._address(call))

    def _address(self, call: Call) -> str:
        return f"{self.url}/{VERSION}/{'/'.join(call.path)}"

    async def __aenter__(self) -> Self:
        self.url = await self._serving.enter_async_context(served(self.app))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._serving.aclose()


def _about_token(call: Call, account: Account) -> Json:
    """Which app it is of, and what the person behind it has granted that app."""
    if call.path == ("app",):
        return {"id": account.app_id}
    rows = [{"permission": name, "status": status} for name, status in account.permissions.items()]
    return {"data": rows}


def _account_field(account: Account, name: str) -> Any:
    fields = account.fields()
    if name not in fields:
        raise errors.no_field(name, "AdAccount")
    return fields[name]


def _ok(body: Json | list[Json | None]) -> Answer:
    return Answer(200, json.dumps(body).encode(), b"application/json")


def _refusal(error: GraphError, call: Call, regain: int) -> Answer:
    """`regain`: minutes until calls are taken again, as the usage header says them."""
    usage = {
        "act": [{"type": "ads_management", "call_count": 100 if regain else 1, "total_cputime": 1,
                 "total_time": 1, "estimated_time_to_regain_access": regain}]
    }  # fmt: skip
    trace = hashlib.sha256(f"{call.method} {call.path}".encode()).hexdigest()[:11]
    headers = [
        (b"x-business-use-case-usage", json.dumps(usage).encode()),
        (b"x-fb-trace-id", trace.encode()),
    ]
    return Answer(
        error.status, json.dumps(error.body(trace)).encode(), b"application/json", headers
    )
