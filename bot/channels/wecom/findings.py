"""What the doctor says of an integration whose settings WeCom refuses, or that it cannot reach."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from bot.channels.wecom.errors import Refused
from bot.findings import Finding


def refused(part: str, error: Refused, advice: Mapping[int, str]) -> Finding:
    """`advice` by the code of WeCom."""
    return Finding(
        part=part, fine=False, seen=str(error),
        advice=advice.get(error.code, "look the code up in WeCom's list of error codes"),
    )  # fmt: skip


def unreachable(part: str, api: str, setting: str, error: Exception) -> Finding:
    """`setting` holds the address that was called."""
    return Finding(
        part=part, fine=False, seen=f"{urlsplit(api).hostname}: {error}",
        advice=f"check the network (a proxy, or {setting} where WeCom has another address)",
    )  # fmt: skip
