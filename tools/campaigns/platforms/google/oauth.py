"""Access tokens for an hour, from the refresh token of the person who connected the account."""

import asyncio
from datetime import datetime, timedelta

import httpx

from config.clock import Clock
from config.platforms import GoogleAdsSettings
from tools.campaigns.platforms.errors import ErrorCode, PlatformError, platform_error
from tools.campaigns.platforms.http import PlatformHttp

_EARLY = timedelta(minutes=1)
# The grant is gone: somebody has to sign in again. Everything else is our app's own fault.
_EXPIRED = frozenset({"invalid_grant"})


class AccessTokens:
    def __init__(self, settings: GoogleAdsSettings, http: PlatformHttp, clock: Clock) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self._until: datetime | None = None

    async def current(self, *, refused: str | None = None) -> str:
        """A token that holds for a minute at least, and is not the `refused` one.

        Raises PlatformRefused (6001 when the refresh token is dead) and PlatformUnavailable.
        """
        async with self._lock:
            good = self._until is not None and self._clock.now() < self._until
            if self._token is None or not good or self._token == refused:
                self._token = await self._refresh()
            return self._token

    async def _refresh(self) -> str:
        asked_at = self._clock.now()
        response = await self._http.request(
            "POST", self._settings.token_url, endpoint="oauth2/token",
            form={
                "grant_type": "refresh_token",
                "client_id": self._settings.client_id,
                "client_secret": self._settings.client_secret.get_secret_value(),
                "refresh_token": self._settings.refresh_token.get_secret_value(),
            },
        )  # fmt: skip
        if not response.is_success:
            raise _refusal(response)
        try:
            body = response.json()
            token, seconds = str(body["access_token"]), int(body["expires_in"])
        except (ValueError, KeyError, TypeError) as error:
            raise platform_error(
                ErrorCode.SERVICE_UNAVAILABLE, "google", detail="an unreadable token answer"
            ) from error
        self._until = asked_at + timedelta(seconds=seconds) - _EARLY
        return token


def _refusal(response: httpx.Response) -> PlatformError:
    try:
        said = str(response.json()["error"])
    except (ValueError, KeyError, TypeError):
        said = ""
    if response.status_code >= 500:
        code = ErrorCode.SERVICE_UNAVAILABLE
    elif response.status_code == 429:
        code = ErrorCode.RATE_LIMIT_EXCEEDED
    elif said in _EXPIRED:
        code = ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED
    else:
        code = ErrorCode.AUTH_FAILED
    return platform_error(code, "google", detail=f"oauth2/token: {said}").said(said or None, None)
