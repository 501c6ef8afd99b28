"""The doctor's look at a custom robot: does DingTalk take its signature. Nothing is said."""

from urllib.parse import urlsplit

from bot.channels.dingtalk.errors import RobotRefused
from bot.channels.dingtalk.robot.channel import DingtalkRobotChannel
from bot.errors import Busy
from bot.findings import Finding
from config.channels import DingtalkRobotSettings
from config.errors import AppError, PermanentError

_PART = "DingTalk group robot"


async def check_robot(settings: DingtalkRobotSettings) -> Finding:
    """DingTalk looks at the robot and its signature first, and then refuses an empty message."""
    try:
        async with DingtalkRobotChannel(settings) as channel:
            await channel.say({"msgtype": "text", "text": {"content": ""}})
    except RobotRefused as error:
        return Finding(
            part=_PART, fine=False, needed=False, seen=str(error),
            advice="set DINGTALK_ROBOT__ACCESS_TOKEN to the end of the robot's webhook address and"
            " DINGTALK_ROBOT__SECRET to its signing secret (SEC…); choose signing, and neither"
            " keywords nor addresses, as its security setting",
        )  # fmt: skip
    except Busy as error:
        return Finding(
            part=_PART, fine=False, needed=False, seen=str(error),
            advice=f"wait {error.seconds:.0f} seconds: it was sent too much",
        )  # fmt: skip
    except PermanentError:
        return Finding(
            part=_PART, fine=True, needed=False, seen="known, and the signature is right"
        )
    except AppError as error:
        host = urlsplit(settings.api).hostname
        return Finding(
            part=_PART, fine=False, needed=False, seen=f"{host}: {type(error).__name__}",
            advice="check the network: DingTalk's hosts have to be reached on port 443",
        )  # fmt: skip
    return Finding(part=_PART, fine=True, needed=False, seen="known, and the signature is right")
