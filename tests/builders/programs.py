"""The HTTP application that programs call, on a port of this machine, over a shop on the sandbox."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from threading import Thread

from pydantic import SecretStr

from bot.backlog import Backlog
from bot.findings import Finding
from bot.http.app import open_app
from bot.http.server import serving
from bot.mcp.serving import open_programs
from bot.metrics import Metrics
from bot.pacing import LocalPacer
from bot.programs import open_tokens
from config.mcp import McpSettings, McpToken
from config.roles import Role
from config.settings import HttpSettings, Settings
from storage.database import Database
from storage.outbox import Outbox
from tests.builders.automation import Desk, a_desk
from tests.fakes.clock import FakeClock

MANAGER, AGENT = "manager-0123456789", "agent-0123456789ab"


@asynccontextmanager
async def served_programs(desk: Desk, **settings: int) -> AsyncIterator[str]:
    """Yields the address. `settings`: calls_per_minute, max_body_bytes."""
    shop, metrics = desk.shop, Metrics()
    helper = await desk.joined("Helper", Role.agent)
    tokens = (
        McpToken(token=SecretStr(MANAGER), person=str(shop.manager.id)),
        McpToken(token=SecretStr(AGENT), person=str(helper.id)),
    )
    given = Settings(
        organisation=shop.organisation.slug,
        mcp=McpSettings(tokens=tokens, calls_per_minute=settings.get("calls_per_minute", 100_000)),
        http=HttpSettings(port=0, max_body_bytes=settings.get("max_body_bytes", 100_000)),
    )
    outbox = Outbox(shop.organisation.id, shop.clock, owner="test")
    backlog = Backlog(shop.database, shop.organisation.id, outbox, metrics, shop.clock)
    metrics.measure_with(backlog.measure)
    known = await open_tokens(shop.database, shop.organisation.id, tokens)
    desk.observe = metrics.ordered
    async with open_programs(desk.module, known, LocalPacer(), given) as mounted:
        app = open_app(
            webhooks={}, ready=_ready, stopping=asyncio.Event(), metrics=metrics,
            max_body_bytes=given.http.max_body_bytes, mounted=mounted,
        )  # fmt: skip
        async with serving(app, given.http) as port:
            yield f"http://127.0.0.1:{port}"


@contextmanager
def programs_in_a_thread(sqlite_url: str) -> Iterator[str]:
    """For a client that waits for its answer."""
    ready: Future[str] = Future()
    stop = asyncio.Event()

    async def serve() -> None:
        async with Database(sqlite_url) as database:
            desk = await a_desk(database, FakeClock())
            await desk.shop.creative("Trial lesson")
            await desk.shop.creative("Open day")
            async with served_programs(desk) as url:
                ready.set_result(url)
                await stop.wait()

    with asyncio.Runner() as runner:
        thread = Thread(target=runner.run, args=(serve(),))
        thread.start()
        try:
            yield ready.result(timeout=30)
        finally:
            runner.get_loop().call_soon_threadsafe(stop.set)
            thread.join()


async def _ready() -> list[Finding]:
    return []
