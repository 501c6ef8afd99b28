"""Updates: asked for, or delivered to a webhook."""

import asyncio
import re
import time
from typing import Any
from urllib.parse import urlsplit

from tests.emulators.telegram.accounts import Account, Webhook
from tests.emulators.telegram.call import Call, Described, Json, Rendered
from tests.emulators.telegram.errors import (
    POLLED_ELSEWHERE,
    WEBHOOK_ACTIVE,
    ApiError,
    bad_request,
    conflict,
    too_many_requests,
)

_PORTS = (80, 88, 443, 8443)
_MOST_LONG_POLL = 50


async def get_updates(call: Call) -> Rendered:
    """Waits in real seconds, whatever the clock's scale: the client's own timeout does, too."""
    bot = call.bot
    if bot.webhook.url:
        raise conflict(WEBHOOK_ACTIVE)
    _stop_poll(bot, POLLED_ELSEWHERE)
    _set_allowed(call)
    offset, limit, timeout = _window(call)
    updates = bot.updates
    if offset < 0:
        offset = updates.newest(-offset)
    elif offset > 0:
        updates.confirm_below(offset)
    until = time.monotonic() + timeout
    while True:
        news = updates.news()
        found = updates.head(max(offset, 0), limit)
        left = until - time.monotonic()
        if found or left <= 0:
            return Rendered(b"[" + b",".join(update.body for update in found) + b"]")
        await _news(bot, news, left)


def _window(call: Call) -> tuple[int, int, int]:
    """Offset, limit and timeout; impatient repeats of one offset get less, later."""
    offset = call.given.integer("offset")
    limit = call.given.integer("limit", 100)
    limit = limit if 0 < limit <= 100 else 100
    timeout = min(max(call.given.integer("timeout"), 0), _MOST_LONG_POLL)
    before, when = call.bot.polled
    now = time.monotonic()
    if offset == before and now - when < 3 and timeout < 3:
        timeout = 3
        limit = 1 if now - when < 0.5 else limit
    call.bot.polled = (offset, now)
    return offset, limit, timeout


async def _news(bot: Account, news: asyncio.Event, seconds: float) -> None:
    """Returns when updates came or the time is over; raises when the poll was stopped."""
    stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    bot.poll = stopped
    arrived = asyncio.ensure_future(news.wait())
    try:
        ends: set[asyncio.Future[Any]] = {arrived, stopped}
        await asyncio.wait(ends, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if stopped.done():
            stopped.result()
    finally:
        arrived.cancel()
        stopped.cancel()
        if bot.poll is stopped:
            bot.poll = None


def _stop_poll(bot: Account, reason: str) -> None:
    if bot.poll and not bot.poll.done():
        bot.poll.set_exception(conflict(reason))
    bot.poll = None


def _set_allowed(call: Call) -> None:
    asked = call.given.nested("allowed_updates", "allowed_updates")
    if isinstance(asked, list):
        call.bot.updates.allowed = frozenset(str(name) for name in asked) if asked else None


def set_webhook(call: Call) -> Described:
    url = call.given.text("url")
    if not url:
        return delete_webhook(call)
    bot, now = call.bot, call.world.clock.ticks()
    _check_webhook(call, url)
    if now - bot.webhook_set < 1:
        raise too_many_requests(1)
    bot.webhook_set = now
    asked = Webhook(
        url=url, secret=call.given.text("secret_token"),
        max_connections=min(max(call.given.integer("max_connections", 40), 1), 100),
        ip_address=call.given.text("ip_address"), certificate="certificate" in call.given.files,
    )  # fmt: skip
    _stop_poll(bot, "terminated by setWebhook request")
    same = (asked.url, asked.secret, asked.max_connections, asked.ip_address) == (
        bot.webhook.url, bot.webhook.secret, bot.webhook.max_connections, bot.webhook.ip_address
    )  # fmt: skip
    _set_allowed(call)
    if call.given.boolean("drop_pending_updates"):
        bot.updates.clear()
    if same:
        return Described(True, "Webhook is already set")
    bot.webhook = asked
    call.world.webhooks.start(bot)
    return Described(True, "Webhook was set")


def _check_webhook(call: Call, url: str) -> None:
    parts = urlsplit(url)
    if call.world.https_rules:
        if parts.scheme != "https":
            raise _bad_webhook("An HTTPS URL must be provided for webhook")
        if (parts.port or 443) not in _PORTS:
            raise _bad_webhook("Webhook can be set up only on ports 80, 88, 443 or 8443")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _bad_webhook("Invalid URL")
    secret = call.given.text("secret_token")
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")


def _bad_webhook(reason: str) -> ApiError:
    return bad_request(f"bad webhook: {reason}")


def delete_webhook(call: Call) -> Described:
    if call.given.boolean("drop_pending_updates"):
        call.bot.updates.clear()
    if not call.bot.webhook.url:
        return Described(True, "Webhook is already deleted")
    call.world.webhooks.stop(call.bot)
    return Described(True, "Webhook was deleted")


def get_webhook_info(call: Call) -> Json:
    hook, updates = call.bot.webhook, call.bot.updates
    updates.expire()
    info: Json = {
        "url": hook.url, "has_custom_certificate": hook.certificate,
        "pending_update_count": len(updates.pending),
    }  # fmt: skip
    if hook.url:
        info["max_connections"] = hook.max_connections
        info["ip_address"] = hook.ip_address or "127.0.0.1"
    if hook.error_date:
        info |= {"last_error_date": hook.error_date, "last_error_message": hook.error}
    if updates.allowed is not None:
        info["allowed_updates"] = sorted(updates.allowed)
    return info


METHODS: dict[str, Any] = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
