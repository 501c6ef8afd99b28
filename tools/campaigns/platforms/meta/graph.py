"""The Graph API: nodes, edges, pages and errors, on one ad account."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import httpx

from config.platforms import MetaSettings
from tools.campaigns.platforms.errors import PlatformRefused, UnknownObject
from tools.campaigns.platforms.http import Observe, PlatformHttp, RateBudget
from tools.campaigns.platforms.meta.errors import (
    NAME,
    NO_SUCH_OBJECT,
    GraphError,
    translated,
    unreadable,
)  # fmt: skip

Json = dict[str, Any]

# Standard access has 9,000 points in five minutes, and a write costs three of them.
RATE_BUDGET = RateBudget(per_second=10, per_minute=600)
_PAGE = 500


class Graph:
    """Every call raises the errors of `platforms.errors`. `endpoint` names a call in counts."""

    def __init__(
        self, settings: MetaSettings, *, observe: Observe | None = None,
        budget: RateBudget = RATE_BUDGET,
    ) -> None:  # fmt: skip
        token = settings.access_token.get_secret_value()
        self.account = f"act_{settings.account_id}"
        self._account_id = settings.account_id
        self._proof = _proof(settings, token)
        self._http = PlatformHttp(
            NAME, f"{settings.base_url}/{settings.api_version}",
            {"Authorization": f"Bearer {token}"}, budget=budget, observe=observe,
        )  # fmt: skip

    async def get(self, path: str, endpoint: str, **params: Any) -> Json:
        response = await self._http.request(
            "GET", f"/{path}", endpoint=endpoint, params=_encoded(self._proof | params)
        )
        found = _read(response, endpoint)
        if not found:
            # Nothing that can be read is empty, and what is there must not be taken for unknown.
            raise unreadable(endpoint, response.status_code)
        return found

    async def post(self, path: str, endpoint: str, fields: Mapping[str, Any]) -> Json:
        """Changes of a node, or what an edge is to begin."""
        response = await self._http.request(
            "POST", f"/{path}", endpoint=endpoint, form=_encoded({**self._proof, **fields})
        )
        return _read(response, endpoint)

    async def create(self, edge: str, endpoint: str, fields: Mapping[str, Any]) -> str:
        """The id of a new object on an edge of the account."""
        made = await self.post(f"{self.account}/{edge}", endpoint, fields)
        return str(_part(made, "id", endpoint))

    async def delete(self, node: str, endpoint: str) -> None:
        response = await self._http.request(
            "DELETE", f"/{node}", endpoint=endpoint, params=_encoded(self._proof)
        )
        _read(response, endpoint)

    async def pages(self, path: str, endpoint: str, **params: Any) -> list[Json]:
        """All rows of an edge."""
        rows: list[Json] = []
        after: str | None = None
        while True:
            # The address of the next page holds the token, so the cursor alone is used.
            cursor = {} if after is None else {"after": after}
            answer = await self.get(path, endpoint, limit=_PAGE, **params, **cursor)
            rows += _part(answer, "data", endpoint)
            paging = answer.get("paging", {})
            if "next" not in paging or paging["cursors"]["after"] == after:
                return rows
            after = paging["cursors"]["after"]

    async def node(self, ref: str, endpoint: str, fields: str) -> Json:
        """An object of our account; raises UnknownObject. Objects of another kind do not have
        `fields`, and are as unknown."""
        if not (ref.isascii() and ref.isdecimal()):
            raise UnknownObject(NAME, ref)
        try:
            found = await self.get(ref, endpoint, fields=f"account_id,{fields}")
        except PlatformRefused as error:
            if error.platform_code not in NO_SUCH_OBJECT:
                raise
            unknown = UnknownObject(NAME, ref).said(error.platform_code, error.request_id)
            raise unknown from error
        if found.get("account_id") != self._account_id:
            raise UnknownObject(NAME, ref)
        return found

    async def aclose(self) -> None:
        await self._http.aclose()


def _proof(settings: MetaSettings, token: str) -> dict[str, Any]:
    """What shows that the caller knows the app's secret, for apps that require it."""
    if settings.app_secret is None:
        return {}
    secret = settings.app_secret.get_secret_value().encode()
    return {"appsecret_proof": hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()}


def _encoded(values: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in values.items()
    }


def _read(response: httpx.Response, endpoint: str) -> Json:
    try:
        body = response.json()
    except ValueError as error:
        raise unreadable(endpoint, response.status_code) from error
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        wait = _regain_seconds(response.headers)
        raise translated(GraphError.of(body["error"]), endpoint, retry_after=wait)
    if not isinstance(body, dict) or response.status_code >= 400:
        raise unreadable(endpoint, response.status_code)
    return body


def _part(body: Json, name: str, endpoint: str) -> Any:
    """What no good answer lacks."""
    if name not in body:
        raise unreadable(endpoint, 200)
    return body[name]


def _regain_seconds(headers: httpx.Headers) -> float | None:
    """When calls are taken again, from the usage that Meta reports in minutes."""
    try:
        usage = json.loads(headers.get("X-Business-Use-Case-Usage", "{}"))
    except ValueError:
        return None
    minutes = [
        entry.get("estimated_time_to_regain_access", 0)
        for entries in usage.values()
        for entry in entries
    ]
    return max(minutes, default=0) * 60.0 or None
