"""Links: what is read from real servers on loopback, and what nobody may be led to."""

import asyncio
import gzip
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest

from config.i18n import Language, say
from tests.builders.certificates import a_certificate
from tools.knowledge import fetching
from tools.knowledge.fetching import MOST_BYTES, USER_AGENT, Page, fetch
from tools.knowledge.reaching import IPAddress, Unfetchable, is_public

HTML = b"<html><head><title>Returns &amp; more</title></head><body>Seven days.</body></html>"
LOOPBACK, OTHER = "127.0.0.1", "127.0.0.2"


class Site:
    """Answers each path with what the test wrote, and keeps what it was asked."""

    def __init__(self) -> None:
        self.port = 0
        self.pages: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.heads: list[str] = []

    def has(self, path: str, body: bytes = HTML, *, status: int = 200, **headers: str) -> None:
        shown = {"Content-Type": "text/html", "Content-Length": str(len(body))}
        shown |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = "".join(f"{name}: {value}\r\n" for name, value in shown.items())
        self.pages[path] = f"HTTP/1.1 {status} Said\r\n{lines}\r\n".encode() + body

    def moves(self, path: str, to: str) -> None:
        self.has(path, b"", status=302, Location=to)

    def url(self, path: str = "/", host: str = "shop.test") -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            path = head.split(" ")[1]
            self.asked.append(path)
            self.heads.append(head)
            missing = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
            writer.write(self.pages.get(path, missing))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@asynccontextmanager
async def served(tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    site = Site()
    server = await asyncio.start_server(site.serve, LOOPBACK, 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    async with server:
        yield site
    await hung_up()


async def hung_up() -> None:
    """Every connection is at its end, also one that was accepted a moment ago."""
    while serving := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(serving)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with served() as opened:
        opened.has("/")
        yield opened


def on_loopback(address: IPAddress) -> bool:
    return str(address) == LOOPBACK


async def loopback(host: str, port: int) -> list[str]:
    """Every name is this machine; an address is what it says."""
    del port
    return [host] if host[0].isdigit() or ":" in host else [LOOPBACK]


async def get(url: str) -> Page:
    return await fetch(url, allowed=on_loopback, resolve=loopback)


async def refused(url: str) -> str:
    with pytest.raises(Unfetchable) as caught:
        await get(url)
    for language in Language:
        assert say(language, caught.value.key, **caught.value.values)
    return caught.value.why


async def test_a_page_comes_with_its_type_address_and_title(site: Site) -> None:
    page = await get(site.url("/"))
    assert page == Page(
        content=HTML, media_type="text/html", url=site.url("/"), title="Returns & more"
    )


async def test_the_server_is_told_its_name_and_who_asks_and_no_more(site: Site) -> None:
    await get(site.url("/"))
    lines = [line.split(": ", 1) for line in site.heads[-1].split("\r\n")[1:-2]]
    headers = {name.lower(): value for name, value in lines}
    assert headers["host"] == f"shop.test:{site.port}"
    assert headers["user-agent"] == USER_AGENT
    assert headers.keys() == {"host", "user-agent", "accept", "accept-encoding", "connection"}


async def test_redirects_are_followed_and_the_last_address_is_told(site: Site) -> None:
    site.moves("/old", "/newer")
    site.moves("/newer", site.url("/", host="www.shop.test"))
    assert (await get(site.url("/old"))).url == site.url("/", host="www.shop.test")


async def test_more_than_five_redirects_are_too_many(site: Site) -> None:
    for number in range(6):
        site.moves(f"/{number}", f"/{number + 1}")
    site.has("/6")
    assert (await get(site.url("/1"))).url == site.url("/6")
    assert await refused(site.url("/0")) == "too_many_redirects"


@pytest.mark.parametrize(
    "place",
    [
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://127.0.0.2:8080/",
    ],
)
async def test_a_redirect_to_a_forbidden_place_is_not_followed(site: Site, place: str) -> None:
    site.moves("/out", place)
    assert await refused(site.url("/out")) == "inner_address"
    assert site.asked[-1] == "/out"


@pytest.mark.parametrize(
    ("place", "why"),
    [("file:///etc/passwd", "bad_url"), ("http://a:b@shop.test/", "credentials"),
     ("gopher://shop.test/", "bad_url"), ("http://shop.test:22/", "port")],
)  # fmt: skip
async def test_redirects_keep_to_the_same_rules_as_links(site: Site, place: str, why: str) -> None:
    site.moves("/out", place)
    assert await refused(site.url("/out")) == why


async def test_a_robots_file_may_not_lead_to_a_forbidden_place_either(site: Site) -> None:
    site.moves("/robots.txt", "http://169.254.169.254/")
    assert await refused(site.url("/")) == "inner_address"
    assert site.asked == ["/robots.txt"]


async def test_a_name_that_changes_its_address_after_the_check_gains_nothing(site: Site) -> None:
    answers: Iterator[str] = iter([LOOPBACK, OTHER])

    async def rebinding(host: str, port: int) -> list[str]:
        return [next(answers)]

    with pytest.raises(Unfetchable) as caught:
        await fetch(site.url("/"), allowed=on_loopback, resolve=rebinding)
    assert caught.value.why == "inner_address"
    assert site.asked == ["/robots.txt"]


async def test_the_connection_goes_to_the_address_that_was_checked(site: Site) -> None:
    """The system itself knows no such name: only our own look-up can have led there."""
    checked: list[str] = []

    def remember(address: IPAddress) -> bool:
        checked.append(str(address))
        return True

    await fetch(site.url("/", host="nowhere.invalid"), allowed=remember, resolve=loopback)
    assert set(checked) == {LOOPBACK}


async def test_one_forbidden_address_among_others_spoils_the_name(site: Site) -> None:
    async def both(host: str, port: int) -> list[str]:
        return [LOOPBACK, OTHER]

    with pytest.raises(Unfetchable) as caught:
        await fetch(site.url("/"), allowed=on_loopback, resolve=both)
    assert caught.value.why == "inner_address"
    assert site.asked == []


async def test_the_next_address_is_tried_when_one_does_not_answer(site: Site) -> None:
    async def both(host: str, port: int) -> list[str]:
        return [OTHER, LOOPBACK]

    page = await fetch(site.url("/"), allowed=lambda _: True, resolve=both)
    assert page.content == HTML


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "0.0.0.0",
     "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "10.1.2.3", "192.168.1.1", "169.254.169.254"],
)  # fmt: skip
async def test_no_way_to_write_an_inner_address_gets_through(site: Site, host: str) -> None:
    with pytest.raises(Unfetchable) as caught:
        await fetch(site.url("/", host=host))
    assert caught.value.why in ("inner_address", "bad_url")
    assert site.asked == []


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254",
     "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1",
     "240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::ffff:8.8.8.8",
     "::ffff:127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "fec0::1",
     "ff02::1", "2002:7f00:1::", "2001:0:4136:e378::1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
     "64:ff9b:1::1", "2001:db8::1"],
)  # fmt: skip
def test_addresses_that_are_not_on_the_open_internet(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "223.5.5.5", "2606:4700::1111", "64:ff9b::808:808"])
def test_addresses_that_are(address: str) -> None:
    parsed: IPv4Address | IPv6Address = ip_address(address)
    assert is_public(parsed)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://shop.test/", "bad_url"), ("shop.test", "bad_url"), ("http://", "bad_url"),
        ("http://[::1", "bad_url"), ("http:///path", "bad_url"), ("https://a b/", "bad_url"),
        ("http://user:secret@shop.test/", "credentials"), ("http://user@shop.test/", "credentials"),
        ("http://shop.test:25/", "port"), ("http://shop.test:6379/", "port"),
        (f"http://shop.test/{'a' * 2_000}", "bad_url"),
    ],
)  # fmt: skip
async def test_links_that_are_not_followed(url: str, why: str) -> None:
    assert await refused(url) == why


async def test_a_password_in_a_link_is_not_said_again() -> None:
    with pytest.raises(Unfetchable) as caught:
        await get("http://user:secret@shop.test/")
    assert "secret" not in str(caught.value)


async def test_a_name_that_nobody_has_is_unknown() -> None:
    async def nobody(host: str, port: int) -> list[str]:
        raise OSError("not known")

    with pytest.raises(Unfetchable) as caught:
        await fetch("http://shop.test/", resolve=nobody)
    assert (caught.value.why, caught.value.values["host"]) == ("unknown_host", "shop.test")


@pytest.mark.parametrize(
    "rules", ["User-agent: *\nDisallow: /", "User-agent: HuoKeBot\nDisallow: /a"]
)
async def test_what_the_robots_file_forbids_is_not_read(site: Site, rules: str) -> None:
    site.has("/robots.txt", rules.encode(), Content_Type="text/plain")
    site.has("/a")
    assert await refused(site.url("/a")) == "robots"
    assert site.asked == ["/robots.txt"]


async def test_what_the_robots_file_allows_is_read(site: Site) -> None:
    site.has("/robots.txt", b"User-agent: *\nDisallow: /private", Content_Type="text/plain")
    assert (await get(site.url("/"))).content == HTML


async def test_a_site_that_cannot_say_what_robots_may_read_is_left_alone(site: Site) -> None:
    site.has("/robots.txt", status=503)
    assert await refused(site.url("/")) == "status"
    assert site.asked == ["/robots.txt"]


async def test_a_redirect_asks_the_robots_file_of_where_it_leads(site: Site) -> None:
    async with served() as other:
        other.has("/robots.txt", b"User-agent: *\nDisallow: /", Content_Type="text/plain")
        site.moves("/out", other.url("/page", host="other.test"))
        assert await refused(site.url("/out")) == "robots"
        assert other.asked == ["/robots.txt"]


@pytest.mark.parametrize("status", [401, 403, 404, 500, 204])
async def test_a_page_that_is_not_given_out_says_its_status(site: Site, status: int) -> None:
    site.has("/closed", status=status)
    assert await refused(site.url("/closed")) == "status"


@pytest.mark.parametrize("kind", ["image/png", "video/mp4", "application/zip", "text/javascript"])
async def test_other_contents_than_documents_are_not_read(site: Site, kind: str) -> None:
    site.has("/file", Content_Type=kind)
    assert await refused(site.url("/file")) == "media_type"


async def test_a_content_over_the_limit_is_not_read_to_its_end(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 1_000)
    site.has("/large", b"x" * 1_001, Content_Type="text/plain")
    assert await refused(site.url("/large")) == "too_large"


async def test_packed_contents_are_unpacked_up_to_the_limit(site: Site) -> None:
    site.has("/gzip", gzip.compress(HTML), Content_Encoding="gzip")
    site.has("/deflate", zlib.compress(HTML), Content_Encoding="deflate")
    site.has("/bomb", gzip.compress(b" " * (MOST_BYTES * 2)), Content_Encoding="gzip")
    assert (await get(site.url("/gzip"))).content == HTML
    assert (await get(site.url("/deflate"))).content == HTML
    assert await refused(site.url("/bomb")) == "too_large"


async def test_a_broken_packing_is_no_page(site: Site) -> None:
    site.has("/broken", b"not packed", Content_Encoding="gzip")
    assert await refused(site.url("/broken")) == "unreachable"


async def test_a_server_that_hangs_up_or_talks_nonsense_cannot_be_reached(site: Site) -> None:
    site.pages["/nonsense"] = b"\x00\x01\x02\r\n\r\n"
    site.pages["/short"] = (
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nContent-Type: text/html\r\n\r\nx"
    )
    assert await refused(site.url("/nonsense")) == "unreachable"
    assert await refused(site.url("/short")) == "unreachable"


async def test_a_closed_port_cannot_be_reached() -> None:
    async with served() as closed:
        url = closed.url("/")
    assert await refused(url) == "unreachable"


async def test_a_server_that_says_nothing_is_left_in_time() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(silent, LOOPBACK, 0)
    async with server:
        url = f"http://shop.test:{server.sockets[0].getsockname()[1]}/"
        with pytest.raises(Unfetchable) as caught:
            await fetch(url, allowed=on_loopback, resolve=loopback, seconds=0.05)
    await hung_up()
    assert caught.value.why == "too_slow"


async def test_over_tls_the_certificate_is_of_the_name_and_not_of_the_address(
    tmp_path: Path,
) -> None:
    server, client = a_certificate(tmp_path)
    async with served(server) as site:
        site.has("/")
        found = await fetch(
            f"https://localhost:{site.port}/", allowed=on_loopback, resolve=loopback, tls=client
        )
        assert found.content == HTML
        for url in (f"https://shop.test:{site.port}/", f"https://localhost:{site.port}/"):
            # Another name, and a certificate that nobody trusts.
            with pytest.raises(Unfetchable) as caught:
                await fetch(
                    url, allowed=on_loopback, resolve=loopback,
                    tls=client if "shop" in url else None,
                )  # fmt: skip
            assert caught.value.why == "certificate"


@pytest.mark.parametrize(
    ("content", "kind", "title"),
    [
        ("<title>退货</title>".encode("gbk"), "text/html; charset=gbk", "退货"),
        ("<meta charset=big5><title>退貨</title>".encode("big5"), "text/html", "退貨"),
        ("<title>退货</title>".encode("gb18030"), "text/html", "退货"),
        (b"<title>  two\n words </title>", "text/html", "two words"),
        (b"<p>none</p>", "text/html", ""),
        (b"<title>not a page</title>", "text/plain", ""),
    ],
)
async def test_titles_of_every_encoding(site: Site, content: bytes, kind: str, title: str) -> None:
    site.has("/titled", content, Content_Type=kind)
    assert (await get(site.url("/titled"))).title == title
