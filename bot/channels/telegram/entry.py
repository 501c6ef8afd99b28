"""How a Telegram bot is opened and checked."""

from bot.channels.base import WebhookChannel
from bot.channels.configured import Site
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.check import check_telegram
from bot.findings import Finding
from config.channels import TelegramSettings


def open_channel(section: TelegramSettings, site: Site) -> WebhookChannel:
    return TelegramChannel(section, site.duty, site.shelf)


async def check(section: TelegramSettings, *, alone: bool) -> list[Finding]:
    return await check_telegram(section, alone=alone)
