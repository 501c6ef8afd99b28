"""The doctor's look at the WeCom AI bot: is it known, and is it connected to nobody else."""

import asyncio
import time
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from bot.channels.wecom.bot.frames import NOT_KNOWN, Command, Frame
from bot.channels.wecom.bot.session import Session
from bot.channels.wecom.bot.timing import Timing
from bot.channels.wecom.errors import Refused
from bot.errors import Busy
from bot.findings import Finding
from config.channels import WecomSettings
from config.errors import AppError

_PART = "WeCom AI bot"
_TIMEOUT_SECONDS = 8.0
# A program that connects again when it was put out does so within seconds.
_LISTEN_SECONDS = 3.0


async def check_wecom_bot(
    settings: WecomSettings, *, alone: bool, listen: float = _LISTEN_SECONDS
) -> list[Finding]:
    """`alone` says that no HuoKe is connected for this bot: only then it can be tried, for to
    connect puts out who is connected. `listen`: seconds to wait for another program."""
    if settings.callback is not None:
        return [_called()]
    if not alone:
        return [
            Finding(
                part=_PART, fine=True,
                seen="HuoKe runs and keeps the connection; see wecom.subscribed, wecom.kicked in"
                " its log",
            )
        ]  # fmt: skip
    started = time.perf_counter()
    try:
        async with connect(
            settings.websocket, open_timeout=_TIMEOUT_SECONDS, close_timeout=1, ping_interval=None
        ) as socket:
            kicked = asyncio.Event()
            session = Session(socket, Timing(), lambda frame: _note(frame, kicked))
            running = asyncio.create_task(session.run())
            try:
                return [await _subscribed(session, settings, kicked, listen, started)]
            finally:
                running.cancel()
                await asyncio.wait({running})
    except (OSError, WebSocketException) as error:
        return [_unreachable(settings, error)]


async def _subscribed(
    session: Session, settings: WecomSettings, kicked: asyncio.Event, listen: float, started: float
) -> Finding:
    assert settings.secret is not None
    body = {"bot_id": settings.bot_id, "secret": settings.secret.get_secret_value()}
    try:
        await session.ask(Command.subscribe, body)
    except AppError as error:
        return _refused(error)
    took = (time.perf_counter() - started) * 1000
    try:
        async with asyncio.timeout(listen):
            await kicked.wait()
    except TimeoutError:
        return Finding(part=_PART, fine=True, seen=f"subscribed, {took:.0f} ms")
    return Finding(
        part=_PART, fine=False, seen="another program connects with this bot",
        advice="stop it, or give HuoKe a bot of its own: WeCom keeps one connection for each",
    )  # fmt: skip


def _note(frame: Frame, kicked: asyncio.Event) -> None:
    event = frame.body.get("event")
    if isinstance(event, dict) and event.get("eventtype") == "disconnected_event":
        kicked.set()


def _called() -> Finding:
    return Finding(
        part=_PART, fine=True,
        seen="called by WeCom at /wecom: it answers, and cannot speak first. Save the URL in the"
        " bot's page to see whether WeCom reaches it",
    )  # fmt: skip


def _refused(error: AppError) -> Finding:
    if isinstance(error, Refused) and error.code in NOT_KNOWN:
        return Finding(
            part=_PART, fine=False, seen=f"WeCom does not know the bot or its secret ({error})",
            advice="copy WECOM__BOT_ID and WECOM__SECRET from the bot's page (API mode, long"
            " connection); a bot in URL mode has to be switched over there",
        )  # fmt: skip
    if isinstance(error, Busy):
        return Finding(
            part=_PART, fine=False, seen="WeCom refuses connections for now: there were too many",
            advice="wait a minute; see that nothing else connects with this bot again and again",
        )  # fmt: skip
    return Finding(
        part=_PART, fine=False, seen=f"the subscription failed: {error}",
        advice="try again; if it stays, look at the state of WeCom's open platform",
    )  # fmt: skip


def _unreachable(settings: WecomSettings, error: Exception) -> Finding:
    host = urlsplit(settings.websocket).hostname
    return Finding(
        part=_PART, fine=False, seen=f"{host}: {type(error).__name__}",
        advice="check the network: this server has to reach that host by WebSocket (WSS, port 443)",
    )  # fmt: skip
