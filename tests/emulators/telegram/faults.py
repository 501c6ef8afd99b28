"""Faults to be met: which, by which bot, method and chat, how often."""

from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from tests.emulators.telegram.errors import (
    POLLED_ELSEWHERE,
    ApiError,
    bad_request,
    conflict,
    forbidden,
    migrated,
    too_many_requests,
    unauthorized,
)


class Kind(StrEnum):
    """How a call, or the delivery of an update, goes wrong."""

    # The call is refused, nothing happens.
    flood = "flood"  # 429; value: seconds
    restart = "restart"  # 500
    bad_gateway = "bad_gateway"  # 502 with HTML
    reset_before = "reset_before"  # the connection is gone, nothing happened
    conflict = "conflict"  # 409
    revoked = "revoked"  # 401
    blocked = "blocked"  # 403
    chat_not_found = "chat_not_found"  # 400
    migrated = "migrated"  # 400; value: the new chat's id
    # The call is done, the client does not learn it.
    reset_after = "reset_after"
    slow = "slow"  # value: real seconds until the answer
    malformed = "malformed"  # 200, no JSON
    cut = "cut"  # half of the answer, then the connection is gone
    lost = "lost"  # 502 with HTML although it was done
    # Updates.
    duplicate = "duplicate"  # delivered once more although it was confirmed
    shuffle = "shuffle"  # a batch, or the deliveries, mixed across chats
    gap = "gap"  # the next update_id is not the last one plus 1


UNSEEN = frozenset({Kind.reset_after, Kind.slow, Kind.malformed, Kind.cut, Kind.lost})
BEFORE = frozenset({Kind.bad_gateway, Kind.reset_before})


@dataclass(kw_only=True)
class Fault:
    """None fits all. `count` None is for ever; each fitting call is hit with the probability."""

    kind: Kind
    bot: int | None = None
    method: str | None = None
    chat: int | None = None
    count: int | None = 1
    probability: float = 1.0
    value: float = 1.0
    hits: int = field(default=0, init=False)

    def fits(self, bot: int, method: str, chat: int | None) -> bool:
        return (
            (self.count is None or self.hits < self.count)
            and self.bot in (None, bot)
            and (self.method is None or self.method.lower() == method.lower())
            and self.chat in (None, chat)
        )

    def refusal(self) -> ApiError:
        """For kinds that answer as the Bot API itself does."""
        number = int(self.value)
        errors = {
            Kind.flood: too_many_requests(number),
            Kind.restart: ApiError(500, "Internal Server Error: restart"),
            Kind.conflict: conflict(POLLED_ELSEWHERE),
            Kind.revoked: unauthorized(),
            Kind.blocked: forbidden("bot was blocked by the user"),
            Kind.chat_not_found: bad_request("chat not found"),
            Kind.migrated: migrated(number),
        }
        return errors[self.kind]


_UPDATE_KINDS = frozenset({Kind.duplicate, Kind.shuffle, Kind.gap})


class Faults:
    """The first fitting fault is met; chance comes from the seed alone."""

    def __init__(self, seed: int = 0) -> None:
        self.planned: list[Fault] = []
        self.random = Random(seed)

    def add(self, fault: Fault) -> Fault:
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        self.planned.clear()

    def for_call(self, bot: int, method: str, chat: int | None) -> Fault | None:
        for fault in self.planned:
            if fault.kind not in _UPDATE_KINDS and self._hits(fault, bot, method, chat):
                return fault
        return None

    def for_update(self, kind: Kind, bot: int, chat: int | None = None) -> bool:
        return any(
            fault.kind is kind and self._hits(fault, bot, "", chat) for fault in self.planned
        )

    def _hits(self, fault: Fault, bot: int, method: str, chat: int | None) -> bool:
        if not fault.fits(bot, method, chat):
            return False
        if fault.probability < 1 and self.random.random() >= fault.probability:
            return False
        fault.hits += 1
        return True
