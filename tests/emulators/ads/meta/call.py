"""One call of the Graph API, and the calls that come together in a batch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tests.emulators.ads.meta import parameters as p
from tests.emulators.ads.meta.errors import bad_parameter
from tests.emulators.telegram.wire import Message, Receive, header, read_body

_MOST_IN_A_BATCH = 50
# Who calls, rather than what is asked for.
_CALLER = ("access_token", "appsecret_proof")


@dataclass(frozen=True, kw_only=True)
class Call:
    """`path` is without the version, `given` the parameters of the query and the form."""

    version: str
    method: str
    path: tuple[str, ...]
    given: Mapping[str, str]
    token: str

    @property
    def edge(self) -> str:
        """The part of an object or of the account that is asked for; "node" is itself."""
        if not self.path:
            return "batch"
        return self.path[1] if len(self.path) == 2 else "node"

    @property
    def own(self) -> dict[str, str]:
        """The parameters without those that say who calls."""
        return {name: value for name, value in self.given.items() if name not in _CALLER}

    def parts(self) -> list["Call"]:
        """The calls of a batch; each may bring a token of its own."""
        found = p.read(self.given, {"batch": p.array, "include_headers": p.flag}, ("batch",))
        if len(found["batch"]) > _MOST_IN_A_BATCH:
            raise bad_parameter(f"Too many requests in batch message. Maximum {_MOST_IN_A_BATCH}")
        return [self._part(entry) for entry in found["batch"]]

    def _part(self, entry: Any) -> "Call":
        p.check_keys("batch", entry, {"method", "relative_url", "body"}, ("method", "relative_url"))
        path, _, query = entry["relative_url"].partition("?")
        caller = {name: value for name, value in self.given.items() if name in _CALLER}
        given = caller | _parameters(query) | _parameters(entry.get("body", ""))
        return Call(
            version=self.version, method=entry["method"], path=tuple(path.strip("/").split("/")),
            given=given, token=given.get("access_token", self.token),
        )  # fmt: skip


async def read_call(scope: Message, receive: Receive) -> Call:
    query = _parameters(scope["query_string"].decode())
    given = query | _parameters((await read_body(receive)).decode())
    bearer = header(scope, b"authorization").removeprefix("Bearer ")
    version, *path = str(scope["path"]).strip("/").split("/")
    return Call(
        version=version, method=str(scope["method"]), path=tuple(path), given=given,
        token=bearer or given.get("access_token", ""),
    )  # fmt: skip


def _parameters(text: str) -> dict[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))
