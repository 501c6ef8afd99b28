"""The company, its apps, members and robots, and what they have on their screens."""

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.emulators.telegram.clock import Clock
from tests.emulators.wecom.errors import ApiError
from tests.emulators.wecom.faults import Faults
from tests.emulators.wecom.ledger import Ledger
from tests.emulators.wecom.tokens import Tokens

Json = dict[str, Any]

CORP, SECRET = "ww5823bf96d3bd56c7", "the-secret-of-the-app-0123456789abcdefghijk"
TOKEN, AES_KEY = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
AGENT = 1_000_002
ROBOT_KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
MEDIA_LIFE = 3 * 86_400


@dataclass
class App:
    """`members` may see it; None: everybody may."""

    agent_id: int
    secret: str = SECRET
    token: str = TOKEN
    aes_key: str = AES_KEY
    name: str = "火客"
    members: set[str] | None = None
    unlicensed: set[str] = field(default_factory=set)
    closed: bool = False


@dataclass
class Shown:
    """A message on a member's screen. `chosen` stands in place of a card's buttons."""

    msgid: str
    to: str
    agent_id: int
    type: str
    content: Json
    ticks: float
    recalled: bool = False
    chosen: str = ""


@dataclass
class Stored:
    id: str
    kind: str
    name: str
    content: bytes
    until: float


@dataclass
class Robot:
    """Of one group; `sent` are the times of its messages in ticks."""

    key: str
    messages: list[Json] = field(default_factory=list)
    disabled: bool = False
    sent: deque[float] = field(default_factory=lambda: deque(maxlen=20))


@dataclass
class World:
    """`flood` eases the limits (2: twice as much, 0: none)."""

    clock: Clock
    ledger: Ledger
    faults: Faults
    flood: float = 1.0
    corp_id: str = CORP
    apps: dict[int, App] = field(default_factory=dict)
    members: dict[str, str] = field(default_factory=dict)
    robots: dict[str, Robot] = field(default_factory=dict)
    media: dict[str, Stored] = field(default_factory=dict)
    screens: dict[str, list[Shown]] = field(default_factory=dict)
    # Response codes and the message that each can still change.
    codes: dict[str, tuple[Shown, float]] = field(default_factory=dict)
    # What was sent a short while ago: its id, and until when it is not shown again.
    recent: dict[str, tuple[str, float]] = field(default_factory=dict)
    tasks: set[tuple[int, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.clock)

    def app_of(self, secret: str) -> App | None:
        return next((app for app in self.apps.values() if app.secret == secret), None)

    def keep(self, kind: str, name: str, content: bytes) -> Stored:
        until = self.clock.ticks() + MEDIA_LIFE
        stored = Stored(f"3{uuid4().hex}_{kind}", kind, name, content, until)
        self.media[stored.id] = stored
        return stored

    def stored(self, media_id: str) -> Stored:
        """Raises 40007."""
        found = self.media.get(media_id)
        if found is None or found.until <= self.clock.ticks():
            raise ApiError(40007)
        return found

    def screen(self, member: str) -> list[Shown]:
        return self.screens.setdefault(member, [])

    def new_code(self, shown: Shown) -> str:
        code = uuid4().hex
        self.codes[code] = (shown, self.clock.ticks() + 72 * 3_600)
        return code


def open_world(scale: float, flood: float, seed: int, file: Path | None) -> World:
    clock = Clock(scale)
    return World(clock=clock, ledger=Ledger(clock.exact, file), faults=Faults(seed), flood=flood)
