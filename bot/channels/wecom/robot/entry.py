"""How a group robot is opened and checked."""

from bot.channels.base import WebhookChannel
from bot.channels.configured import Site
from bot.channels.wecom.robot.channel import WecomRobotChannel
from bot.channels.wecom.robot.check import check_robot
from bot.findings import Finding
from config.channels import WecomRobotSettings


def open_channel(section: WecomRobotSettings, site: Site) -> WebhookChannel:
    return WecomRobotChannel(section)


async def check(section: WecomRobotSettings, *, alone: bool) -> list[Finding]:
    return await check_robot(section)
