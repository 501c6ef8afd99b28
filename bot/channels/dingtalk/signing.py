"""DingTalk's signature: over the time alone, so it says who calls and not what they say."""

import base64
import hashlib
import hmac
from datetime import timedelta

_LONGEST_SKEW = timedelta(hours=1)


def signature(secret: str, timestamp: str) -> str:
    """`timestamp` in milliseconds; the same for calls to us and for custom robots."""
    digest = hmac.digest(
        secret.encode(), f"{timestamp}\n{secret}".encode("utf-8", "replace"), hashlib.sha256
    )
    return base64.b64encode(digest).decode()


def is_signed(secret: str, timestamp: str, signed: str, now: float) -> bool:
    """`now` in seconds."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 16):
        return False
    wanted = signature(secret, timestamp).encode()
    if not hmac.compare_digest(signed.encode("utf-8", "replace"), wanted):
        return False
    return abs(int(timestamp) / 1000 - now) <= _LONGEST_SKEW.total_seconds()
