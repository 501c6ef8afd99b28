"""How a self-built app is opened and checked."""

from bot.channels.base import WebhookChannel
from bot.channels.configured import Site
from bot.channels.wecom.app.channel import WecomAppChannel
from bot.channels.wecom.app.check import check_app
from bot.findings import Finding
from config.channels import WecomAppSettings


def open_channel(section: WecomAppSettings, site: Site) -> WebhookChannel:
    return WecomAppChannel(section, site.shelf)


async def check(section: WecomAppSettings, *, alone: bool) -> list[Finding]:
    return await check_app(section)
