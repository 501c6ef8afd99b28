"""Everything that exists in the emulator: people, groups, what the robot showed them, files."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from uuid import uuid4

from tests.emulators.dingtalk.cards import BUILT_IN, Button, Card, Template
from tests.emulators.dingtalk.faults import Faults
from tests.emulators.dingtalk.ledger import Ledger
from tests.emulators.dingtalk.quota import Quotas
from tests.emulators.telegram.clock import Clock

CORPORATION = "ding8a2b4c6d8e0f"
SESSION_LIFE, TOKEN_LIFE, LINK_LIFE = 5400.0, 7200, 3600.0


def opaque(prefix: str, *of: str) -> str:
    """The same for the same parts, as DingTalk's ids look."""
    return prefix + base64.b64encode(sha256("/".join(of).encode()).digest()[:18]).decode()


@dataclass(kw_only=True)
class User:
    """`id` is the staff id; an outsider has none that the robot gets to see."""

    id: str
    nick: str
    outsider: bool = False
    admin: bool = False
    present: bool = True

    @property
    def sender_id(self) -> str:
        return opaque("$:LWCP_v1:$", "user", self.id)


@dataclass(frozen=True, slots=True)
class Stored:
    """A file, sent by a person (code: its downloadCode) or uploaded (its mediaId)."""

    code: str
    name: str
    content: bytes
    type: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One message of the robot as people see it now.

    kind: text, markdown, link, action_card, feed_card, image, audio, video, file or card. `by` is
    the path of the call that sent it, `key` its processQueryKey or outTrackId.
    """

    n: int
    kind: str
    by: str
    key: str = ""
    text: str = ""
    title: str = ""
    url: str = ""
    buttons: tuple[Button, ...] = ()
    at: tuple[str, ...] = ()
    at_all: bool = False
    file: Stored | None = None
    card: Card | None = None


@dataclass(kw_only=True)
class Chat:
    """`id` is the staff id of the one person, or the group's openConversationId."""

    id: str
    conversation_id: str
    title: str = ""
    group: bool = False
    members: set[str] = field(default_factory=set)
    has_robot: bool = True
    posts: list[Shown] = field(default_factory=list)
    read_by: dict[str, set[str]] = field(default_factory=dict)  # processQueryKey: staff ids

    def shown(self) -> list[Shown]:
        return [_as_now(post) for post in self.posts]

    def recall(self, key: str) -> bool:
        """False when no message has this key, or no longer."""
        before = len(self.posts)
        self.posts = [post for post in self.posts if post.key != key]
        return len(self.posts) < before


def _as_now(post: Shown) -> Shown:
    if post.card is None:
        return post
    card = post.card
    return replace(post, text=card.text, title=card.title, buttons=card.buttons)


@dataclass(frozen=True, slots=True)
class Session:
    """What a sessionWebhook leads to, until `expires` (ticks)."""

    chat: Chat
    expires: float


@dataclass(kw_only=True)
class Robot:
    """A custom robot of a group: it signs with `secret` or says one of `keywords`."""

    access_token: str
    chat: Chat
    secret: str = ""
    keywords: tuple[str, ...] = ()


@dataclass(kw_only=True)
class World:
    client_id: str
    client_secret: str
    robot_code: str
    clock: Clock
    ledger: Ledger
    faults: Faults
    quotas: Quotas
    url: str = ""
    new_ticket: Callable[[frozenset[tuple[str, str]]], str] = field(default=lambda topics: "")
    users: dict[str, User] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    files: dict[str, Stored] = field(default_factory=dict)
    cards: dict[str, Card] = field(default_factory=dict)
    templates: dict[str, Template] = field(
        default_factory=lambda: {template.id: template for template in BUILT_IN}
    )
    tokens: dict[str, float] = field(default_factory=dict)  # expiry in ticks
    sessions: dict[str, Session] = field(default_factory=dict)
    links: dict[str, tuple[Stored, float]] = field(default_factory=dict)  # with expiry in ticks
    robots: dict[str, Robot] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def old_url(self) -> str:
        return f"{self.url}/oapi"

    def dialog(self, user: User) -> Chat:
        """The private chat with the robot, begun when there is none."""
        return self.chats.setdefault(
            user.id,
            Chat(
                id=user.id, conversation_id=opaque("cid", self.robot_code, user.id),
                members={user.id},
            ),
        )  # fmt: skip

    def session(self, chat: Chat) -> str:
        """The secret part of a new sessionWebhook."""
        secret = uuid4().hex
        self.sessions[secret] = Session(chat, self.clock.ticks() + SESSION_LIFE)
        return secret

    def store(self, prefix: str, name: str, content: bytes, type_: str) -> Stored:
        stored = Stored(prefix + uuid4().hex, name, content, type_)
        self.files[stored.code] = stored
        return stored

    def staff(self, user_id: str) -> User | None:
        """Somebody whom the robot may write to."""
        user = self.users.get(user_id)
        return user if user and user.present and not user.outsider else None
