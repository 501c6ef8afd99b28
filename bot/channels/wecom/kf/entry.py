"""How 微信客服 is opened and checked."""

from bot.channels.base import WebhookChannel
from bot.channels.configured import Site
from bot.channels.wecom.kf.channel import WecomKfChannel
from bot.channels.wecom.kf.check import check_kf
from bot.findings import Finding
from config.channels import WecomKfSettings


def open_channel(section: WecomKfSettings, site: Site) -> WebhookChannel:
    return WecomKfChannel(section, site.cursors, site.duty)


async def check(section: WecomKfSettings, *, alone: bool) -> list[Finding]:
    return await check_kf(section)
