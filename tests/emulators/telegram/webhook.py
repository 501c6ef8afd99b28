"""Delivers updates to webhooks: in order within a chat, at once across chats, again until taken."""

import asyncio
import json
import os
from collections import deque
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import aiohttp

from tests.emulators.telegram.accounts import Account, Webhook
from tests.emulators.telegram.clock import Clock
from tests.emulators.telegram.errors import ApiError
from tests.emulators.telegram.faults import Faults, Kind
from tests.emulators.telegram.request import Parameters, read_parameters
from tests.emulators.telegram.updates import Update

Execute = Callable[[Account, Parameters], Awaitable[None]]
_SECRET = "X-Telegram-Bot-Api-Secret-Token"
_PATIENCE, _LEAST_PATIENCE = 60.0, 5.0
_GONE_AFTER = 23 * 3600.0


class Webhooks:
    """One delivery per bot that has a webhook; `execute` does what a bot's answer asks for."""

    def __init__(self, clock: Clock, faults: Faults, execute: Execute) -> None:
        self._clock, self._faults, self._execute = clock, faults, execute
        self._running: dict[int, Delivery] = {}
        self._session: aiohttp.ClientSession | None = None

    def start(self, bot: Account) -> None:
        self._end(bot)
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, force_close=False)
            self._session = aiohttp.ClientSession(connector=connector)
        delivery = Delivery(bot, self._clock, self._faults, self._execute, self._session)
        self._running[bot.id] = delivery
        bot.updates.on_added = delivery.put
        for update in bot.updates.pending.values():
            delivery.put(update)

    def stop(self, bot: Account) -> None:
        self._end(bot)
        bot.webhook = Webhook()

    async def close(self) -> None:
        for delivery in self._running.values():
            delivery.cancel()
        self._running.clear()
        if self._session:
            await self._session.close()
            self._session = None

    def _end(self, bot: Account) -> None:
        if delivery := self._running.pop(bot.id, None):
            delivery.cancel()
        bot.updates.on_added = lambda update: None


class Delivery:
    """To the webhook that the bot had when this began."""

    def __init__(
        self,
        bot: Account,
        clock: Clock,
        faults: Faults,
        execute: Execute,
        session: aiohttp.ClientSession,
    ) -> None:
        self._bot, self._hook = bot, bot.webhook
        self._clock, self._faults = clock, faults
        self._execute, self._session = execute, session
        self._lines: dict[int, deque[Update]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._free = asyncio.Semaphore(self._hook.max_connections)
        self._gone_since: float | None = None

    def put(self, update: Update) -> None:
        if update.queue in self._lines:
            self._lines[update.queue].append(update)
            return
        self._lines[update.queue] = deque([update])
        task = asyncio.get_running_loop().create_task(self._empty(update.queue))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def cancel(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _empty(self, queue: int) -> None:
        line = self._lines[queue]
        while line:
            await self._deliver(line[0])
            line.popleft()
        del self._lines[queue]

    async def _deliver(self, update: Update) -> None:
        failures = 0
        while update.id in self._bot.updates.pending:
            if update.expires <= self._clock.ticks():
                self._bot.updates.expire()
                return
            wait = await self._attempt(update)
            if wait is None:
                if self._bot.updates.confirm(update):
                    return
                continue
            failures += 1
            await self._clock.sleep(wait or self._back_off(failures))

    def _back_off(self, failures: int) -> float:
        """Ticks: at once, then 2, 4, 8 … up to between 60 and 120."""
        longest = self._faults.random.uniform(60, 120)
        return 0.0 if failures == 1 else min(2.0 ** (failures - 1), longest)

    async def _attempt(self, update: Update) -> float | None:
        """None when it was taken; else the ticks to wait that the bot asked for, or 0."""
        if self._faults.for_update(Kind.shuffle, self._bot.id, update.queue):
            await asyncio.sleep(self._faults.random.random() / 20)
        async with self._free:
            self._bot.updates.attempted(update)
            try:
                return await self._post(update)
            except TimeoutError:
                self._failed(update, "Connection timed out")
            except aiohttp.ClientConnectorError as error:
                self._failed(
                    update, os.strerror(error.errno) if error.errno else "Connection refused"
                )
            except (aiohttp.ClientError, OSError):
                self._failed(update, "Connection reset by peer")
        return 0.0

    async def _post(self, update: Update) -> float | None:
        headers = {"Content-Type": "application/json"}
        if self._hook.secret:
            headers[_SECRET] = self._hook.secret
        seconds = max(_LEAST_PATIENCE, self._clock.real(_PATIENCE))
        patience = aiohttp.ClientTimeout(total=seconds)
        async with self._session.post(
            self._hook.url, data=update.body, headers=headers, timeout=patience,
            allow_redirects=False, ssl=False,
        ) as response:  # fmt: skip
            body = await response.read()
        if 200 <= response.status < 300:
            self._gone_since = None
            await self._obey(response.headers.get("Content-Type", ""), body)
            return None
        self._failed(update, f"Wrong response from the webhook: {_status_line(response)}")
        self._close_when_gone(response.status)
        asked = response.headers.get("Retry-After", "")
        return float(min(int(asked), 3600)) if asked.isdigit() else 0.0

    async def _obey(self, content_type: str, body: bytes) -> None:
        """An answer may carry one call; a body that carries none is nobody's business."""
        if not body:
            return
        try:
            asked = read_parameters(b"", content_type, body)
        except (ApiError, json.JSONDecodeError):
            return
        if asked.text("method"):
            await self._execute(self._bot, asked)

    def _failed(self, update: Update, reason: str) -> None:
        self._hook.error, self._hook.error_date = reason, self._clock.date()
        self._bot.updates.failed(update, reason)

    def _close_when_gone(self, status: int) -> None:
        now = self._clock.ticks()
        if status != HTTPStatus.GONE:
            self._gone_since = None
        elif self._gone_since is None:
            self._gone_since = now
        elif now - self._gone_since > _GONE_AFTER:
            self._bot.webhook = Webhook()
            self._bot.updates.on_added = lambda update: None
            self.cancel()


def _status_line(response: aiohttp.ClientResponse) -> str:
    return f"{response.status} {response.reason or ''}".strip()
