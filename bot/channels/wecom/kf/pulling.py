"""Reads what happened in the chats of 微信客服. WeCom only says that there is news of an account; we
ask for it, page by page, and remember how far we are when a page is handed on, not before.

A notice is kept before it is acknowledged: what died in between is read at the next look. One
process at a time reads an account; what it reads twice after a crash the inbox knows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog

from bot.channels.base import Cursors, Duty
from bot.channels.wecom.api import WecomApi
from bot.channels.wecom.errors import Refused, without_effect
from bot.channels.wecom.kf.receiving import NAME
from bot.errors import Busy, NotDelivered
from config.errors import TransientError

log = structlog.get_logger()

_PAGE = 1_000
_BAD_TOKEN = 95_007
_MOST_ID_LETTERS = 64

HandOn = Callable[[str, Sequence[dict[str, Any]], bool], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """In seconds: before something is tried again, the first time and at most, and between two
    looks at what other processes were told."""

    first: float = 0.5
    last: float = 30.0
    look: float = 30.0


PAUSES = Pauses()


class Puller:
    """`hand_on` gets an account, the messages of a page in order, and whether these are the first
    that we ever read of it."""

    def __init__(
        self, api: WecomApi, cursors: Cursors, duty: Duty | None, hand_on: HandOn, pauses: Pauses
    ) -> None:
        self._api = api
        self._cursors = cursors
        self._duty = duty
        self._hand_on = hand_on
        self._pauses = pauses
        self._news: dict[str, asyncio.Event] = {}
        self._accounts: asyncio.Queue[str] = asyncio.Queue()

    async def notice(self, account: str, token: str) -> None:
        """There is news; when this returns, it will be read. Raises TransientError."""
        if not 0 < len(account) <= _MOST_ID_LETTERS:
            return
        await self._cursors.keep(NAME, f"notice:{account}", token)
        self.look(account)

    def look(self, account: str) -> None:
        """Read what there is, from now on whenever there is something."""
        if account not in self._news:
            self._news[account] = asyncio.Event()
            self._accounts.put_nowait(account)
        self._news[account].set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                account = await self._accounts.get()
                tasks.create_task(self._serve(account), name=f"kf:{account}")

    async def _serve(self, account: str) -> None:
        news, wanted = self._news[account], True
        while True:
            news.clear()
            if wanted:
                work = partial(self._catch_up, account)
                await (self._duty(f"kf:{account}", work) if self._duty else work())
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pauses.look):
                    await news.wait()
            wanted = news.is_set() or await self._pending(account)

    async def _pending(self, account: str) -> bool:
        """Whether a process was told of news, and nobody read them."""
        try:
            notice = await self._cursors.get(NAME, f"notice:{account}")
            return notice != await self._cursors.get(NAME, f"done:{account}")
        except TransientError as error:
            log.warning("wecom_kf.no_look", error=str(error))
            return False

    async def _catch_up(self, account: str) -> None:
        """Read until there is nothing new, and no other process was told of more meanwhile."""
        pause = self._pauses.first
        while True:
            try:
                notice = await self._cursors.get(NAME, f"notice:{account}")
                await self._read(account, notice)
                await self._cursors.keep(NAME, f"done:{account}", notice)
                if notice == await self._cursors.get(NAME, f"notice:{account}"):
                    return
                pause = self._pauses.first
            except Refused as error:
                log.error("wecom_kf.unread", account=account, error=str(error))
                return
            except (NotDelivered, TransientError) as error:
                log.warning("wecom_kf.not_read", account=account, error=str(error))
                await asyncio.sleep(error.seconds if isinstance(error, Busy) else pause)
                pause = min(pause * 2, self._pauses.last)

    async def _read(self, account: str, token: str) -> None:
        """All pages from where we are."""
        cursor = await self._cursors.get(NAME, account)
        first, more = not cursor, True
        while more:
            page = await self._page(account, cursor, token)
            messages = page.get("msg_list") or []
            next_cursor = str(page.get("next_cursor") or cursor)
            more = bool(page.get("has_more"))
            if more and not messages and next_cursor == cursor:
                raise TransientError("WeCom: a page that leads nowhere")
            await self._hand_on(account, messages, first)
            if next_cursor != cursor:
                await self._cursors.keep(NAME, account, next_cursor)
            cursor = next_cursor

    async def _page(self, account: str, cursor: str, token: str) -> dict[str, Any]:
        """A token is good for ten minutes; without one WeCom answers, but not often."""
        asked = {"open_kfid": account, "limit": _PAGE, "voice_format": 0}
        if cursor:
            asked["cursor"] = cursor
        try:
            return await self._ask({**asked, "token": token} if token else asked)
        except Refused as error:
            if error.code != _BAD_TOKEN or not token:
                raise
            return await self._ask(asked)

    async def _ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        with without_effect():
            return await self._api.call("POST", "kf/sync_msg", asked)


async def persistently(work: Callable[[], Awaitable[None]], pauses: Pauses) -> None:
    """Until what could not be kept is kept."""
    pause = pauses.first
    while True:
        try:
            return await work()
        except TransientError as error:
            log.warning("wecom_kf.not_kept", error=str(error))
        await asyncio.sleep(pause)
        pause = min(pause * 2, pauses.last)
