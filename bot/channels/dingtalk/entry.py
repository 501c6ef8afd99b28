"""How a DingTalk robot is opened and checked."""

from bot.channels.base import WebhookChannel
from bot.channels.configured import Site
from bot.channels.dingtalk.channel import DingtalkChannel
from bot.channels.dingtalk.check import check_dingtalk
from bot.findings import Finding
from config.channels import DingtalkSettings


def open_channel(section: DingtalkSettings, site: Site) -> WebhookChannel:
    return DingtalkChannel(section, site.shelf, site.language)


async def check(section: DingtalkSettings, *, alone: bool) -> list[Finding]:
    return await check_dingtalk(section, alone=alone)
