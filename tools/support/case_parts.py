"""What goes into the service of cases, and what comes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from config.cases import CaseSettings
from config.clock import Clock
from config.hours import HoursSettings
from config.i18n import Language
from config.settings import Settings
from config.support import SupportSettings
from storage.tables.case import Case, CasePriority, CaseReason
from tools.context import ToolContext
from tools.mood import Mood
from tools.ports import Notifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a service of cases stands on; `default` is the language of who chose none."""

    organisation_id: int
    clock: Clock
    notifier: Notifier
    hours: HoursSettings
    settings: CaseSettings
    promises: SupportSettings
    default: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Why somebody of ours is to come to a conversation."""

    conversation_id: int
    customer_id: int
    reason: CaseReason
    order_key: str
    question: str = ""
    tags: Sequence[str] = ()
    priority: CasePriority = CasePriority.normal
    by_platform: bool = False
    mood: Mood | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requested:
    """`new`: this order opened it. `ahead` waiting ones come before it; `wait` is how long the last
    ones waited. With a `back_at` nobody is there before then, and it became a ticket."""

    case: Case
    new: bool
    ahead: int = 0
    wait: timedelta | None = None
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """`first`: it was waiting. `others` serve it, too."""

    case: Case
    first: bool
    others: tuple[str, ...] = ()


def desk_of(context: ToolContext) -> Desk:
    return Desk(
        organisation_id=context.organisation_id, clock=context.clock, notifier=context.notifier,
        hours=context.hours, settings=context.cases, promises=context.support,
        default=context.language,
    )  # fmt: skip


def open_desk(organisation_id: int, clock: Clock, notifier: Notifier, settings: Settings) -> Desk:
    """For what no turn asks for."""
    return Desk(
        organisation_id=organisation_id, clock=clock, notifier=notifier, hours=settings.hours,
        settings=settings.cases, promises=settings.support, default=settings.language,
    )  # fmt: skip
