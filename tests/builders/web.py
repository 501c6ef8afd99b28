"""The chat page on a real port, and visitors who talk to it as a browser does."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from bot.channels.base import Handler
from bot.channels.configured import Store
from bot.channels.web.channel import WebChannel
from bot.channels.web.door import COOKIE
from bot.channels.web.signing import Signer
from bot.findings import Finding
from bot.http.app import open_app
from bot.http.server import serving
from bot.messages import Address, Button, File, OutboundMessage
from bot.metrics import Metrics
from bot.pacing import LocalPacer
from bot.shelf import Shelf
from config.channels import WebLimits, WebSettings
from config.clock import Clock
from config.i18n import Language
from config.media import MediaSettings
from config.settings import HttpSettings
from memory.connect import open_redis
from storage.database import Database
from tests.fakes.clock import FakeClock

SECRET = "a secret of the tests, long enough to be one"
GENEROUS = WebLimits(messages=10_000, files=10_000, address=100_000, visitors=10_000)

Json = dict[str, Any]


def a_web_channel(
    database: Database, folder: Path, *, organisation_id: int = 1, clock: Clock | None = None,
    shelf: Shelf | None = None, shared: bool = False, limits: WebLimits = GENEROUS, **changed: Any,
) -> "ServedPage":  # fmt: skip
    """`changed` are settings."""
    store = Store(
        database=database, organisation_id=organisation_id, clock=clock or FakeClock(),
        folder=folder, pacer=LocalPacer(), media=MediaSettings(),
    )  # fmt: skip
    return ServedPage(
        WebSettings(limits=limits, **changed), Signer(SECRET), store,
        shelf or Shelf(open_redis(None), organisation_id), language=Language.zh_cn, shared=shared,
    )  # fmt: skip


@asynccontextmanager
async def page_of(channel: WebChannel, port: int = 0) -> AsyncIterator[str]:
    """Serves the channel's pages as the service does; yields the page's address."""
    app = open_app(
        webhooks={channel.name: channel}, ready=_ready, stopping=asyncio.Event(),
        metrics=Metrics(), max_body_bytes=1_000_000,
    )  # fmt: skip
    async with serving(app, HttpSettings(port=port)) as found:
        yield f"http://127.0.0.1:{found}/web/"


class ServedPage(WebChannel):
    """Has its `port` (0: any) for as long as it runs; `url` is known then. `drafted` are the words of
    answers before they came."""

    url = ""
    port = 0

    @cached_property
    def drafted(self) -> list[str]:
        return []

    async def draft(self, so_far: OutboundMessage) -> None:
        self.drafted.append(so_far.text)
        await super().draft(so_far)

    async def opened(self) -> str:
        """The page's address, as soon as it has one."""
        async with asyncio.timeout(10):
            while not self.url:
                await asyncio.sleep(0.01)
        return self.url

    async def run(self, handler: Handler) -> None:
        async with page_of(self, self.port) as url:
            self.url = url
            try:
                await super().run(handler)
            finally:
                self.url = ""


@dataclass
class Visitor:
    """A browser without a screen. `name` is what the server calls it."""

    http: httpx.AsyncClient
    name: str = ""
    seen: int | None = None

    @property
    def origin(self) -> str:
        url = self.http.base_url
        return f"{url.scheme}://{url.netloc.decode()}"

    async def hello(self) -> httpx.Response:
        answer = await self.post("hello", {})
        shown = answer.cookies.get(COOKIE) or ""
        self.name = shown.partition(".")[0]
        return answer

    async def post(self, path: str, body: Json | bytes, **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        known = {
            "origin": self.origin,
            **{name.replace("_", "-"): each for name, each in headers.items()},
        }
        return await self.http.post(path, content=content, headers=known)

    async def says(self, text: str, **more: Any) -> httpx.Response:
        return await self.post("messages", {"id": str(uuid4()), "text": text, **more})

    async def uploads(self, file: File) -> httpx.Response:
        path = str(httpx.URL("files", params={"name": file.name}))
        return await self.post(path, file.content, content_type=file.media_type)

    async def events(self, after: int | None = None) -> AsyncGenerator[tuple[str, Json], None]:
        """What a page is told that saw everything up to `after`."""
        params = {} if after is None else {"after": after}
        async with self.http.stream("GET", "stream", params=params) as answer:
            answer.raise_for_status()
            kind = ""
            async for line in answer.aiter_lines():
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                if line.startswith("data: "):
                    yield kind, json.loads(line.removeprefix("data: "))

    async def reads(self, count: int, after: int | None = None) -> list[Json]:
        """The next so many messages."""
        found: list[Json] = []
        async with asyncio.timeout(10):
            events = self.events(after)
            async for kind, data in events:
                if kind == "message":
                    found.append(data)
                if len(found) == count:
                    break
            await events.aclose()
        return found


@asynccontextmanager
async def a_visitor(url: str, *, as_: str = "") -> AsyncIterator[Visitor]:
    """A new one, or the one of this name."""
    async with httpx.AsyncClient(base_url=url, timeout=10) as http:
        visitor = Visitor(http, name=as_)
        if as_:
            http.cookies.set(COOKIE, Signer(SECRET).pass_of(as_))
        else:
            await visitor.hello()
        yield visitor


@dataclass
class Sending:
    """What the script of a page does with what the visitor says: it posts one message after the
    other, each until it is taken."""

    channel: ServedPage
    name: str
    _waiting: asyncio.Queue[tuple[Json, File | None]] = field(default_factory=asyncio.Queue)
    _task: asyncio.Task[None] | None = None

    def say(self, text: str, file: File | None = None, pressed: str | None = None) -> None:
        self._waiting.put_nowait(({"id": str(uuid4()), "text": text, "pressed": pressed}, file))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while not self._waiting.empty():
            message, file = await self._waiting.get()
            while not await self._taken(message, file):
                await asyncio.sleep(0.01)

    async def _taken(self, message: Json, file: File | None) -> bool:
        if not self.channel.url:
            return False
        with suppress(httpx.HTTPError):
            async with a_visitor(self.channel.url, as_=self.name) as visitor:
                if file is not None and "files" not in message:
                    sent = await visitor.uploads(file)
                    sent.raise_for_status()
                    message["files"] = [sent.json()["token"]]
                return (await visitor.post("messages", message)).is_success
        return False


def kept(path: Path, visitor: str = "") -> list[OutboundMessage]:
    """What was said to a visitor, or to everybody: what their pages show, read from the file of the
    database."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute(
            "SELECT m.id, v.name, m.text, m.markdown, m.buttons, m.key FROM web_messages m "
            "JOIN web_visitors v ON v.id = m.visitor_id WHERE NOT m.mine AND (? IN ('', v.name)) "
            "ORDER BY m.visitor_id, m.number",
            (visitor,),
        ).fetchall()
        found = [
            OutboundMessage(
                address=Address(channel="web", bot="web", chat=name), text=text,
                markdown=bool(markdown), key=key, files=_files(connection, id_),
                buttons=tuple(
                    Button(label=each["label"], send="", key=each["key"])
                    for each in json.loads(buttons)
                ),
            )
            for id_, name, text, markdown, buttons, key in rows
        ]  # fmt: skip
    connection.close()
    return found


def _files(connection: sqlite3.Connection, message: int) -> tuple[File, ...]:
    rows = connection.execute(
        "SELECT f.name, f.media_type, m.content FROM web_files f JOIN media m ON m.id = f.media_id "
        "WHERE f.message_id = ? ORDER BY f.position",
        (message,),
    )
    return tuple(File(name=name, media_type=kind, content=content) for name, kind, content in rows)


async def _ready() -> list[Finding]:
    return []
