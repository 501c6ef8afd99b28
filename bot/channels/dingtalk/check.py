"""The doctor's look at DingTalk: is the app known, does a stream open, may cards be written."""

import time
from urllib.parse import urlsplit

import structlog
from websockets.exceptions import WebSocketException

from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.cards import Cards
from bot.channels.dingtalk.errors import Forbidden, TokenRefused
from bot.channels.dingtalk.stream import opened
from bot.errors import Busy
from bot.findings import Finding
from config.channels import DingtalkSettings
from config.errors import AppError, PermanentError

log = structlog.get_logger()

_APP, _STREAM, _CARDS = "DingTalk app", "DingTalk messages", "DingTalk cards"
_NOBODY = "huoke-doctor"


async def check_dingtalk(settings: DingtalkSettings, *, alone: bool = False) -> list[Finding]:
    """`alone` says that no HuoKe runs: another connection would get a part of its messages."""
    api = Api(settings)
    try:
        app = await _app(api, settings)
        if not app.fine:
            return [app]
        found = [app, await _messages(api, settings, alone=alone)]
        if settings.ai_card or settings.button_card:
            found.append(await _cards(Cards(api, settings.robot), settings))
        return found
    finally:
        await api.aclose()


async def _app(api: Api, settings: DingtalkSettings) -> Finding:
    started = time.perf_counter()
    try:
        await api.token()
    except TokenRefused:
        return Finding(
            part=_APP, fine=False, seen="DingTalk does not know the app",
            advice="set DINGTALK__CLIENT_ID and DINGTALK__CLIENT_SECRET as the app's page"
            " (Credentials) in DingTalk's developer console shows them",
        )  # fmt: skip
    except AppError as error:
        return _unreachable(_APP, settings, error)
    took = (time.perf_counter() - started) * 1000
    return Finding(part=_APP, fine=True, seen=f"{settings.client_id}, {took:.0f} ms")


async def _messages(api: Api, settings: DingtalkSettings, *, alone: bool) -> Finding:
    if settings.http:
        return Finding(part=_STREAM, fine=True, seen="DingTalk calls /dingtalk")
    if not alone:
        return Finding(part=_STREAM, fine=True, seen="by stream; the service holds it")
    try:
        socket = await opened(settings, api)
    except TokenRefused:
        return Finding(
            part=_STREAM, fine=False, seen="DingTalk opens no stream for this app",
            advice="in the developer console choose Stream mode for the robot, and publish the app",
        )  # fmt: skip
    except (AppError, WebSocketException, OSError) as error:
        return _unreachable(_STREAM, settings, error)
    await socket.close()
    return Finding(part=_STREAM, fine=True, seen="a stream opens")


async def _cards(cards: Cards, settings: DingtalkSettings) -> Finding:
    """Changing a card that is not there tells what would be refused, and changes nothing."""
    missing: list[str] = []
    calls = [cards.update(_NOBODY, {})]
    if settings.ai_card:
        calls.append(cards.stream(_NOBODY, "", last=False))
    unclear: AppError | None = None
    for call in calls:
        try:
            await call
        except Forbidden as error:
            missing += error.scopes or (str(error),)
        except PermanentError as error:
            log.debug("dingtalk.no_such_card", error=str(error))
        except AppError as error:
            unclear = error
    if missing:
        named = ", ".join(sorted(set(missing)))
        return Finding(
            part=_CARDS, fine=False, needed=False, seen=f"the app lacks {named}",
            advice=f"add {named} under Permissions in the developer console and publish the app;"
            " until then answers are plain messages",
        )  # fmt: skip
    if unclear is not None:
        return Finding(
            part=_CARDS, fine=False, needed=False, seen=str(unclear),
            advice="try again; when it stays, check the permissions Card.Instance.Write and"
            " Card.Streaming.Write in the developer console",
        )  # fmt: skip
    return Finding(part=_CARDS, fine=True, needed=False, seen="may be written")


def _unreachable(part: str, settings: DingtalkSettings, error: Exception) -> Finding:
    host = urlsplit(settings.api).hostname
    if isinstance(error, Busy):
        return Finding(
            part=part, fine=False, seen=f"{host}: {error}",
            advice=f"wait {error.seconds:.0f} seconds: this app, or this address, called too much",
        )  # fmt: skip
    return Finding(
        part=part, fine=False, seen=f"{host}: {type(error).__name__}",
        advice="check the network: DingTalk's hosts have to be reached on port 443",
    )  # fmt: skip
