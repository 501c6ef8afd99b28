"""WeCom's interfaces that want an access token: one client per secret."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeVar

import httpx

from bot.channels.wecom.errors import Refused, fetching, without_effect
from bot.channels.wecom.http import Json, Media, ask, fetch, open_http
from bot.errors import NotDelivered
from config.errors import PermanentError

# Bytes that WeCom takes of each kind of file.
MEDIA_LIMITS = {
    "image": 10_000_000, "voice": 2_000_000, "video": 10_000_000, "file": 20_000_000
}  # fmt: skip
_LEAST_MEDIA = 6
_MOST_FETCHED = 20_000_000
_TOKEN_REFUSED = (40014, 41001, 42001)
# A token is not used in its last minutes.
_MARGIN_SECONDS = 300.0

T = TypeVar("T")


class WecomApi:
    """`api` is the base URL. Connections are closed by `async with`, which may be entered again.
    Nothing that is raised, logged or shown holds the token or the secret.

    Every call raises NotDelivered (it surely was not done; again may help), Busy (wait first),
    Refused (never; with its code) or TransientError (nobody knows)."""

    def __init__(self, api: str, corp_id: str, secret: str) -> None:
        self._api = api
        self._http = open_http(api)
        self._tokens = _Tokens({"corpid": corp_id, "corpsecret": secret})

    async def __aenter__(self) -> Self:
        if self._http.is_closed:
            self._http = open_http(self._api)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._http.aclose()

    async def call(
        self,
        method: str,
        path: str,
        json: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Json:
        """`path` stands behind /cgi-bin/, as in "message/send"."""

        async def once(token: str) -> Json:
            asked = {**(query or {}), "access_token": token}
            return await ask(self._http, method, f"/cgi-bin/{path}", asked, json=json)

        return await self._with_token(once)

    async def upload(self, kind: str, name: str, content: bytes) -> str:
        """The id of the file, for three days; `kind` is one of MEDIA_LIMITS. Raises PermanentError
        when WeCom takes no file of this size."""
        if not _LEAST_MEDIA <= len(content) <= MEDIA_LIMITS[kind]:
            raise PermanentError(f"WeCom takes no {kind} of {len(content)} bytes")
        files = {"media": (name, content)}

        async def once(token: str) -> Json:
            asked = {"access_token": token, "type": kind}
            return await ask(self._http, "POST", "/cgi-bin/media/upload", asked, files=files)

        with without_effect():
            return str((await self._with_token(once)).get("media_id", ""))

    async def download(self, media_id: str) -> Media:
        """A file that somebody sent. Raises TransientError, or PermanentError when it is gone or
        too large."""

        async def once(token: str) -> Media:
            asked = {"access_token": token, "media_id": media_id}
            return await fetch(self._http, "/cgi-bin/media/get", asked, _MOST_FETCHED)

        with fetching():
            return await self._with_token(once)

    async def _with_token(self, once: Callable[[str], Awaitable[T]]) -> T:
        """Once more with a new token when this one died early."""
        token = await self._tokens.get(self._http)
        try:
            return await once(token)
        except Refused as error:
            if error.code not in _TOKEN_REFUSED:
                raise
        token = await self._tokens.get(self._http, instead_of=token)
        try:
            return await once(token)
        except Refused as error:
            if error.code not in _TOKEN_REFUSED:
                raise
            raise NotDelivered(f"a new token was refused: {error}") from None


class _Tokens:
    """The token in use. Of many who need a new one, one asks and the others wait for it."""

    def __init__(self, asked: Mapping[str, str]) -> None:
        self._asked = asked
        self._token = ""
        self._until = 0.0
        self._lock = asyncio.Lock()

    async def get(self, http: httpx.AsyncClient, instead_of: str | None = None) -> str:
        """One that is not `instead_of`, unless WeCom gives the same again."""
        async with self._lock:
            if self._token in ("", instead_of) or time.monotonic() >= self._until:
                with without_effect():
                    answer = await ask(http, "GET", "/cgi-bin/gettoken", self._asked)
                self._token = str(answer.get("access_token", ""))
                self._until = time.monotonic() + _usable(answer.get("expires_in"))
            return self._token


def _usable(life: object) -> float:
    """For how many seconds a token that lives so long is used."""
    seconds = life if isinstance(life, int) else 0
    return max(seconds - _MARGIN_SECONDS, seconds / 2)
