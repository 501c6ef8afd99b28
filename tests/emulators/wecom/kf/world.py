"""Accounts of 微信客服, the chats of customers with them, and what can be read of it all."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.emulators.wecom.errors import ApiError
from tests.emulators.wecom.pushing import Pushed, Pusher, xml_of
from tests.emulators.wecom.world import World

Json = dict[str, Any]

KF_AGENT, KF_SECRET = 1_000_098, "the-secret-of-customer-service-0123456789abc"
NEW, BOT, POOL, PERSON, ENDED = range(5)
CUSTOMER, SYSTEM, STAFF = 3, 4, 5
MOST_MESSAGES, SILENCE = 5, 48 * 3_600
TOKEN_LIFE, KEPT = 600, 3 * 86_400


@dataclass
class Chat:
    """Of one customer with one account. `said` is the time of the customer's last message in
    ticks, `room` how many messages may still answer it."""

    open_kfid: str
    customer: str
    state: int = NEW
    servicer: str = ""
    said: float | None = None
    room: int = 0
    screen: list[Json] = field(default_factory=list)


@dataclass
class Code:
    """What kf/send_msg_on_event takes, once. `state`: the session must still be in it."""

    chat: Chat
    until: float
    kinds: tuple[str, ...]
    state: int | None = None


@dataclass
class Account:
    """`log` holds time in ticks and message. `servicers` by userid: whether they receive."""

    open_kfid: str
    name: str
    page: int = 1_000
    empty_pages: int = 0
    log: list[tuple[float, Json]] = field(default_factory=list)
    servicers: dict[str, bool] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    sent: set[str] = field(default_factory=set)
    bare_reads: deque[float] = field(default_factory=lambda: deque(maxlen=3))


class Kf:
    def __init__(self, world: World, pusher: Pusher) -> None:
        self.world = world
        self.accounts: dict[str, Account] = {}
        self.names: dict[str, str] = {}
        self.codes: dict[str, Code] = {}
        self._pusher = pusher
        self._tokens: dict[str, tuple[str, float]] = {}

    @property
    def now(self) -> float:
        return self.world.clock.ticks()

    def account(self, open_kfid: object) -> Account:
        """Raises 95000."""
        found = self.accounts.get(str(open_kfid))
        if found is None:
            raise ApiError(95000)
        return found

    def chat(self, open_kfid: object, customer: object) -> Chat:
        """Raises 95000, 40096."""
        found = self.account(open_kfid).chats.get(str(customer))
        if found is None:
            raise ApiError(40096)
        return found

    def tell(self, account: Account, message: Json) -> str:
        """Something happened: it can be read, and a notice is posted. Returns its msgid."""
        told = {"msgid": uuid4().hex, "send_time": self.world.clock.date(), **message}
        account.log.append((self.now, told))
        token = f"ENC{uuid4().hex}"
        self._tokens[token] = (account.open_kfid, self.now + TOKEN_LIFE)
        fields = {
            "ToUserName": self.world.corp_id, "CreateTime": self.world.clock.date(),
            "MsgType": "event", "Event": "kf_msg_or_event", "Token": token,
            "OpenKfId": account.open_kfid,
        }  # fmt: skip
        self._pusher.put(Pushed(id=told["msgid"], sender=account.open_kfid, content=xml_of(fields)))
        return str(told["msgid"])

    def event(self, chat: Chat, kind: str, **more: object) -> str:
        told = {"event_type": kind, "open_kfid": chat.open_kfid, "external_userid": chat.customer}
        message = {"origin": SYSTEM, "msgtype": "event", "event": {**told, **more}}
        return self.tell(self.account(chat.open_kfid), message)

    def check_token(self, account: Account, token: str) -> None:
        """Raises 95007; without one, 45009 for who asks often."""
        if token:
            owner, until = self._tokens.get(token, ("", 0.0))
            if owner != account.open_kfid or until <= self.now:
                raise ApiError(95007)
            return
        reads = account.bare_reads
        if self.world.flood and len(reads) == reads.maxlen and self.now - reads[0] < 60:
            raise ApiError(45009)
        reads.append(self.now)

    def new_code(self, chat: Chat, seconds: float, *kinds: str, state: int | None = None) -> str:
        code = uuid4().hex
        self.codes[code] = Code(chat, self.now + seconds, kinds, state)
        return code

    def show(self, chat: Chat, msgid: str, kind: str, content: Json) -> None:
        chat.screen.append({"msgid": msgid, "type": kind, "content": content, "at": self.now})
