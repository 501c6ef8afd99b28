"""The doctor's look at a self-built app: are its settings WeCom's, and may this server call."""

import time

from bot.channels.wecom.api import WecomApi
from bot.channels.wecom.errors import Refused
from bot.channels.wecom.findings import refused, unreachable
from bot.errors import NotDelivered
from bot.findings import Finding
from config.channels import WecomAppSettings
from config.errors import TransientError

_APP, _CALLS = "WeCom app", "WeCom app's calls"
_ADVICE = {
    40001: "set WECOM_APP__SECRET as the app's page in WeCom's admin console shows it",
    40013: "set WECOM_APP__CORP_ID as the console shows it under 我的企业 (it begins with ww)",
    40056: "set WECOM_APP__AGENT_ID as the app's page shows it",
    301002: "set WECOM_APP__AGENT_ID to the app that WECOM_APP__SECRET is of",
    60020: "on the app's page, under 企业可信IP, add the address that this server calls from",
    48002: "on the app's page, give it the right to send messages",
}


async def check_app(settings: WecomAppSettings) -> list[Finding]:
    """Whether the calls of WeCom come to us is only seen when one comes."""
    secret = settings.secret.get_secret_value()
    started = time.perf_counter()
    async with WecomApi(settings.api, settings.corp_id, secret) as api:
        try:
            query = {"agentid": str(settings.agent_id)}
            app = await api.call("GET", "agent/get", query=query)
        except Refused as error:
            return [refused(_APP, error, _ADVICE)]
        except (NotDelivered, TransientError) as error:
            return [unreachable(_APP, settings.api, "WECOM_APP__API", error)]
    took = (time.perf_counter() - started) * 1000
    introduced = Finding(part=_APP, fine=True, seen=f"{app.get('name', '')}, {took:.0f} ms")
    return [introduced, _calls(app)]


def _calls(app: dict[str, object]) -> Finding:
    if app.get("close"):
        return Finding(
            part=_CALLS, fine=False, seen="the app is switched off",
            advice="switch it on (启用) on the app's page",
        )  # fmt: skip
    return Finding(
        part=_CALLS, fine=True,
        seen="come to /wecom_app when 接收消息 on the app's page has that URL, and the same Token"
        " and EncodingAESKey as the settings",
    )  # fmt: skip
