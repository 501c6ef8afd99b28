"""The doctor's look at a group robot, without a word in its group."""

from urllib.parse import urlsplit

from bot.channels.wecom.errors import Refused
from bot.channels.wecom.http import ask, open_http
from bot.errors import NotDelivered
from bot.findings import Finding
from config.channels import WecomRobotSettings
from config.errors import TransientError

_PART = "WeCom group robot"
_WRONG_KEY, _EMPTY = 93000, 44004


async def check_robot(settings: WecomRobotSettings) -> list[Finding]:
    """Sends a text that is empty: WeCom looks at the key first, and then refuses it."""
    empty = {"msgtype": "text", "text": {"content": ""}}
    query = {"key": settings.key.get_secret_value()}
    async with open_http(settings.api) as http:
        try:
            await ask(http, "POST", "/cgi-bin/webhook/send", query, json=empty)
        except Refused as error:
            return [_judged(error)]
        except (NotDelivered, TransientError) as error:
            host = urlsplit(settings.api).hostname
            return [_wrong(f"{host}: {error}", "check the network (a proxy, WECOM_ROBOT__API)")]
    return [Finding(part=_PART, fine=True, seen="the key is known", needed=False)]


def _judged(error: Refused) -> Finding:
    if error.code == _WRONG_KEY:
        return _wrong(
            str(error),
            "set WECOM_ROBOT__KEY to what stands behind key= in the robot's webhook address; if"
            " the robot is gone, add one to the group anew",
        )
    if error.code == _EMPTY:
        return Finding(part=_PART, fine=True, seen="the key is known", needed=False)
    return _wrong(str(error), "see the robot's page in the group")


def _wrong(seen: str, advice: str) -> Finding:
    return Finding(part=_PART, fine=False, seen=seen, advice=advice, needed=False)
