"""How a WeCom AI bot is opened and checked."""

from bot.channels.base import WebhookChannel
from bot.channels.configured import Site
from bot.channels.wecom.bot.called import CalledWecomBot
from bot.channels.wecom.bot.channel import WecomBot
from bot.channels.wecom.bot.check import check_wecom_bot
from bot.findings import Finding
from config.channels import WecomSettings


def open_channel(section: WecomSettings, site: Site) -> WebhookChannel:
    if section.callback is not None:
        return CalledWecomBot(section, site.shelf, site.language)
    return WecomBot(section, site.duty, site.language)


async def check(section: WecomSettings, *, alone: bool) -> list[Finding]:
    return await check_wecom_bot(section, alone=alone)
