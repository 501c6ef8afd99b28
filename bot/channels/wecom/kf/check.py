"""The doctor's look at 微信客服: are its settings WeCom's, which accounts are there, who serves."""

import time

from bot.channels.wecom.api import WecomApi
from bot.channels.wecom.errors import Refused
from bot.channels.wecom.findings import refused, unreachable
from bot.errors import NotDelivered
from bot.findings import Finding
from config.channels import WecomKfSettings
from config.errors import TransientError

_KF, _PEOPLE, _CALLS = "微信客服", "微信客服 people", "微信客服 calls"
_RECEIVING = 0
_ADVICE = {
    40001: "set WECOM_KF__SECRET to the secret of the app that may call 微信客服's interfaces",
    40013: "set WECOM_KF__CORP_ID as the console shows it under 我的企业 (it begins with ww)",
    48002: "in WeCom's console, under 微信客服 → API, let the app call its interfaces",
    60020: "on the app's page, under 企业可信IP, add the address that this server calls from",
    95011: "use the secret of the app that 微信客服 → API names",
    95012: "use the secret of the app that 微信客服 → API names",
    95017: "in WeCom's console, under 微信客服 → API, switch the interfaces on",
}


async def check_kf(settings: WecomKfSettings) -> list[Finding]:
    """Whether the calls of WeCom come to us is only seen when one comes."""
    secret = settings.secret.get_secret_value()
    started = time.perf_counter()
    async with WecomApi(settings.api, settings.corp_id, secret) as api:
        try:
            answer = await api.call("POST", "kf/account/list", {"offset": 0, "limit": 100})
            accounts = {
                str(each["open_kfid"]): str(each.get("name") or each["open_kfid"])
                for each in answer.get("account_list") or []
            }
            if not accounts:
                return [_no_account()]
            took = (time.perf_counter() - started) * 1000
            seen = f"{', '.join(accounts.values())}; {took:.0f} ms"
            people = [await _people(api, settings, *each) for each in accounts.items()]
        except Refused as error:
            return [refused(_KF, error, _ADVICE)]
        except (NotDelivered, TransientError) as error:
            return [unreachable(_KF, settings.api, "WECOM_KF__API", error)]
    return [Finding(part=_KF, fine=True, seen=seen), *people, _calls()]


async def _people(api: WecomApi, settings: WecomKfSettings, account: str, name: str) -> Finding:
    """Who can take the chats of an account over."""
    answer = await api.call("GET", "kf/servicer/list", query={"open_kfid": account})
    listed = answer.get("servicer_list") or []
    found = {str(each.get("userid")): each.get("status") == _RECEIVING for each in listed}
    wanted = settings.servicer
    if wanted and wanted not in found:
        return Finding(
            part=_PEOPLE, fine=False, needed=False, seen=f"{name}: {wanted} serves no customers",
            advice="add them to the account's 接待人员, or change WECOM_KF__SERVICER",
        )  # fmt: skip
    receiving = [user for user, ready in found.items() if ready]
    if not receiving:
        return Finding(
            part=_PEOPLE, fine=False, needed=False, seen=f"{name}: nobody receives customers now",
            advice="a customer who asks for a person waits until somebody of 接待人员 goes online",
        )  # fmt: skip
    return Finding(part=_PEOPLE, fine=True, seen=f"{name}: {', '.join(receiving)}")


def _no_account() -> Finding:
    return Finding(
        part=_KF, fine=False, seen="the app may serve no account",
        advice="in WeCom's console, under 微信客服 → API, give the app the accounts to serve",
    )  # fmt: skip


def _calls() -> Finding:
    return Finding(
        part=_CALLS, fine=True,
        seen="come to /wecom_kf when the app's 接收消息 has that URL, and the same Token and"
        " EncodingAESKey as the settings",
    )  # fmt: skip
