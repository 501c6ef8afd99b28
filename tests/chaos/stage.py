"""Everything that one run needs: a database of its own, the emulators, and two workers."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from storage.database import Database
from tests.builders.web import GENEROUS, SECRET
from tests.chaos.arena import Arena
from tests.chaos.balancer import Balancer
from tests.chaos.model import LedgerModel
from tests.chaos.proxy import DatabaseProxy
from tests.chaos.supervising import Supervisor
from tests.chaos.workers import Worker, environment_of
from tests.emulators.serving import served
from tests.emulators.telegram.server import TelegramEmulator
from tests.servers import free_port

LEASE_SECONDS = 3
TOKEN = "7000000001:AAEmulatedTokenOfTheFirstBot0000000"
_SECRET = "a-secret-of-the-kill-test"
_LIMITS = '{"per_second": 1000, "chat_burst": 1000, "group_per_minute": 1000}'
# Seconds of Telegram in one of ours: its patience with a webhook that is silent is 5 s of ours.
_SCALE = 12.0
_NAMES = ("one", "two")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """`folder` holds the ledgers, and the logs of the workers; `database` does not pass the
    proxy."""

    arena: Arena
    folder: Path
    database: Database
    telegram: TelegramEmulator
    model: LedgerModel
    proxy: DatabaseProxy
    balancer: Balancer
    supervisor: Supervisor


@asynccontextmanager
async def open_stage(arena: Arena, *, seed: int, plant: str | None) -> AsyncIterator[Stage]:
    """Returns when the workers are born; they may still have to open what they need."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        name = await arena.database(unique_inbox=plant != "no_unique_index")
        folder = arena.folder / name
        folder.mkdir()
        telegram = TelegramEmulator(
            TOKEN, scale=_SCALE, flood=0, seed=seed, ledger=folder / "telegram.jsonl"
        )
        await enter(telegram)
        model = stack.enter_context(LedgerModel(folder / "model.jsonl"))
        proxy = await enter(DatabaseProxy(arena.postgres.port).serving())
        ports = {name: free_port() for name in _NAMES}
        balancer = Balancer(ports, await enter(aiohttp.ClientSession()), seed)
        settings = {
            "DATABASE_URL": f"postgresql+asyncpg://huoke@127.0.0.1:{proxy.port}/{name}",
            "REDIS_URL": arena.redis.url,
            "MODELS": model.settings(await enter(served(model.emulator.app))),
            "TELEGRAM__API": telegram.url,
            "TELEGRAM__WEBHOOK_URL": f"{await enter(served(balancer.app))}/telegram",
            **_fixed(),
        }
        workers = [
            Worker(
                name=each,
                port=port,
                plant=plant,
                log=folder / f"{each}.log",
                environment=environment_of(each, folder, HTTP__PORT=str(port), **settings),
            )
            for each, port in ports.items()
        ]
        yield Stage(
            arena=arena, folder=folder, telegram=telegram, model=model, proxy=proxy,
            balancer=balancer, supervisor=await enter(Supervisor(arena.nursery, workers).watching()),
            database=await enter(Database(f"{arena.postgres.url}/{name}")),
        )  # fmt: skip


def _fixed() -> dict[str, str]:
    return {
        "TELEGRAM__TOKEN": TOKEN,
        "TELEGRAM__WEBHOOK_SECRET": _SECRET,
        "TELEGRAM__LIMITS": _LIMITS,
        "WORK__LEASE": f"PT{LEASE_SECONDS}S",
        "WEB__SECRET": SECRET,
        "WEB__LIMITS": GENEROUS.model_dump_json(),
        # Somebody is there whenever it runs.
        "HOURS__WEEKLY": '["mon-sun 00:00-24:00"]',
        # Everybody may agree to their own orders.
        "APPROVALS__OWN_DAILY_LIMIT": "1000000",
        "APPROVALS__TWO_PEOPLE_ABOVE": "10000000",
    }
