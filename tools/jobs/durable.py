"""DBOS in this process: workflows that survive it.

DBOS is a singleton of the process with threads of its own; everything of ours runs on the loop that
opened it. A workflow is named by its order, so that it exists once however often it is started.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from types import TracebackType
from typing import Any, Self

import structlog
from sqlalchemy import make_url

from config.errors import TransientError

log = structlog.get_logger()

# Of a step that fails for a moment: 1, 3, 9, 27 and 81 seconds, long enough for a database to
# come back.
_ATTEMPTS, _FIRST_SECONDS, _GROWTH = 6, 1.0, 3.0
# A workflow goes on under the version that began it: fixed, so that a new release takes it up.
_VERSION = "1"

Perform = Callable[[str, str], Awaitable[None]]
_current: "list[Durable]" = []


class Durable:
    """`perform(key, order)` does the work of a job and may run again for the same order; `failed`
    hears of an order that will not be tried again. `executor` is stable over restarts."""

    def __init__(
        self, url: str, *, application: str, executor: str, perform: Perform, failed: Perform
    ) -> None:
        self._url = url
        self._application = application
        self._executor = executor
        self._perform = perform
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._busy: set[str] = set()

    async def __aenter__(self) -> Self:
        _current.append(self)
        try:
            await asyncio.to_thread(self._launch)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        # DBOS had made its own pool the loop's, and is about to close it: others go on meanwhile.
        pool = ThreadPoolExecutor()
        self._loop.set_default_executor(pool)
        await asyncio.to_thread(_destroy)
        _current.clear()
        # What ended just now may have brought it back.
        self._loop.set_default_executor(pool)

    async def start(self, key: str, order: str) -> None:
        """Begin the workflow `order`; nothing happens when it was begun before."""
        from dbos import DBOS, SetWorkflowID

        with SetWorkflowID(order):
            await DBOS.start_workflow_async(_workflow(), key, order)

    async def take_over(self, executor: str) -> None:
        """Go on with what a dead process had begun."""
        from dbos import DBOS

        begun = await DBOS.list_workflows_async(
            status="PENDING", executor_id=executor, app_version=self._version
        )
        for workflow in begun:
            await DBOS.resume_workflow_async(workflow.workflow_id)

    @property
    def idle(self) -> bool:
        return not self._busy

    async def perform(self, key: str, order: str) -> None:
        self._busy.add(order)
        try:
            await self._at_home(self._perform(key, order))
        finally:
            self._busy.discard(order)

    async def failed(self, key: str, order: str) -> None:
        await self._at_home(self._failed(key, order))

    async def _at_home(self, work: Awaitable[None]) -> None:
        """On the loop that the database's connections belong to."""

        async def there() -> None:
            await work

        running: Coroutine[Any, Any, None] = there()
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(running, self._loop))

    @property
    def _version(self) -> str:
        return f"{self._application}-{_VERSION}"

    def _launch(self) -> None:
        from dbos import DBOS

        _workflow()
        DBOS(
            config={
                "name": "huoke", "system_database_url": _for_dbos(self._url),
                "executor_id": self._executor, "application_version": self._version,
                "log_level": "WARNING", "enable_otlp": False, "sys_db_pool_size": 4,
            }
        )  # fmt: skip
        DBOS.launch()


def _destroy() -> None:
    from dbos import DBOS

    DBOS.destroy()


@cache
def _workflow() -> Callable[[str, str], Coroutine[Any, Any, None]]:
    """Registered once: the import alone takes two seconds."""
    from dbos import DBOS

    @DBOS.step(
        name="huoke.perform", retries_allowed=True, max_attempts=_ATTEMPTS,
        interval_seconds=_FIRST_SECONDS, backoff_rate=_GROWTH,
        should_retry=lambda error: isinstance(error, TransientError),
    )  # fmt: skip
    async def perform(key: str, order: str) -> None:
        await _current[-1].perform(key, order)

    @DBOS.step(name="huoke.failed")
    async def failed(key: str, order: str) -> None:
        await _current[-1].failed(key, order)

    @DBOS.workflow(name="huoke.job")
    async def job(key: str, order: str) -> None:
        mine = _current[-1]
        try:
            await perform(key, order)
        except Exception as error:
            if mine not in _current:
                # DBOS was closed under it: whoever has the place now goes on with the order.
                raise asyncio.CancelledError from error
            log.exception("job.stopped", job=key, order=order)
            await failed(key, order)

    return job


def _for_dbos(url: str) -> str:
    """DBOS brings its own drivers: psycopg, and SQLite without asyncio."""
    parsed = make_url(url)
    driver = "sqlite" if parsed.get_backend_name() == "sqlite" else "postgresql"
    return parsed.set(drivername=driver).render_as_string(hide_password=False)
