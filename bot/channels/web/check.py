"""The doctor's look at the chat page: does it come to the outside as it is meant to."""

import httpx

from bot.findings import Finding
from config.channels import WebSettings

_PART = "web chat page"
_TIMEOUT_SECONDS = 8.0


async def check_web(settings: WebSettings, *, alone: bool) -> list[Finding]:
    """`alone` says that no HuoKe serves the page now."""
    sites = ", ".join(settings.allowed_origins) or "no other site"
    if settings.public_url is None:
        return [_local(settings, sites)]
    if not settings.public_url.endswith("/"):
        return [
            Finding(
                part=_PART, fine=False, seen=settings.public_url,
                advice="WEB__PUBLIC_URL ends with the page's path and a slash, such as /web/",
            )
        ]  # fmt: skip
    if alone:
        return [Finding(part=_PART, fine=True, seen=f"{settings.public_url}, shown in {sites}")]
    return [await _fetched(settings.public_url, sites)]


def _local(settings: WebSettings, sites: str) -> Finding:
    if settings.allowed_origins:
        return Finding(
            part=_PART, fine=False, seen=f"shown in {sites}, and no address is known",
            advice="set WEB__PUBLIC_URL, such as https://chat.example.com/web/",
        )  # fmt: skip
    return Finding(part=_PART, fine=True, seen="at /web/ of the HTTP port, for this machine")


async def _fetched(url: str, sites: str) -> Finding:
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as http:
            answer = await http.get(url)
    except (httpx.HTTPError, OSError, ValueError) as error:
        return Finding(
            part=_PART, fine=False, seen=f"{url}: {type(error).__name__}",
            advice="check the proxy's address and certificate, and that it passes /web/ on to us",
        )  # fmt: skip
    if answer.status_code != 200 or "frame-ancestors" not in answer.headers.get(
        "content-security-policy", ""
    ):
        return Finding(
            part=_PART, fine=False, seen=f"{url} answers {answer.status_code}, and not as our page",
            advice="the proxy has to pass /web/ and all below it on, headers unchanged",
        )  # fmt: skip
    return Finding(part=_PART, fine=True, seen=f"{url}, shown in {sites}")
