"""Calls to the TikTok Business API: envelopes, pages, exact numbers, waits.

Everything is HTTP 200 with a code inside; ids are strings, money is a JSON number in main units.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import httpx

from config.clock import Clock
from config.platforms import TikTokSettings
from tools.campaigns.platforms.http import Observe, PlatformHttp, RateBudget
from tools.campaigns.platforms.tiktok.errors import (
    NAME,
    OK,
    PARTIAL,
    Block,
    http_error,
    translated,
)  # fmt: skip

Json = dict[str, Any]
PAGE_SIZE = 1000


@dataclass(frozen=True, slots=True)
class Budgets:
    """Calls a second and a minute. TikTok allows 10 and 600 for an app, and 5 and 150 of them for
    `ad/create`; both budgets together stay inside."""

    ads: RateBudget
    others: RateBudget


BUDGETS: Final = Budgets(
    ads=RateBudget(per_second=3, per_minute=140), others=RateBudget(per_second=7, per_minute=450)
)


@dataclass(frozen=True, slots=True)
class Answer:
    """`partial`: some of what was asked for was done and some was not."""

    data: Any
    partial: bool
    request_id: str | None


class TikTokApi:
    """One advertiser's account."""

    def __init__(
        self, settings: TikTokSettings, clock: Clock, *, observe: Observe | None = None,
        transport: httpx.AsyncBaseTransport | None = None, budgets: Budgets = BUDGETS,
    ) -> None:  # fmt: skip
        self._advertiser_id = settings.advertiser_id
        self._version = settings.api_version
        self._block = Block(clock)
        headers = {"Access-Token": settings.access_token.get_secret_value()}
        self._ads, self._others = (
            PlatformHttp(
                NAME, settings.base_url, headers, budget=budget, observe=observe,
                transport=transport, status_of=_told_status,
            )
            for budget in (budgets.ads, budgets.others)
        )  # fmt: skip

    async def get(self, endpoint: str, **asked: Any) -> Any:
        """The data of a read. Lists and mappings go as JSON."""
        params = {
            name: value if isinstance(value, str | int) else json.dumps(value)
            for name, value in asked.items()
        }
        params["advertiser_id"] = self._advertiser_id
        return (await self._answer("GET", endpoint, params=params)).data

    async def advertiser(self, fields: Sequence[str]) -> Json:
        """The account itself."""
        params = {
            "advertiser_ids": json.dumps([self._advertiser_id]), "fields": json.dumps([*fields])
        }  # fmt: skip
        found = (await self._answer("GET", "advertiser/info", params=params)).data
        return dict(found["list"][0])

    async def post(self, endpoint: str, body: Mapping[str, Any], *, partly: bool = False) -> Answer:
        """The answer to a write. A partial one is an error unless the caller can do with it."""
        whole = {"advertiser_id": self._advertiser_id, **body}
        answer = await self._answer("POST", endpoint, json=whole)
        if answer.partial and not partly:
            raise translated(PARTIAL, "partly done", answer.request_id)
        return answer

    async def listed(
        self, endpoint: str, filtering: Mapping[str, Any] | Sequence[Any], **asked: Any
    ) -> list[Json]:
        """Every row of all pages."""
        rows: list[Json] = []
        page = pages = 1
        while page <= pages:
            data = await self.get(
                endpoint, filtering=filtering, page=page, page_size=PAGE_SIZE, **asked
            )
            rows += data["list"]
            pages = int(data["page_info"]["total_page"])
            page += 1
        return rows

    async def aclose(self) -> None:
        await self._ads.aclose()
        await self._others.aclose()

    async def _answer(self, method: str, endpoint: str, **content: Any) -> Answer:
        self._block.check()
        http = self._ads if endpoint == "ad/create" else self._others
        path = f"/open_api/{self._version}/{endpoint}/"
        response = await http.request(method, path, endpoint=endpoint, **content)
        envelope = _envelope(response)
        if envelope is None:
            error = http_error(response.status_code)
        elif envelope["code"] in (OK, PARTIAL):
            partial = envelope["code"] == PARTIAL
            return Answer(envelope.get("data") or {}, partial, envelope.get("request_id"))
        else:
            message = str(envelope.get("message", ""))
            error = translated(int(envelope["code"]), message, envelope.get("request_id"))
        self._block.note(error)
        raise error


def _told_status(response: httpx.Response) -> str:
    envelope = _envelope(response)
    refused = envelope is not None and envelope["code"] not in (OK, PARTIAL)
    return str(envelope["code"] if envelope and refused else response.status_code)


def _envelope(response: httpx.Response) -> Json | None:
    """TikTok's own answer, with money as Decimal; None when somebody else answered."""
    try:
        found = json.loads(response.content, parse_float=Decimal)
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("code"), int) else None
