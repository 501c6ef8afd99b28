"""Links in formatted text: what Telegram takes for one, and how it writes it."""

import re
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

_USER = re.compile(r"tg://user/?\?id=(\d+)", re.IGNORECASE)
_SCHEMES = ("http", "https", "tg", "ton")


def link_entity(url: str) -> Json | None:
    """The kind of the entity and what it points to; None when the URL is none."""
    if user := _USER.fullmatch(url):
        person = {"id": int(user[1]), "is_bot": False, "first_name": f"User {user[1]}"}
        return {"type": "text_mention", "user": person}
    checked = _checked(url)
    return {"type": "text_link", "url": checked} if checked else None


def link_fault(url: str) -> str:
    """Why Telegram refuses a URL; empty when it does not."""
    return _check(url)[1]


def _checked(url: str) -> str:
    return _check(url)[0]


def _check(url: str) -> tuple[str, str]:
    """With a scheme, and a slash after a bare host; or the reason why it is none."""
    url = url.strip()
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host = parts.hostname or ""
    except ValueError:
        return "", "Wrong HTTP URL"
    if not host:
        return "", "URL host is empty"
    if parts.scheme not in _SCHEMES:
        return "", "Unsupported URL protocol"
    if parts.scheme in ("tg", "ton"):
        return url, ""
    if re.search(r"\s", url) or not re.fullmatch(r"[^.]+(\.[^.]+)+", host):
        return "", "Wrong HTTP URL"
    bare = not parts.path and not parts.query and not parts.fragment
    return parts.geturl() + ("/" if bare else ""), ""
