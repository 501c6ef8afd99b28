"""How a custom robot is opened and checked."""

from bot.channels.base import WebhookChannel
from bot.channels.configured import Site
from bot.channels.dingtalk.robot.channel import DingtalkRobotChannel
from bot.channels.dingtalk.robot.check import check_robot
from bot.findings import Finding
from config.channels import DingtalkRobotSettings


def open_channel(section: DingtalkRobotSettings, site: Site) -> WebhookChannel:
    return DingtalkRobotChannel(section)


async def check(section: DingtalkRobotSettings, *, alone: bool) -> list[Finding]:
    return [await check_robot(section)]
