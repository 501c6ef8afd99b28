"""Web pages by their links. A link may come from anybody, so it must not lead into the company's
own network: names are looked up here, and only addresses that were checked are connected to."""

import asyncio
import html
import re
import ssl
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from urllib.robotparser import RobotFileParser

import httpx

from tools.knowledge.reaching import (
    IPAddress,
    Resolver,
    Unfetchable,
    addresses_of,
    checked,
    is_public,
    resolve_by_system,
)

USER_AGENT = "HuoKeBot/1.0 (reads single pages that a person asked it to read)"
MOST_BYTES = 20_000_000
_ROBOTS_BYTES = 500_000
_SECONDS, _CONNECT_SECONDS = 30, 5
_REDIRECTS, _ADDRESSES = 5, 3
_MOVED = (301, 302, 303, 307, 308)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_TYPES = frozenset(
    ("text/html", "application/xhtml+xml", "text/plain", "text/markdown", "text/csv",
     "application/pdf", f"{_OFFICE}.wordprocessingml.document", f"{_OFFICE}.spreadsheetml.sheet",
     "application/octet-stream", "binary/octet-stream", "")
)  # fmt: skip
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{1,1000})</title>", re.IGNORECASE)
_TITLE_WITHIN, _TITLE_LETTERS = 100_000, 200
_CHARSET = re.compile(r"charset=[\"']?([\w-]{1,30})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`url` is where the redirects led; `media_type` may name a charset; `title` may be empty."""

    content: bytes
    media_type: str
    url: str
    title: str


async def fetch(
    url: str,
    *,
    allowed: Callable[[IPAddress], bool] = is_public,
    resolve: Resolver = resolve_by_system,
    tls: ssl.SSLContext | None = None,
    seconds: float = _SECONDS,
) -> Page:
    """Raises Unfetchable, which says what to do about it. `allowed`, `resolve` and `tls` are for
    tests, whose servers are on loopback."""
    web = _Web(allowed, resolve, tls or _trusted())
    try:
        async with asyncio.timeout(seconds):
            return await web.page(url)
    except (TimeoutError, httpx.TimeoutException):
        raise Unfetchable("too_slow", url) from None


@dataclass(frozen=True, slots=True)
class _Answer:
    """`moved_to` is set when the page is elsewhere, and there is no content then."""

    status: int
    media_type: str
    content: bytes
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class _Web:
    allowed: Callable[[IPAddress], bool]
    resolve: Resolver
    tls: ssl.SSLContext
    robots: dict[str, RobotFileParser] = field(default_factory=dict)

    async def page(self, url: str) -> Page:
        for _ in range(_REDIRECTS + 1):
            at = checked(url)
            if not (await self._robots(at)).can_fetch(USER_AGENT, str(at)):
                raise Unfetchable("robots", str(at))
            answer = await self._get(at, MOST_BYTES)
            if answer.moved_to:
                url = answer.moved_to
            elif answer.status != 200:
                raise Unfetchable("status", str(at), status=answer.status)
            else:
                return _page(at, answer)
        raise Unfetchable("too_many_redirects", url)

    async def _robots(self, at: httpx.URL) -> RobotFileParser:
        """What the site lets robots read (RFC 9309): everything when it has no such file, nothing
        while it cannot say. Raises Unfetchable."""
        origin = str(at.copy_with(path="/robots.txt", query=None, fragment=None))
        if origin not in self.robots:
            rules = RobotFileParser()
            rules.parse(await self._rules(origin))
            self.robots[origin] = rules
        return self.robots[origin]

    async def _rules(self, url: str) -> list[str]:
        for _ in range(_REDIRECTS + 1):
            at = checked(url)
            answer = await self._get(at, _ROBOTS_BYTES, cut=True)
            if answer.status >= 500:
                raise Unfetchable("status", str(at), status=answer.status)
            if not answer.moved_to:
                found = answer.status == 200
                return answer.content.decode(errors="replace").splitlines() if found else []
            url = answer.moved_to
        return []

    async def _get(self, url: httpx.URL, most: int, *, cut: bool = False) -> _Answer:
        addresses = await addresses_of(url, self.allowed, self.resolve)
        for address in addresses[:_ADDRESSES]:
            try:
                async with self._asked(url, address) as response:
                    return await _answer(url, response, most, cut=cut)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                if _is_about_trust(error):
                    raise Unfetchable("certificate", str(url)) from error
            except (httpx.NetworkError, httpx.ProtocolError) as error:
                raise Unfetchable("unreachable", str(url)) from error
        raise Unfetchable("unreachable", str(url))

    @asynccontextmanager
    async def _asked(self, url: httpx.URL, address: IPAddress) -> AsyncIterator[httpx.Response]:
        """The name stays in Host and in the certificate; the connection goes to the address. A
        client for each request keeps neither cookies nor connections."""
        pinned = url.copy_with(host=str(address))
        headers = {
            "Host": url.netloc.decode("ascii"), "User-Agent": USER_AGENT,
            "Accept": "text/html,*/*;q=0.5", "Accept-Encoding": "gzip", "Connection": "close",
        }  # fmt: skip
        async with (
            httpx.AsyncClient(
                verify=self.tls, trust_env=False, headers=headers,
                timeout=httpx.Timeout(_SECONDS, connect=_CONNECT_SECONDS),
            ) as client,
            client.stream(
                "GET", pinned, extensions={"sni_hostname": url.raw_host.decode("ascii")}
            ) as response,
        ):  # fmt: skip
            yield response


async def _answer(url: httpx.URL, response: httpx.Response, most: int, *, cut: bool) -> _Answer:
    """Raises Unfetchable when it is too large or of no use; with `cut`, takes its beginning."""
    if response.status_code in _MOVED and "location" in response.headers:
        moved_to = str(url.join(response.headers["location"]))
        return _Answer(response.status_code, "", b"", moved_to)
    if response.status_code != 200:
        return _Answer(response.status_code, "", b"")
    media_type = response.headers.get("content-type", "")
    if not cut and media_type.partition(";")[0].strip().lower() not in _TYPES:
        raise Unfetchable("media_type", str(url), kind=media_type[:60])
    content = bytearray()
    async for part in _unpacked(url, response, most):
        content += part
        if len(content) > most and not cut:
            raise Unfetchable("too_large", str(url), megabytes=most // 1_000_000)
        if len(content) > most:
            break
    return _Answer(response.status_code, media_type, bytes(content[:most]))


async def _unpacked(url: httpx.URL, response: httpx.Response, most: int) -> AsyncIterator[bytes]:
    """Unpacked here and not by the client, so that a small answer cannot become a huge one."""
    encoding = response.headers.get("content-encoding", "identity").lower()
    if encoding not in ("identity", "", "gzip", "x-gzip", "deflate"):
        raise Unfetchable("media_type", str(url), kind=encoding[:60])
    if encoding in ("identity", ""):
        async for part in response.aiter_raw():
            yield part
        return
    # 32: with the header of gzip or of zlib.
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        async for part in response.aiter_raw():
            yield unpacking.decompress(part, most + 1)
            if unpacking.unconsumed_tail:
                return
    except zlib.error:
        raise Unfetchable("unreachable", str(url)) from None


def _page(url: httpx.URL, answer: _Answer) -> Page:
    is_html = "html" in answer.media_type.lower()
    return Page(
        content=answer.content, media_type=answer.media_type, url=str(url),
        title=_title(answer) if is_html else "",
    )  # fmt: skip


def _title(answer: _Answer) -> str:
    start = answer.content[:_TITLE_WITHIN]
    found = _TITLE.search(start)
    if found is None:
        return ""
    named = _CHARSET.search(f"{answer.media_type} {start[:2_000].decode('ascii', 'replace')}")
    try:
        text = found[1].decode(named[1] if named else "utf-8")
    except (LookupError, UnicodeDecodeError):
        text = found[1].decode("gb18030", "replace")
    return " ".join(html.unescape(text).split())[:_TITLE_LETTERS]


def _is_about_trust(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


@cache
def _trusted() -> ssl.SSLContext:
    return httpx.create_ssl_context(trust_env=False)
