"""DingTalk's refusals as ours: what surely was not taken, what never will be, what is in doubt."""

import json
import re
from http import HTTPStatus
from typing import Any

import httpx

from bot.errors import Busy, Closed, NotDelivered
from config.errors import AppError, PermanentError, TransientError

Json = dict[str, Any]

_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_BANNED = re.compile(rb"status\W{0,4}1111\b")
_BANNED_SECONDS = 300.0
_ONE_SECOND, _A_MINUTE, _AN_HOUR = 1.0, 60.0, 3_600.0
# A custom robot that sent too much is not listened to for so long.
_ROBOT_SECONDS = 600.0
_MOST_SAID = 300

# Codes of the old API.
_LIMITS = {-1: _ONE_SECOND, 88: _A_MINUTE, 90018: _A_MINUTE, 90002: _A_MINUTE, 90030: _A_MINUTE,
           130101: _ROBOT_SECONDS}  # fmt: skip
_TOKENS = (40014, 42001)
_SECURITY, _NO_ROBOT = 310000, 300001


class TokenRefused(NotDelivered):
    """A new access token may help."""


class Forbidden(PermanentError):
    """The app was not given the `scopes` that this needs."""

    def __init__(self, message: str, *, scopes: tuple[str, ...]) -> None:
        super().__init__(message)
        self.scopes = scopes


class RobotRefused(PermanentError):
    """A custom robot is not known, or its security settings are against it."""


def of_transport(error: httpx.HTTPError) -> AppError:
    """Their own words may hold an address, and so a secret."""
    if isinstance(error, _NOT_CONNECTED):
        return NotDelivered("DingTalk cannot be reached")
    return TransientError(type(error).__name__)


def answered(response: httpx.Response) -> Json:
    """What the new API returned; raises what became of the call when it refused."""
    data = _json(response)
    if response.is_success and data is not None:
        return data
    raise _refused(response.status_code, data)


def answered_in_the_old_way(response: httpx.Response) -> Json:
    """The same for the old API, whose refusals come with 200."""
    data = _json(response)
    if data is None or not response.is_success:
        raise _refused(response.status_code, data)
    code, said = data.get("errcode"), str(data.get("errmsg", ""))[:_MOST_SAID]
    if code == 0:
        return data
    if not isinstance(code, int):
        raise TransientError("an answer without errcode")
    raise _by_code(code, f"{code}: {said}")


def _by_code(code: int, said: str) -> AppError:
    if code in _LIMITS:
        return Busy(said, seconds=_LIMITS[code])
    if code in _TOKENS:
        return TokenRefused(said)
    if code == _SECURITY:
        return RobotRefused(f"the robot's security settings refused it: {said}")
    if code == _NO_ROBOT:
        return RobotRefused(f"there is no robot with this access token: {said}")
    return PermanentError(said)


def _json(response: httpx.Response) -> Json | None:
    """None when it is no JSON object. Raises Busy when our address is banned for a while, which
    is said in any form."""
    if _BANNED.search(response.content[:4_096]):
        raise Busy("DingTalk has banned this address for calling too much", seconds=_BANNED_SECONDS)
    try:
        data = json.loads(response.content)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _refused(status: int, data: Json | None) -> AppError:
    code = str((data or {}).get("code", ""))[:_MOST_SAID]
    said = f"{status} {code} {str((data or {}).get('message', ''))[:_MOST_SAID]}".strip()
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status < HTTPStatus.BAD_REQUEST:
        return TransientError(said)
    if status == HTTPStatus.UNAUTHORIZED:
        return TokenRefused(said)
    if status == HTTPStatus.TOO_MANY_REQUESTS or "QpsLimit" in code:
        return Busy(said, seconds=_ONE_SECOND)
    if "quota" in code.lower():
        return Busy(said, seconds=_AN_HOUR)
    if code.endswith("AccessTokenPermissionDenied"):
        scopes = _scopes(data or {})
        return Forbidden(f"the app lacks the permission {', '.join(scopes) or said}", scopes=scopes)
    if code.startswith(("invalidParameter.userIds.invalid", "invalidParameter.openConversationId")):
        return Closed(said)
    return PermanentError(said)


def _scopes(data: Json) -> tuple[str, ...]:
    detail = data.get("accessdenieddetail")
    scopes = detail.get("requiredScopes") if isinstance(detail, dict) else None
    return tuple(str(each)[:80] for each in scopes) if isinstance(scopes, list) else ()
