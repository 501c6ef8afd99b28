"""Which servers of the open internet a link may lead to, and at which of their addresses."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import TypeAlias

import httpx

from config.errors import InvalidInput

IPAddress: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]

_WEB_PORTS = (80, 443)
_FIRST_FREE_PORT = 1_024
# Not web servers, but made to answer bytes that a web client can be led to send; from the
# "bad ports" of the Fetch standard (fetch.spec.whatwg.org), and stores without a password.
_BAD_PORTS = frozenset(
    (1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667,
     6668, 6669, 6679, 6697, 10080, 11211)
)  # fmt: skip
# Public by its number, but answered by the host of a virtual machine at Azure.
_HOSTS_OF_CLOUDS = frozenset((IPv4Address("168.63.129.16"),))
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_NO_NAME = re.compile(r"[\s%@/\\]")
_MOST_LETTERS, _SHOWN_LETTERS = 2_000, 200


class Unfetchable(InvalidInput):
    """`why` is a key below knowledge.fetching."""

    def __init__(self, why: str, url: str, **values: object) -> None:
        super().__init__(f"knowledge.fetching.{why}", url=url[:_SHOWN_LETTERS], **values)
        self.why = why


def checked(url: str) -> httpx.URL:
    """What kinds of links are followed at all. Raises Unfetchable."""
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL:
        raise Unfetchable("bad_url", url) from None
    if parsed.userinfo:
        # Not shown again: it may be somebody's password.
        raise Unfetchable("credentials", parsed.host)
    known = parsed.scheme in ("http", "https") and parsed.host
    if not known or _NO_NAME.search(parsed.host) or len(url) > _MOST_LETTERS:
        raise Unfetchable("bad_url", url)
    if not _is_web(port_of(parsed)):
        raise Unfetchable("port", url, port=port_of(parsed))
    return parsed


def port_of(url: httpx.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _is_web(port: int) -> bool:
    return port in _WEB_PORTS or (port >= _FIRST_FREE_PORT and port not in _BAD_PORTS)


async def addresses_of(
    url: httpx.URL, allowed: Callable[[IPAddress], bool], resolve: Resolver
) -> list[IPAddress]:
    """All addresses of the server; one that is not allowed spoils the others, because a name that
    leads to inner and outer addresses at once is a trap. Raises Unfetchable."""
    try:
        found = await resolve(url.raw_host.decode("ascii").strip("[]"), port_of(url))
    except (OSError, UnicodeError):
        raise Unfetchable("unknown_host", str(url), host=url.host) from None
    addresses = [ipaddress.ip_address(each) for each in dict.fromkeys(found)]
    if not addresses:
        raise Unfetchable("unknown_host", str(url), host=url.host)
    if not all(map(allowed, addresses)):
        raise Unfetchable("inner_address", str(url))
    return addresses


async def resolve_by_system(host: str, port: int) -> list[str]:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


def is_public(address: IPAddress) -> bool:
    """Whether it is on the open internet, also behind the forms that carry an IPv4 address."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None or address.sixtofour or address.teredo:
            # Nobody publishes a page there.
            return False
        if address in _NAT64:
            return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
        if address.is_site_local or address.scope_id:
            return False
    return (
        address.is_global and not address.is_multicast and not address.is_reserved
        and address not in _HOSTS_OF_CLOUDS
    )  # fmt: skip
