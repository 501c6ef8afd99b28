"""DingTalk's signature: of posts in HTTP mode, and of a custom robot's messages."""

import base64
import hashlib
import hmac


def signature(timestamp: str, secret: str) -> str:
    """`timestamp` in milliseconds."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()
