"""What WeCom's HTTP interfaces refuse, as our errors. Matched on the code: its words change."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from bot.errors import Busy, NotDelivered
from config.errors import AppError, PermanentError, TransientError

_BUSY, _CONCURRENT, _TOO_OFTEN, _WRONG_ADDRESS = -1, 45033, 45009, 60020
# WeCom blocks for a minute who called too often.
_BLOCKED_SECONDS = 60.0
_NOT_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_ADVICE = {
    40001: "the secret is wrong",
    40013: "the corp id is wrong",
    40056: "the agent id is wrong, or of another app than the secret",
    48002: "the app has no right to this interface",
    60011: "the app has no right to this member or department",
    93000: "the key of the robot's webhook is wrong, or the robot was deleted",
    93004: "the robot is switched off, or was removed from its group",
    301002: "the app has no right to do this: see its permissions and who may use it",
}
_ADDRESS = re.compile(r"from ip: ([\da-fA-F.:]+)")
# What follows is the same for all errors, and no help.
_HINT = re.compile(r",? *(?:hint: \[|more info at).*", re.DOTALL)
_MOST_LETTERS = 200


class Refused(PermanentError):
    """WeCom said no, with this code."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"WeCom {code}: {said}")
        self.code = code


def refusal(code: int, said: str) -> AppError:
    """What an `errcode` that is not 0 means for the call."""
    words = f"WeCom {code}: {_words(said)}"
    match code:
        case _ if code in (_BUSY, _CONCURRENT):
            return NotDelivered(words)
        case _ if code == _TOO_OFTEN:
            return Busy(words, seconds=_BLOCKED_SECONDS)
        case _ if code == _WRONG_ADDRESS:
            return Refused(code, _wrong_address(said))
        case _:
            return Refused(code, _ADVICE.get(code) or _words(said))


def checked(answer: Any) -> dict[str, Any]:
    """The answer when its errcode is 0; raises what `refusal` says when it is not, TransientError
    when it is no answer of WeCom's."""
    code = answer.get("errcode") if isinstance(answer, dict) else None
    if not isinstance(code, int) or isinstance(code, bool):
        raise TransientError("WeCom: an answer that cannot be read")
    if code:
        raise refusal(code, str(answer.get("errmsg", "")))
    return dict(answer)


@contextmanager
def reaching() -> Iterator[None]:
    """Raise NotDelivered when the call surely was not made, TransientError when it may have been.
    httpx's own words hold the address, and so the token."""
    try:
        yield
    except _NOT_CONNECTED:
        raise NotDelivered("WeCom cannot be reached") from None
    except httpx.HTTPError as error:
        raise TransientError(f"WeCom: {type(error).__name__}") from None


@contextmanager
def without_effect() -> Iterator[None]:
    """For a call that nobody sees: to make it again is safe, however it failed."""
    try:
        yield
    except TransientError as error:
        raise NotDelivered(str(error)) from None


@contextmanager
def fetching() -> Iterator[None]:
    """Raise TransientError for what may come when it is asked for again."""
    try:
        yield
    except NotDelivered as error:
        raise TransientError(str(error)) from None


def _wrong_address(said: str) -> str:
    found = _ADDRESS.search(said)
    ours = f"this server's address {found[1]}" if found else "this server's address"
    return f"calls from {ours} are refused: add it to the app's trusted addresses (企业可信IP)"


def _words(said: str) -> str:
    return _HINT.sub("", said)[:_MOST_LETTERS]
