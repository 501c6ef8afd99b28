"""One call of one API, as the handlers see it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.dingtalk import errors
from tests.emulators.dingtalk.errors import ApiError, OldError, invalid
from tests.emulators.dingtalk.faults import Fault, Kind
from tests.emulators.dingtalk.world import World
from tests.emulators.telegram.errors import ApiError as MalformedForm
from tests.emulators.telegram.request import Parameters, read_parameters

Json = dict[str, Any]


@dataclass(kw_only=True)
class Call:
    """`path` is without the prefix of the old API; `effects` are what the ledger will say."""

    world: World
    method: str
    path: str
    old: bool
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes
    body: Json = field(default_factory=dict)
    form: Parameters = field(default_factory=lambda: Parameters({}, {}))
    fault: Fault | None = None
    effects: list[Json] = field(default_factory=list)

    def read(self) -> None:
        """Raises for a body that is no JSON object, or is not called one."""
        if self.method == "GET":
            return
        content_type = self.headers.get("content-type", "")
        if content_type.startswith("multipart/"):
            self._read_form(content_type)
            return
        if not content_type.startswith("application/json"):
            raise self.wrong("body", "Content-Type must be application/json")
        try:
            body = json.loads(self.raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise self.wrong("body", "the body is no JSON object")
        self.body = body

    def _read_form(self, content_type: str) -> None:
        try:
            self.form = read_parameters(b"", content_type, self.raw)
        except MalformedForm as error:
            raise self.wrong("body", str(error)) from None

    def text(self, name: str) -> str:
        """Raises <name>.empty or .invalid for what is no text with content."""
        found = self.body.get(name)
        if found in (None, ""):
            raise self.wrong(f"{name}.empty", f"{name} is empty")
        if not isinstance(found, str):
            raise self.wrong(f"{name}.invalid", f"{name} must be a string")
        return found

    def wrong(self, parameter: str, reason: str) -> ApiError | OldError:
        if self.old:
            return OldError(errors.PARAMETER, f"不合法的参数: {reason}")
        return invalid(parameter, reason)

    def struck(self, kind: Kind) -> bool:
        return self.fault is not None and self.fault.kind is kind

    def wrote(self, chat: str, text: str, key: str) -> None:
        """An effect that people see; the ledger has it before the client is answered."""
        outcome = f"unseen: {self.fault.kind}" if self.fault else "ok"
        self.effects.append(
            {"method": self.path, "chat": chat, "text": text, "key": key, "outcome": outcome,
             "params": self.summary()}
        )  # fmt: skip

    def summary(self) -> Json:
        """For the ledger and the refusals: without secrets and contents of files."""
        secret = ("clientSecret", "appSecret", "access_token", "appsecret", "session", "sign")
        given: Json = {**self.query, **self.body, **self.form.summary()}
        return {name: value for name, value in given.items() if name not in secret}
