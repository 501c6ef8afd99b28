"""Calls to DingTalk: the new API with its token in a header, the old one with its own in the
address."""

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TypeVar

import httpx

from bot.channels.dingtalk.errors import (
    Json,
    TokenRefused,
    answered,
    answered_in_the_old_way,
    of_transport,
)
from bot.errors import NotDelivered
from config.channels import DingtalkSettings
from config.errors import AppError, PermanentError, TransientError

# DingTalk itself gives up after three seconds.
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)
# An access token is renewed so much earlier than it ends.
_EARLIER_SECONDS = 300.0
_JSON = "application/json"

T = TypeVar("T")


@cache
def _trusted() -> ssl.SSLContext:
    """To read the certificates takes longer than a call."""
    return httpx.create_ssl_context()


def open_client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=_TIMEOUT, verify=_trusted(), headers={"accept": _JSON})


class Api:
    """Every method raises Busy, NotDelivered or PermanentError when DingTalk surely did not do it,
    and TransientError when nobody knows."""

    def __init__(self, settings: DingtalkSettings) -> None:
        self._settings = settings
        self._http = open_client()
        self._token = ""
        self._until = 0.0
        self._renewing = asyncio.Lock()

    @property
    def is_closed(self) -> bool:
        return self._http.is_closed

    async def aclose(self) -> None:
        await self._http.aclose()

    async def open_connection(self, wishes: Json) -> Json:
        """Where a stream begins. Raises TokenRefused when the app is not known."""
        return answered(
            await self._sent("POST", self._new("/v1.0/gateway/connections/open"), wishes)
        )

    async def token(self, instead_of: str = "") -> str:
        """The access token; with `instead_of`, one that is not this, which was refused. However
        many ask at once, DingTalk is asked once."""
        async with self._renewing:
            if time.monotonic() >= self._until or self._token in ("", instead_of):
                self._token, self._until = await self._new_token()
            return self._token

    async def call(self, method: str, path: str, body: Json) -> Json:
        """By the new API."""

        async def attempt(token: str) -> Json:
            headers = {"x-acs-dingtalk-access-token": token}
            return answered(await self._sent(method, self._new(path), body, headers=headers))

        return await self._with_token(attempt)

    async def upload(self, kind: str, name: str, media_type: str, content: bytes) -> str:
        """Returns the media id; `kind` is image or file."""

        async def attempt(token: str) -> Json:
            response = await self._guarded(
                self._http.post(
                    f"{self._settings.old_api}/media/upload",
                    params={"access_token": token, "type": kind},
                    files={"media": (name, content, media_type)},
                )
            )
            return answered_in_the_old_way(response)

        return str((await self._with_token(attempt)).get("media_id", ""))

    async def by_session(self, session: str, body: Json) -> None:
        """Answer in the chat that `session`, the query of a session webhook, belongs to."""
        url = f"{self._settings.old_api}/robot/sendBySession?{session}"
        answered_in_the_old_way(await self._sent("POST", url, body))

    async def fetch(self, url: httpx.URL, most: int) -> bytes:
        """A file of at most so many bytes, from another server, which is told nothing of us."""
        try:
            async with self._http.stream("GET", url) as response:
                if response.is_redirect or response.is_client_error:
                    raise PermanentError(f"the file is gone: {response.status_code}")
                if not response.is_success:
                    raise TransientError(f"the file was answered with {response.status_code}")
                return await _content(response, most)
        except httpx.HTTPError as error:
            raise TransientError(type(error).__name__) from None

    def _new(self, path: str) -> str:
        return f"{self._settings.api}{path}"

    async def _with_token(self, attempt: Callable[[str], Awaitable[T]]) -> T:
        """With another token when the first one is refused."""
        token = await self.token()
        try:
            return await attempt(token)
        except TokenRefused:
            return await attempt(await self.token(instead_of=token))

    async def _new_token(self) -> tuple[str, float]:
        settings = self._settings
        credentials = {
            "appKey": settings.client_id, "appSecret": settings.client_secret.get_secret_value()
        }  # fmt: skip
        try:
            data = answered(
                await self._sent("POST", self._new("/v1.0/oauth2/accessToken"), credentials)
            )
        except PermanentError as error:
            raise TokenRefused(str(error)) from None
        except TransientError as error:
            # Nothing else was done yet.
            raise NotDelivered(f"no access token: {error}") from None
        token, seconds = data.get("accessToken"), data.get("expireIn")
        if not isinstance(token, str) or not token or not isinstance(seconds, int):
            raise NotDelivered("an answer without an access token")
        return token, time.monotonic() + max(seconds - _EARLIER_SECONDS, seconds / 2)

    async def _sent(
        self, method: str, url: str, body: Json, *, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self._guarded(self._http.request(method, url, json=body, headers=headers))

    async def _guarded(self, call: Awaitable[httpx.Response]) -> httpx.Response:
        try:
            return await call
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _ours(error) from None


def _ours(error: httpx.HTTPError | httpx.InvalidURL) -> AppError:
    if isinstance(error, httpx.InvalidURL):
        return PermanentError("an address that is none")
    return of_transport(error)


async def _content(response: httpx.Response, most: int) -> bytes:
    content = bytearray()
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > most:
            raise PermanentError("the file is too large")
    return bytes(content)
