"""The channels that the settings name."""

from bot.channels.base import Duty, WebhookChannel
from config.settings import Settings


def open_channels(settings: Settings, duty: Duty | None) -> list[WebhookChannel]:
    """`duty` is for work on a channel that only one of several processes may do."""
    found: list[WebhookChannel] = []
    if settings.telegram is not None:
        # Imported here: aiogram takes seconds to load, and a chat in a terminal has no use for it.
        from bot.channels.telegram.channel import TelegramChannel

        found.append(TelegramChannel(settings.telegram, duty))
    return found
