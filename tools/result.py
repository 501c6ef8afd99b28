"""What a tool hands back."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

ResultStatus = Literal["ok", "failed", "retry", "needs_approval"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file for the person: a chart or an export."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the person may want to say next: a button labelled so says `send`."""

    label: str
    send: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolResult:
    """`text` is worded for the person, `data` is plain JSON for a model, `shown` are the ids that
    the text names, in their order, so that "the second one" can be resolved; `approval` is the id
    (P-5) of what waits for this person's own answer. `transfer`: people are to take the chat over
    when this is said."""

    status: ResultStatus
    text: str
    data: dict[str, Any] = field(default_factory=dict)
    shown: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    approval: str | None = None
    transfer: bool = False
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a money tool would do, before anybody agreed to it.

    `plan` is the complete JSON that `execute` later runs; an approval binds its hash. `daily_cost`
    is what the plan adds to, or moves within, a day's spend in the organisation's currency: it
    decides who may approve, as does `by_another`: somebody else has to. `lines` are before/after
    sentences for the approver; `attachments` are shown to whoever asked.
    """

    summary: str
    lines: tuple[str, ...]
    daily_cost: Decimal
    plan: dict[str, Any]
    by_another: bool = False
    attachments: tuple[Attachment, ...] = ()
