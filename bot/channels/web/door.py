"""Who may come in, and how often."""

from collections.abc import Mapping
from ipaddress import ip_address
from math import ceil
from urllib.parse import urlsplit

from bot.channels.base import Pace, PageAnswer, PageCall
from bot.channels.web.signing import Signer
from bot.pacing import Pacer
from config.channels import WebSettings

COOKIE = "huoke_visitor"
_BEARER = "bearer "
_COOKIE_SECONDS = 365 * 86_400
_MINUTE, _HOUR = 60.0, 3_600.0


class Door:
    def __init__(self, settings: WebSettings, signer: Signer, pacer: Pacer) -> None:
        self._settings = settings
        self._signer = signer
        self._pacer = pacer

    def visitor(self, call: PageCall) -> str | None:
        """By the pass that the page inside another site sends, or else by the cookie."""
        said = call.headers.get("authorization", "")
        if said:
            is_pass = said.lower().startswith(_BEARER)
            return self._signer.visitor_of(said[len(_BEARER) :]) if is_pass else None
        shown = cookies_of(call.headers.get("cookie", "")).get(COOKIE)
        return self._signer.visitor_of(shown) if shown else None

    def cookie(self, visitor: str) -> str:
        """The header that makes the browser keep who it is."""
        path = urlsplit(self._settings.public_url or "/web/").path.rstrip("/") or "/"
        secure = "; Secure" if (self._settings.public_url or "").startswith("https:") else ""
        return (
            f"{COOKIE}={self._signer.pass_of(visitor)}; Path={path}; Max-Age={_COOKIE_SECONDS}; "
            f"HttpOnly; SameSite=Strict{secure}"
        )

    def foreign(self, call: PageCall) -> bool:
        """Whether a page of another site asks. Browsers say where a post comes from; who says
        nothing is no browser, or one that hides something."""
        origin = call.headers.get("origin")
        if origin is None:
            same = call.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
            return call.method != "GET" or not same
        public = self._settings.public_url
        if public is not None:
            ours = urlsplit(public)
            return origin.lower() != f"{ours.scheme}://{ours.netloc}".lower()
        asked = urlsplit(origin)
        return asked.scheme not in ("http", "https") or asked.netloc != call.headers.get("host")

    def address(self, call: PageCall) -> str:
        """Of the visitor. What somebody says about himself counts as far as our own proxies say
        it. An IPv6 customer has a whole network, which counts as one."""
        trusted = self._settings.trusted_proxies
        said = call.headers.get("x-forwarded-for", "").split(",") if trusted else []
        far = said[-trusted].strip() if len(said) >= trusted > 0 else call.peer
        try:
            found = ip_address(far)
        except ValueError:
            return call.peer
        if found.version == 6 and found.ipv4_mapped is None:
            return ":".join(found.exploded.split(":")[:4])
        return str(found)

    async def may_begin(self, call: PageCall) -> PageAnswer | None:
        """Whether another visitor may come from there; else what to answer."""
        limit = Pace(count=self._settings.limits.visitors, seconds=_HOUR)
        return await self._paced({f"web:new:{self.address(call)}": limit})

    async def may_say(self, call: PageCall, visitor: str) -> PageAnswer | None:
        return await self._counted(call, visitor, "messages", self._settings.limits.messages)

    async def may_upload(self, call: PageCall, visitor: str) -> PageAnswer | None:
        return await self._counted(call, visitor, "files", self._settings.limits.files)

    async def _counted(
        self, call: PageCall, visitor: str, what: str, most: int
    ) -> PageAnswer | None:
        every = self._settings.limits.address
        return await self._paced(
            {
                f"web:{what}:{visitor}": Pace(count=most, seconds=_MINUTE),
                f"web:address:{self.address(call)}": Pace(count=every, seconds=_MINUTE),
            }
        )

    async def _paced(self, paces: Mapping[str, Pace]) -> PageAnswer | None:
        wait = await self._pacer.take(paces)
        if wait <= 0:
            return None
        return PageAnswer(status=429, headers={"retry-after": str(ceil(wait))})


def cookies_of(header: str) -> dict[str, str]:
    """Of several with one name the first: browsers send the one of the longest path first."""
    found: dict[str, str] = {}
    for pair in header.split(";"):
        name, _, value = pair.strip().partition("=")
        found.setdefault(name, value)
    return found
