"""How the page is opened, and what the doctor says of it."""

import stat
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from bot.channels.base import Duty
from bot.channels.configured import CHANNELS, Site, Store, check_channels, open_channels
from bot.channels.web.page import on
from bot.pacing import LocalPacer
from bot.shelf import Shelf
from config.channels import WebSettings
from config.errors import ConfigurationError
from config.media import MediaSettings
from config.settings import Settings
from memory.connect import open_redis
from storage.cursors import Cursors
from storage.database import Database
from tests.builders.logs import logging_to
from tests.builders.web import SECRET, a_visitor, page_of
from tests.fakes.clock import FakeClock
from tests.integration.web.conftest import Serve

ONLY = {"web": CHANNELS["web"]}


def a_site(database: Database, folder: Path, duty: Duty | None = None) -> Site:
    return Site(
        shelf=Shelf(open_redis(None), 1), cursors=Cursors(database, 1), duty=duty,
        store=Store(
            database=database, organisation_id=1, clock=FakeClock(), folder=folder,
            pacer=LocalPacer(), media=MediaSettings(),
        ),
    )  # fmt: skip


def with_page(**changed: Any) -> Settings:
    return Settings(web=WebSettings(**changed))


async def test_it_is_served_when_the_settings_say_so(database: Database, tmp_path: Path) -> None:
    site = a_site(database, tmp_path)
    assert open_channels(Settings(), site, ONLY) == []
    assert open_channels(with_page(enabled=False), site, ONLY) == []
    (channel,) = open_channels(with_page(), site, ONLY)
    assert channel.name == "web"


async def test_the_secret_is_made_once_and_for_us_alone(database: Database, tmp_path: Path) -> None:
    for _ in range(2):
        open_channels(with_page(), a_site(database, tmp_path), ONLY)
        secret = (tmp_path / "web-secret").read_text()
        assert len(secret) >= 64
    assert stat.S_IMODE((tmp_path / "web-secret").stat().st_mode) == 0o600
    (tmp_path / "web-secret").write_text("short")
    with pytest.raises(ConfigurationError, match="WEB__SECRET"):
        open_channels(with_page(), a_site(database, tmp_path), ONLY)


async def test_several_processes_need_the_same_secret(database: Database, tmp_path: Path) -> None:
    async def alone(name: str, work: object) -> None:
        raise AssertionError("nothing is run here")

    site = a_site(database, tmp_path, alone)
    with pytest.raises(ConfigurationError, match="WEB__SECRET"):
        open_channels(with_page(), site, ONLY)
    assert open_channels(with_page(secret=SECRET), site, ONLY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"allowed_origins": ["https://shop.example.com/"]}, {"allowed_origins": ["*"]},
        {"allowed_origins": ["https://a.example; script-src *"]}, {"secret": "short"},
        {"allowed_origins": ["shop.example.com"]}, {"colour": "red; }"}, {"trusted_proxies": -1},
        {"public_url": "chat.example.com"}, {"unknown": 1},
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        WebSettings(**wrong)


async def test_the_doctor_looks_at_it_from_the_outside(serve: Serve) -> None:
    async with serve() as served:
        seen = {
            "here": with_page(public_url=served.url),
            "nowhere": with_page(public_url="http://127.0.0.1:1/web/"),
            "elsewhere": with_page(public_url=served.url.replace("/web/", "/healthz/")),
            "slash": with_page(public_url=served.url.rstrip("/")),
            "local": with_page(),
            "unknown": with_page(allowed_origins=["https://shop.example.com"]),
        }
        found = {
            name: (await check_channels(settings, alone=False, known=ONLY))[0]
            for name, settings in seen.items()
        }
    assert {name for name, finding in found.items() if finding.fine} == {"here", "local"}
    assert all(finding.advice for finding in found.values() if not finding.fine)


async def test_the_page_comes_with_its_guards(serve: Serve) -> None:
    shop = "https://shop.example.com"
    async with serve(allowed_origins=(shop,), colour="#0B6E4F") as served, served.visitor() as li:
        page = await li.http.get("")
        policy = page.headers["content-security-policy"]
        assert f"frame-ancestors {shop}" in policy
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert (await li.http.get("", params={"frame": shop})).status_code == 200
        assert (await li.http.get("", params={"frame": "https://evil.example"})).status_code == 403
        assert "#0B6E4F" in (await li.http.get("theme.css")).text
        moved = await li.http.get(served.url.rstrip("/"))
        assert (moved.status_code, moved.headers["location"]) == (308, "web/")


async def test_what_is_said_at_the_door_cannot_become_markup(serve: Serve) -> None:
    words = "</script><script>boom()</script>"
    async with serve(title=words, greeting=words) as served, served.visitor() as li:
        page = (await li.http.get("")).text
    assert "<script>boom" not in page
    assert page.count("</script>") == 2


@pytest.mark.parametrize(
    ("colour", "readable"), [("#000000", "#ffffff"), ("#ffffff", "#000000"), ("#c2410c", "#ffffff")]
)
def test_words_can_be_read_on_every_colour(colour: str, readable: str) -> None:
    assert on(colour) == readable


async def test_no_pass_and_no_secret_reaches_the_log(serve: Serve, tmp_path: Path) -> None:
    with logging_to(tmp_path / "logs") as file:
        async with serve() as served, served.visitor() as li:
            shown = li.http.cookies["huoke_visitor"]
            await li.says("hi")
            await li.reads(2)
            await li.http.get("stream", headers={"authorization": f"Bearer {shown}x"})
        logged = file.read_text(encoding="utf-8") if file.exists() else ""
    assert shown not in logged
    assert SECRET not in logged


async def test_before_it_runs_and_after_it_nothing_is_taken(
    serve: Serve, database: Database
) -> None:
    async with serve() as served, served.visitor() as li:
        name = li.name
        channel = served.channel
    async with page_of(channel) as url, a_visitor(url, as_=name) as li:
        assert (await li.says("hello?")).status_code == 503
        assert (await li.http.get("stream")).status_code == 503
        assert isinstance(li.http, httpx.AsyncClient)
