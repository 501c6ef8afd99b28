"""Keeps one connection to WeCom: a bot has one, and who connects anew ends the other."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from enum import Enum, auto

import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bot.channels.wecom.bot.frames import NOT_KNOWN, Command, Frame
from bot.channels.wecom.bot.session import Session
from bot.channels.wecom.bot.timing import Timing
from bot.channels.wecom.errors import Refused
from bot.errors import NotDelivered
from config.channels import WecomSettings
from config.errors import AppError, ConfigurationError

log = structlog.get_logger()

_MAX_FRAME = 32 * 2**20
_CLOSE_SECONDS = 1.0


class Ended(Enum):
    """How a connection ended: before it was any use, after a while, or because of another one."""

    failed = auto()
    lost = auto()
    kicked = auto()


class Link:
    """`receive` gets every frame that WeCom sends of its own; it must not wait."""

    def __init__(
        self, settings: WecomSettings, timing: Timing, receive: Callable[[Frame], None]
    ) -> None:
        self._settings = settings
        self._timing = timing
        self._receive = receive
        self._session: Session | None = None
        self._kicked = False
        self._once_subscribed = False

    @property
    def subscribed(self) -> bool:
        return self._session is not None

    def session(self) -> Session:
        """Raises NotDelivered when there is none."""
        if self._session is None:
            raise NotDelivered("there is no connection to WeCom now")
        return self._session

    async def keep(self) -> None:
        """Connect, again and again, until cancelled. Raises ConfigurationError when WeCom does not
        know the bot or the secret at the first time."""
        pause = self._timing.first_retry
        while True:
            match await self._connected():
                case Ended.kicked:
                    # Whoever it was will do the same to us: two that fight serve nobody.
                    log.error("wecom.kicked", away=self._timing.kicked)
                    await asyncio.sleep(self._timing.kicked)
                    pause = self._timing.first_retry
                    continue
                case Ended.lost:
                    pause = self._timing.first_retry
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))
            pause = min(pause * 2, self._timing.last_retry)

    async def _connected(self) -> Ended:
        """One connection, from its beginning to its end."""
        self._kicked = False
        began = asyncio.get_running_loop().time()
        try:
            async with AsyncExitStack() as stack:
                socket = await stack.enter_async_context(
                    connect(
                        self._settings.websocket, open_timeout=self._timing.connect,
                        close_timeout=_CLOSE_SECONDS, max_size=_MAX_FRAME, ping_interval=None,
                        user_agent_header=None,
                    )
                )  # fmt: skip
                await self._served(Session(socket, self._timing, self._received))
        except (OSError, WebSocketException) as error:
            log.warning("wecom.not_connected", error=type(error).__name__)
            return Ended.failed
        if self._kicked:
            return Ended.kicked
        lived = asyncio.get_running_loop().time() - began
        return Ended.lost if lived >= self._timing.steady else Ended.failed

    async def _served(self, session: Session) -> None:
        running = asyncio.create_task(session.run())
        pinging: asyncio.Task[None] | None = None
        try:
            if not await self._subscribed(session):
                return
            self._session = session
            log.info("wecom.subscribed")
            pinging = asyncio.create_task(session.ping_for_ever())
            await asyncio.wait({running, pinging}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._session = None
            tasks = [task for task in (running, pinging) if task is not None]
            for task in tasks:
                task.cancel()
            for ended in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(ended, Exception):
                    log.error("wecom.connection_bug", exc_info=ended)

    async def _subscribed(self, session: Session) -> bool:
        secret = self._settings.secret
        assert secret is not None
        body = {"bot_id": self._settings.bot_id, "secret": secret.get_secret_value()}
        try:
            await session.ask(Command.subscribe, body)
        except Refused as error:
            if error.code in NOT_KNOWN and not self._once_subscribed:
                raise ConfigurationError(
                    "WECOM__BOT_ID, WECOM__SECRET: WeCom does not know this pair; copy both from"
                    f" the bot's page, API mode, long connection ({error})"
                ) from None
            log.error("wecom.not_subscribed", error=str(error))
            return False
        except AppError as error:
            log.warning("wecom.not_subscribed", error=str(error))
            return False
        self._once_subscribed = True
        return True

    def _received(self, frame: Frame) -> None:
        event = frame.body.get("event")
        if isinstance(event, dict) and event.get("eventtype") == "disconnected_event":
            self._kicked = True
            if self._session is not None:
                self._session.retire()
            return
        self._receive(frame)
