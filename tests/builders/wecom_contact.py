"""Customer contact of WeCom at the emulator, and the settings that reach it."""

from typing import Any

from pydantic import SecretStr

from config.channels import WecomContactSettings
from tests.emulators.wecom.contact import Contacts
from tests.emulators.wecom.server import WecomEmulator

ZHANG, LI = "zhangsan", "lisi"


def contact_settings(wecom: WecomEmulator, **changed: Any) -> WecomContactSettings:
    known: dict[str, Any] = {
        "corp_id": wecom.world.corp_id, "secret": SecretStr(wecom.app.secret),
        "senders": (ZHANG, LI), "api": wecom.url,
    }  # fmt: skip
    return WecomContactSettings(**(known | changed))


def three_friends(wecom: WecomEmulator) -> Contacts:
    """Zhang has wm1 and wm2, who are prospects; Li has wm2 and wm3."""
    contacts = Contacts(wecom)
    contacts.befriend(ZHANG, "wm1", "王伟", ("意向",))
    contacts.befriend(ZHANG, "wm2", "赵敏", ("意向", "老客"))
    contacts.befriend(LI, "wm2", "赵敏")
    contacts.befriend(LI, "wm3", "周杰")
    return contacts
