"""One call of the HTTP interfaces, and what may answer it."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.telegram.wire import Answer
from tests.emulators.wecom.errors import ApiError

if TYPE_CHECKING:
    from tests.emulators.wecom.world import App, World

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes


@dataclass(kw_only=True)
class Call:
    """`app` is the one whose token came with it; `fault` says how the client does not learn the
    answer."""

    world: "World"
    path: str
    query: Mapping[str, str]
    body: Json = field(default_factory=dict)
    upload: Upload | None = None
    app: "App | None" = None
    fault: str = ""

    @property
    def ours(self) -> "App":
        assert self.app is not None
        return self.app

    def text(self, name: str) -> str:
        """Raises 40058 when it is no text."""
        value = self.body.get(name, "")
        if not isinstance(value, str):
            raise ApiError(40058, f"{name} is not a string")
        return value

    def record(self, to: str, outcome: str = "ok", **fields: Any) -> None:
        said = f"unseen: {self.fault}" if self.fault and outcome == "ok" else outcome
        self.world.ledger.effect(path=self.path, to=to, outcome=said, **fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`key`: "access_token", "key" (of a robot), or nothing."""

    handler: Callable[[Call], "Json | Answer | Awaitable[Json | Answer]"]
    method: str = "POST"
    token: bool = True


def read_body(body: bytes, content_type: str) -> tuple[Json, Upload | None]:
    """Raises 40058 for what is no object, 41005 for a form without a file."""
    if content_type.startswith("multipart/form-data"):
        return {}, _upload(body, content_type)
    if not body:
        return {}, None
    try:
        parsed = json.loads(body)
    except ValueError:
        raise ApiError(40058, "not JSON") from None
    if not isinstance(parsed, dict):
        raise ApiError(40058, "not an object")
    return parsed, None


def _upload(body: bytes, content_type: str) -> Upload:
    boundary = content_type.partition("boundary=")[2].strip('"').encode()
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        said = head.decode()
        name = re.search(r'\bname="([^"]*)"', said)
        file = re.search(r'\bfilename="([^"]*)"', said)
        if name and file and name[1] == "media":
            return Upload(file[1], content.removesuffix(b"\r\n"))
    raise ApiError(41005, "no field media with a file name")
