"""One loop and one database for all examples; each example that changes something has a shop of its
own in them."""

import asyncio
import itertools
import shutil
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from storage.database import Database
from tests.builders.automation import Desk, a_desk
from tests.fakes.clock import FakeClock

T = TypeVar("T")


@dataclass(frozen=True)
class Stage:
    """Runs what an example does, in the loop in which the database lives."""

    runner: asyncio.Runner
    database: Database
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def desk(self, *, creatives: int = 2, clock: FakeClock | None = None) -> Desk:
        """A new organisation with so many creatives."""
        slug = f"shop-{next(self.numbers)}"
        desk = await a_desk(self.database, clock or FakeClock(), slug=slug)
        for number in range(creatives):
            await desk.shop.creative(f"Creative {number + 1}")
        return desk


@pytest.fixture(scope="session")
def stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    path = shutil.copy(sqlite_template, tmp_path_factory.mktemp("properties") / "huoke.db")
    with asyncio.Runner() as runner:
        database = Database(f"sqlite+aiosqlite:///{path}")
        yield Stage(runner, database)
        runner.run(database.__aexit__(None, None, None))


@pytest.fixture(scope="module")
def desk(stage: Stage) -> Desk:
    """For a module whose examples do not disturb each other."""
    return stage.run(stage.desk(creatives=8))
