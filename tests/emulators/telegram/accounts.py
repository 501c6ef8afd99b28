"""Bots: who they are, where their updates go, their menus."""

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from tests.emulators.telegram.updates import UpdateQueue

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Webhook:
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    ip_address: str = ""
    certificate: bool = False
    error_date: int = 0
    error: str = ""


@dataclass(kw_only=True)
class Account:
    """A bot. `token` is its id, a colon and a secret."""

    token: str
    username: str
    name: str
    updates: UpdateQueue
    reads_all: bool = True
    logged_out: bool = False
    webhook: Webhook = field(default_factory=Webhook)
    menus: dict[tuple[str, int, int, str], list[Json]] = field(default_factory=dict)
    queries: dict[str, tuple[int, float]] = field(default_factory=dict)  # id: chat, expiry
    poll: asyncio.Future[None] | None = None
    polled: tuple[int, float] = (0, float("-inf"))  # offset, when
    webhook_set: float = float("-inf")
    message_ids: "count[int]" = field(default_factory=lambda: count(1))
    shops: dict[str, Any] = field(default_factory=dict)  # business connections by id

    @property
    def id(self) -> int:
        return int(self.token.partition(":")[0])

    def json(self) -> Json:
        return {
            "id": self.id, "is_bot": True, "first_name": self.name, "username": self.username,
        }  # fmt: skip

    def full_json(self) -> Json:
        return self.json() | {
            "can_join_groups": True, "can_read_all_group_messages": self.reads_all,
            "supports_inline_queries": False, "can_connect_to_business": False,
            "has_main_web_app": False, "has_topics_enabled": False,
        }  # fmt: skip
