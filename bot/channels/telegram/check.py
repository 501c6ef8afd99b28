"""The doctor's look at Telegram: is the bot known, and do its updates come to us."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aiogram import Bot
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    TelegramConflictError,
    TelegramNotFound,
    TelegramUnauthorizedError,
)
from aiogram.types import WebhookInfo

from bot.channels.telegram.session import Session
from bot.findings import Finding
from config.channels import TelegramSettings

_BOT, _UPDATES = "Telegram bot", "Telegram updates"
_TIMEOUT_SECONDS = 8
# As long as it takes another program to ask again when we asked in between.
_LISTEN_SECONDS = 3
_RECENT = timedelta(minutes=10)
# Telegram keeps what it cannot deliver; so many wait only when something is wrong.
_MANY = 100


async def check_telegram(settings: TelegramSettings, *, alone: bool = False) -> list[Finding]:
    """`alone` says that no HuoKe polls for this bot: only then it can be seen whether another
    program does, for to look means to poll."""
    server = TelegramAPIServer.from_base(settings.api)
    session = Session(api=server, timeout=_TIMEOUT_SECONDS)
    async with Bot(settings.token.get_secret_value(), session=session) as bot:
        introduced = await _introduced(bot, settings)
        if not introduced.fine:
            return [introduced]
        try:
            info = await bot.get_webhook_info()
            if settings.webhook_url is not None:
                return [introduced, _webhook(info, settings.webhook_url)]
            return [introduced, await _polling(bot, info, alone=alone)]
        except AiogramError as error:
            return [introduced, _unreachable(_UPDATES, settings, error)]


async def _introduced(bot: Bot, settings: TelegramSettings) -> Finding:
    started = time.perf_counter()
    try:
        me = await bot.get_me()
    except (TelegramUnauthorizedError, TelegramNotFound):
        return Finding(
            part=_BOT, fine=False, seen="Telegram does not know the token",
            advice="set TELEGRAM__TOKEN as @BotFather gives it (/mybots, API Token)",
        )  # fmt: skip
    except AiogramError as error:
        return _unreachable(_BOT, settings, error)
    took = (time.perf_counter() - started) * 1000
    groups = "every message" if me.can_read_all_group_messages else "only what is addressed to it"
    seen = f"@{me.username}, {took:.0f} ms; in groups it is shown {groups}"
    return Finding(part=_BOT, fine=True, seen=seen)


def _webhook(info: WebhookInfo, ours: str) -> Finding:
    if info.url != ours:
        seen = f"go to {urlsplit(info.url).hostname}" if info.url else "no webhook is set"
        return Finding(
            part=_UPDATES, fine=False, seen=seen,
            advice="start the service: it sets the webhook. If it runs, another program that has"
            " this token sets its own: stop that one",
        )  # fmt: skip
    seen = f"webhook at {urlsplit(ours).hostname}, {info.pending_update_count} waiting"
    failed = info.last_error_date
    if failed is None or datetime.now(UTC) - failed > _RECENT:
        return _unless_many(seen, info.pending_update_count)
    return Finding(
        part=_UPDATES, fine=False, seen=f"{seen}; last error: {info.last_error_message}",
        advice=_advice(info.last_error_message or ""),
    )  # fmt: skip


def _advice(said: str) -> str:
    if "401" in said or "403" in said:
        return "start the service again: it tells Telegram the secret anew"
    if "503" in said:
        return "the service cannot keep messages now: see the database, and whether it is starting"
    return (
        "check that the address leads to HuoKe's port, with a valid certificate, and that nothing"
        " in between changes the path"
    )


async def _polling(bot: Bot, info: WebhookInfo, *, alone: bool) -> Finding:
    if info.url:
        return Finding(
            part=_UPDATES, fine=False, seen=f"go to {urlsplit(info.url).hostname}",
            advice="start the service: it takes that webhook away. If another program needs it,"
            " give HuoKe a bot of its own",
        )  # fmt: skip
    if alone:
        try:
            await bot.get_updates(limit=1, timeout=_LISTEN_SECONDS)
        except TelegramConflictError:
            return Finding(
                part=_UPDATES, fine=False, seen="another program polls this bot",
                advice="stop it, or give HuoKe a bot of its own: only one can ask for its updates",
            )  # fmt: skip
    return _unless_many(f"polling, {info.pending_update_count} waiting", info.pending_update_count)


def _unless_many(seen: str, pending: int) -> Finding:
    if pending < _MANY:
        return Finding(part=_UPDATES, fine=True, seen=seen)
    advice = "start the service: it takes them in"
    return Finding(part=_UPDATES, fine=False, seen=seen, advice=advice)


def _unreachable(part: str, settings: TelegramSettings, error: AiogramError) -> Finding:
    return Finding(
        part=part, fine=False, seen=f"{urlsplit(settings.api).hostname}: {type(error).__name__}",
        advice="check the network (a proxy or TELEGRAM__API where Telegram cannot be reached)",
    )  # fmt: skip
