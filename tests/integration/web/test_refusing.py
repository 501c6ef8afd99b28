"""What does not come from the page of a visitor of ours is refused, and harms nobody."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx

from bot.channels.web.door import COOKIE
from bot.channels.web.signing import Signer
from bot.messages import File
from config.channels import WebLimits
from tests.builders.web import GENEROUS, SECRET
from tests.integration.web.conftest import Serve

PICTURE = File(name="a.png", media_type="image/png", content=b"\x89PNG\r\n\x1a\n1234")


def forged_passes() -> list[str]:
    genuine = Signer(SECRET).pass_of("li")
    name, until, mac = genuine.split(".")
    long_ago = Signer(SECRET, now=lambda: 1_000.0).pass_of("li")
    return [
        "", "li", f"li.{until}", f"han.{until}.{mac}", f"{name}.{int(until) + 1}.{mac}",
        f"{name}.{until}.{mac[:-1]}", f"{name}.{until}.{mac}x", f"{name}.{until}.", "..", "." * 50,
        f"{name}.{until}.{mac}"[::-1], f"{name}.nan.{mac}", "é.1.x", Signer("x" * 40).pass_of("li"),
        long_ago, "x" * 10_000,
    ]  # fmt: skip


async def test_a_forged_pass_is_nobodys(serve: Serve) -> None:
    body = json.dumps({"id": str(uuid4()), "text": "hi"})
    async with serve() as served, httpx.AsyncClient(base_url=served.url) as http:
        origin = served.url.removesuffix("/web/")
        for shown in forged_passes():
            for name, value in (
                ("cookie", f"{COOKIE}={shown}"),
                ("authorization", f"Bearer {shown or 0}"),
            ):
                headers = httpx.Headers(
                    [(b"origin", origin.encode()), (name.encode(), value.encode())]
                )
                answers = [
                    await http.get("stream", headers=headers),
                    await http.post("messages", content=body, headers=headers),
                ]
                assert [answer.status_code for answer in answers] == [401, 401], shown


async def test_a_pass_of_one_kind_is_no_ticket_of_another() -> None:
    signer = Signer(SECRET)
    until, sign = parse_qs(signer.ticket("token", timedelta(hours=1))).values()
    assert signer.visitor_of(f"token.{until[0]}.{sign[0]}") is None
    _, until_pass, mac = signer.pass_of("token").split(".")
    assert not signer.admits("token", until_pass, mac)


async def test_pages_of_other_sites_cannot_post(serve: Serve) -> None:
    origins = ("https://evil.example", "null", "", "http://127.0.0.1", "http://127.0.0.1:1", None)
    async with serve() as served, served.visitor() as li:
        for origin in origins:
            headers = {} if origin is None else {"origin": origin}
            for path in ("hello", "messages", "files"):
                body = json.dumps({"id": str(uuid4()), "text": "hi"})
                answer = await li.http.post(path, content=body, headers=headers)
                assert answer.status_code == 403
        assert await served.running.service.gateway.waiting() == 0


async def test_pages_of_other_sites_cannot_read(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        foreign = {"origin": "https://evil.example"}
        assert (await li.http.get("stream", headers=foreign)).status_code == 403
        crossing = {"sec-fetch-site": "cross-site"}
        assert (await li.http.get("stream", headers=crossing)).status_code == 403
        page = await li.http.get("")
        assert "access-control-allow-origin" not in page.headers


async def test_behind_a_proxy_the_public_address_counts(serve: Serve) -> None:
    async with (
        serve(public_url="https://chat.example.com/web/") as served,
        httpx.AsyncClient(base_url=served.url) as http,
    ):
        mine = {"origin": "https://chat.example.com"}
        answer = await http.post("hello", content=b"{}", headers=mine)
        assert answer.status_code == 200
        cookie = answer.headers["set-cookie"]
        assert "Path=/web;" in cookie
        for part in ("HttpOnly", "SameSite=Strict", "Secure"):
            assert part in cookie
        local = {"origin": served.url.removesuffix("/web/")}
        assert (await http.post("hello", content=b"{}", headers=local)).status_code == 403


_ID = "1b4e28ba-2fa1-41d2-883f-0016d3cca427"


_STRANGE: tuple[dict[str, object] | bytes, ...] = (
    b"", b"{", b"[]", b"null", b'"x"', b"\xff\xfe", b"[" * 40_000, b"{}", b'{"id": 7, "text": "x"}',
    {"id": "x", "text": "hi"}, {"id": _ID.upper(), "text": "hi"}, {"id": _ID},
    {"id": _ID, "text": ""}, {"id": _ID, "text": " \n"}, {"id": _ID, "text": ["x"]},
    {"id": _ID, "text": None}, {"id": _ID, "text": "x" * 4_001}, {"id": f"{_ID}\n", "text": "x"},
    {"id": _ID, "text": "x", "pressed": 1}, {"id": _ID, "text": "x", "pressed": "1.0.0"},
    {"id": _ID, "text": "x", "pressed": "9" * 30 + ".0"}, {"id": _ID, "text": "x", "files": "a"},
    {"id": _ID, "text": "x", "files": [1]}, {"id": _ID, "text": "x", "files": ["../../etc/passwd"]},
    {"id": _ID, "text": "x", "files": ["unknown-token-of-nobody"]},
    {"id": _ID, "text": "x", "files": ["a" * 20] * 6},
)  # fmt: skip


async def test_what_the_page_does_not_post_is_refused(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        answers = [(await li.post("messages", body)).status_code for body in _STRANGE]
        assert answers == [400] * len(_STRANGE)
        assert await served.running.service.gateway.waiting() == 0


async def test_large_bodies_are_not_read(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        assert (await li.post("messages", b"x" * 200_000)).status_code == 413
        assert (await li.post("hello", b"x" * 200_000)).status_code == 413
        huge = File(name="a.bin", media_type="video/mp4", content=b"x" * 20_000_001)
        assert (await li.uploads(huge)).status_code == 413


async def test_what_runs_when_it_is_opened_is_not_taken(serve: Serve) -> None:
    files = {
        "run.exe": b"MZ\x00\x00", "page.txt": b"<html>", "p.png": b"<script>alert(1)</script>",
        "x.svg": b"<svg onload=alert(1)>", "a.sh": b"#!/bin/sh", "nothing.txt": b"",
    }  # fmt: skip
    async with serve() as served, served.visitor() as li:
        for name, content in files.items():
            file = File(name=name, media_type="image/png", content=content)
            assert (await li.uploads(file)).status_code == 415, name


async def test_the_files_of_another_visitor_cannot_be_sent(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li, served.visitor() as han:
        token = (await li.uploads(PICTURE)).json()["token"]
        assert (await han.says("mine now", files=[token])).status_code == 400
        assert (await li.says("mine", files=[token])).status_code == 200


async def test_a_file_is_handed_out_only_by_the_address_that_we_signed(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        url = (await li.uploads(PICTURE)).json()["url"]
        path, query = urlsplit(url).path, parse_qs(urlsplit(url).query)
        until, sign = query["until"][0], query["sign"][0]
        for changed in (
            path, f"{path}?until={until}", f"{path}?sign={sign}", f"{path}x?until={until}&sign={sign}",
            f"{path}?until={int(until) + 1}&sign={sign}", f"{path}?until=&sign={sign}",
        ):  # fmt: skip
            assert (await li.http.get(changed)).status_code in (403, 404)
        late = Signer(SECRET, now=lambda: 1_000.0).ticket(path.removeprefix("file/"), timedelta(1))
        assert (await li.http.get(f"{path}?{late}")).status_code == 403
        assert (await li.http.get(url)).status_code == 200


_TRICKS = (
    "../healthz/x", "..%2f..%2frun_bot.py", "static/chat.js", "chat.js/", "chat.js%00", "//etc/passwd",
    "file/../../run_bot.py", "file/%2e%2e%2fchannel.py", "index.html", "channel.py", ".env",
    "file/", "%C0%AE%C0%AE/", "a" * 5_000,
)  # fmt: skip


async def test_only_parts_of_the_page_can_be_had(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        for path in _TRICKS:
            # As it is: clients would clean it.
            raw = httpx.URL(served.url).copy_with(raw_path=b"/web/" + path.encode())
            assert (await li.http.get(raw)).status_code in (403, 404), path


async def test_streams_and_messages_are_the_visitors_own(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li, served.visitor() as han:
        await li.says("a secret of Li")
        await li.reads(2)
        await han.says("hello")
        assert "Li" not in json.dumps(await han.reads(2))


async def test_who_writes_too_much_has_to_wait(serve: Serve) -> None:
    limits = GENEROUS.model_copy(update={"messages": 3, "files": 1})
    async with serve(limits=limits) as served, served.visitor() as li, served.visitor() as han:
        statuses = [(await li.says(str(number))).status_code for number in range(4)]
        assert statuses == [200, 200, 200, 429]
        refused = await li.says("again")
        assert 0 < int(refused.headers["retry-after"]) <= 60
        assert (await han.says("hello")).status_code == 200
        assert (await li.uploads(PICTURE)).status_code == 200
        assert (await li.uploads(PICTURE)).status_code == 429


async def test_an_address_has_a_limit_of_its_own(serve: Serve) -> None:
    limits = WebLimits(visitors=2, address=3)
    async with serve(limits=limits) as served, served.visitor() as li, served.visitor() as han:
        assert await _hello_from(served.url, "1.1.1.1") == 429
        statuses = [(await each.says("x")).status_code for each in (li, han, li, han)]
        assert statuses == [200, 200, 200, 429]
        # Who is known already may still come back.
        assert (await li.hello()).status_code == 200


async def test_what_somebody_says_of_his_address_counts_only_behind_our_proxies(
    serve: Serve,
) -> None:
    limits = WebLimits(visitors=1)
    async with serve(limits=limits) as served:
        assert [await _hello_from(served.url, far) for far in ("1.1.1.1", "2.2.2.2")] == [200, 429]
    async with serve(limits=limits, trusted_proxies=1) as served:
        forged = "9.9.9.9, 1.1.1.1"
        said = ["1.1.1.1", forged, "2.2.2.2", "2001:db8:1:2::1", "2001:db8:1:2:ffff::9"]
        found = [await _hello_from(served.url, far) for far in said]
    assert found == [200, 429, 200, 200, 429]


async def _hello_from(url: str, far: str) -> int:
    async with httpx.AsyncClient(base_url=url) as http:
        headers = {"origin": url.removesuffix("/web/"), "x-forwarded-for": far}
        return (await http.post("hello", content=b"{}", headers=headers)).status_code


async def test_an_address_has_so_many_open_pages(serve: Serve) -> None:
    limits = GENEROUS.model_copy(update={"address_streams": 1})
    async with serve(limits=limits) as served, served.visitor() as li, served.visitor() as han:
        await served.running.queue(li.name, "hello")
        events = li.events()
        await anext(events)
        refused = await han.http.get("stream")
        assert refused.status_code == 503
        assert refused.headers["retry-after"]
        await events.aclose()


async def test_methods_that_mean_nothing_are_refused(serve: Serve) -> None:
    async with serve() as served, served.visitor() as li:
        assert (await li.http.get("messages")).status_code == 405
        assert (await li.post("stream", {})).status_code == 405
        assert (await li.post("", {})).status_code == 405
        assert (await li.http.put("messages")).status_code == 405
        assert (await li.http.get("nothing")).status_code == 404
