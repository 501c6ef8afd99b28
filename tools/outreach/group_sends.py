"""The port to a platform on which employees send one text to many of their contacts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from config.errors import UserFacingError
from config.i18n import knows
from storage.tables.broadcast import RecipientStatus


class GroupSendRefused(UserFacingError):
    """The platform said no, for `reason`; codes that people meet have words of their own."""

    def __init__(self, code: int, reason: str) -> None:
        own = f"outreach.codes.{code}"
        super().__init__(own if knows(own) else "outreach.refused", reason=reason)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRules:
    """`alone` is how many people somebody may write to without another's yes; `monthly` how many
    broadcasts one customer gets in a month; between `quiet_from` and `quiet_to`, on the
    organisation's clocks, none is begun."""

    alone: int
    monthly: int
    quiet_from: time
    quiet_to: time

    def quiet(self, now: datetime) -> bool:
        """`now` is in the organisation's zone."""
        clock = now.time()
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= clock < self.quiet_to
        return clock >= self.quiet_from or clock < self.quiet_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A customer whom an employee (`sender`) has among their contacts."""

    sender: str
    external_id: str
    name: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeTask:
    """What waits for an employee; `refused` are those whom the platform left out."""

    id: str
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    external_id: str
    status: RecipientStatus


class GroupSends(Protocol):
    """Every call raises GroupSendRefused, or TransientError when it may succeed later (or when
    nobody knows whether it did)."""

    @property
    def rules(self) -> SendRules: ...

    async def contacts(self) -> Sequence[Contact]:
        """Everybody whom the configured senders have, once for each of them who has them."""

    async def create(self, sender: str, people: Sequence[str], text: str) -> MadeTask:
        """Nothing is sent before the employee confirms."""

    async def find(
        self, sender: str, text: str, since: datetime, others: Collection[str]
    ) -> MadeTask | None:
        """A task with this text that was made since then, and is none of the `others` (ids); for
        when the answer to `create` was lost."""

    async def confirmed(self, task_id: str) -> bool:
        """Whether the employee sent it."""

    async def outcomes(self, task_id: str, sender: str) -> Sequence[Outcome]: ...

    async def remind(self, task_id: str) -> None: ...

    async def cancel(self, task_id: str) -> None: ...
