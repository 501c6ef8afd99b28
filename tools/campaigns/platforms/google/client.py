"""Google Ads over REST for one account: one atomic way to change things, one way to ask."""

from collections.abc import Sequence
from typing import Any

import httpx

from config.clock import Clock
from config.platforms import GoogleAdsSettings
from tools.campaigns.platforms.errors import ErrorCode, platform_error
from tools.campaigns.platforms.google.errors import PLATFORM, translated
from tools.campaigns.platforms.google.oauth import AccessTokens
from tools.campaigns.platforms.http import Observe, PlatformHttp, RateBudget

# An operation of `googleAds:mutate`, and a row of `googleAds:searchStream`, as Google's JSON.
Operation = dict[str, Any]
Row = dict[str, Any]


class GoogleAdsClient:
    def __init__(
        self, settings: GoogleAdsSettings, clock: Clock, *, observe: Observe | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:  # fmt: skip
        headers = {"developer-token": settings.developer_token.get_secret_value()}
        if settings.login_customer_id:
            headers["login-customer-id"] = settings.login_customer_id
        # Google publishes no rate: the settings say what an agent needs, and no more.
        budget = RateBudget(
            per_second=settings.calls_per_second, per_minute=settings.calls_per_minute
        )
        self._http = PlatformHttp(
            PLATFORM, settings.base_url, headers, budget=budget, observe=observe,
            transport=transport,
        )  # fmt: skip
        # The token endpoint has nothing to do with the developer token.
        self._sign_in = PlatformHttp(
            PLATFORM, settings.token_url, {}, budget=budget, observe=observe, transport=transport
        )
        self._tokens = AccessTokens(settings, self._sign_in, clock)
        self._path = f"/{settings.api_version}/customers/{settings.customer_id}/googleAds"

    async def mutate(self, operations: Sequence[Operation], *, only_check: bool = False) -> None:
        """All of them or none; none either way when Google is only to check them. Raises the
        errors of `platforms.errors`."""
        checked = {"validateOnly": True} if only_check else {}
        await self._post("mutate", {"mutateOperations": [*operations], **checked})

    async def search(self, query: str) -> list[Row]:
        """Every row; Google streams them, so there are no pages to follow."""
        chunks = await self._post("searchStream", {"query": query})
        return [row for chunk in chunks for row in chunk.get("results", ())]

    async def aclose(self) -> None:
        await self._http.aclose()
        await self._sign_in.aclose()

    async def _post(self, method: str, body: dict[str, Any]) -> Any:
        token = await self._tokens.current()
        response = await self._send(method, body, token)
        if response.status_code == 401:
            # Nothing was done: the token ended early, and a new one is worth one try.
            token = await self._tokens.current(refused=token)
            response = await self._send(method, body, token)
        if not response.is_success:
            raise translated(response, f"googleAds:{method}")
        try:
            return response.json()
        except ValueError as error:
            raise platform_error(
                ErrorCode.SERVICE_UNAVAILABLE, PLATFORM, detail=f"{method}: unreadable answer"
            ) from error

    async def _send(self, method: str, body: dict[str, Any], token: str) -> httpx.Response:
        return await self._http.request(
            "POST", f"{self._path}:{method}", endpoint=f"googleAds:{method}", json=body,
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
