"""The emulator with 微信客服."""

from typing import Any

from tests.emulators.wecom.kf.control import KfControl
from tests.emulators.wecom.kf.interfaces import routes
from tests.emulators.wecom.kf.people import Customer, Servicer
from tests.emulators.wecom.kf.world import KF_AGENT, KF_SECRET, Account, Chat, Kf
from tests.emulators.wecom.server import WecomEmulator
from tests.emulators.wecom.world import App

_FIRST = "wkAJ2GCAAASSm4_FhToWMFea0xAFfd3Q"


class WecomKfEmulator(WecomEmulator):
    """Its first account is `account`; its app, with a secret of its own, is KF_AGENT."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.world.apps[KF_AGENT] = App(KF_AGENT, secret=KF_SECRET, name="微信客服")
        self.kf = Kf(self.world, self.pusher(KF_AGENT))
        self.api.routes |= routes(self.kf)
        self._control = KfControl(self)
        self.account = self.open_account(_FIRST, "火客小店")

    def open_account(self, open_kfid: str, name: str) -> Account:
        account = self.kf.accounts[open_kfid] = Account(open_kfid, name)
        return account

    def customer(self, name: str, account: Account | None = None) -> Customer:
        """New or known, by what they call themselves."""
        at = account or self.account
        id_ = next((id_ for id_, known in self.kf.names.items() if known == name), "")
        if not id_:
            id_ = f"wmAJ2GCAAA{len(self.kf.names) + 1:022d}"
            self.kf.names[id_] = name
        chat = at.chats.setdefault(id_, Chat(at.open_kfid, id_))
        return Customer(self.kf, at, chat)

    def servicer(self, userid: str, account: Account | None = None) -> Servicer:
        """New ones receive."""
        at = account or self.account
        at.servicers.setdefault(userid, True)
        return Servicer(self.kf, at, userid)
