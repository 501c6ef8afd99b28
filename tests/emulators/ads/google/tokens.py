"""Google's token endpoint: an hour of access for a refresh token."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count

from tests.emulators.ads.google.failures import GoogleAdsError
from tests.emulators.telegram.wire import Answer
from tests.fakes.clock import FakeClock

CLIENT_ID, CLIENT_SECRET = "client.apps.example", "secret-of-the-app"
_LIFE = timedelta(hours=1)


class Tokens:
    """`grants` are the refresh tokens and their accounts; `asked` counts good requests, `down`
    makes the next ones fail with 503."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._access: dict[str, tuple[str, datetime]] = {}
        self.grants: dict[str, str] = {}
        self.asked = 0
        self.down = 0

    def grant_of(self, token: str) -> str:
        """Whose token it is; raises GoogleAdsError when it is nobody's or too old."""
        refresh, until = self._access.get(token, ("", self._clock.now()))
        if refresh not in self.grants:
            raise GoogleAdsError(("authentication_error.OAUTH_TOKEN_INVALID", ""))
        if until <= self._clock.now():
            raise GoogleAdsError(("authentication_error.OAUTH_TOKEN_EXPIRED", ""))
        return self.grants[refresh]

    def answer(self, form: Mapping[str, str]) -> Answer:
        if self.down:
            self.down -= 1
            return Answer(503, b"", b"text/html")
        client = (form.get("client_id"), form.get("client_secret"))
        if client != (CLIENT_ID, CLIENT_SECRET):
            return _refused(401, "invalid_client")
        if form.get("grant_type") != "refresh_token":
            return _refused(400, "unsupported_grant_type")
        refresh = form.get("refresh_token")
        if refresh is None:
            return _refused(400, "invalid_request")
        if refresh not in self.grants:
            return _refused(400, "invalid_grant")
        token = f"ya29.access-{next(self._numbers)}"
        self._access[token] = (refresh, self._clock.now() + _LIFE)
        self.asked += 1
        body = {"access_token": token, "expires_in": int(_LIFE.total_seconds()),
                "scope": "https://www.googleapis.com/auth/adwords", "token_type": "Bearer"}  # fmt: skip
        return Answer(200, json.dumps(body).encode())

    def revoke(self, refresh_token: str) -> None:
        """The person takes the permission back: tokens that were given out are worth nothing."""
        self.grants.pop(refresh_token)

    def forget_access(self) -> None:
        """All access tokens end early, as after a change of a password; refresh tokens hold."""
        self._access.clear()


def _refused(status: int, error: str) -> Answer:
    return Answer(status, json.dumps({"error": error, "error_description": error}).encode())
