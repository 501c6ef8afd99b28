"""When a customer gets a person without having asked for one: what made the agent helpless, or the
customer angry, and the organisation's own rules."""

from dataclasses import dataclass

from sqlalchemy import func, select

from memory.traces import cause_of
from storage.database import Session
from storage.tables.case import Case, CasePriority, CaseReason, CaseSignal, SignalKind
from storage.tables.work import InboxMessage
from storage.upsert import insert_or_ignore
from tools.context import ToolContext
from tools.mood import Mood, MoodGuess, settled
from tools.reading.normal import normalise
from tools.support.case_parts import Wanted
from tools.support.case_words import requested_words
from tools.support.cases import CaseService

# Twice within so many messages of the customer is too often.
_TOO_OFTEN, _WITHIN = 2, 4
_REASONS = {SignalKind.unsure: CaseReason.unsure, SignalKind.failure: CaseReason.failure}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """How a turn with a customer went: `unsure` is an answer of little worth, `failed` something
    that did not work."""

    text: str
    unsure: bool = False
    failed: bool = False
    mood: MoodGuess | None = None

    @property
    def angry(self) -> bool:
        return settled(self.mood) is Mood.angry


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """What the customer is told; `transfer`: people of the platform are to take the chat over."""

    text: str
    transfer: bool = False


async def escalate(context: ToolContext, signals: Signals) -> Escalated | None:
    """Ask the staff to come when it is time for that; None when it is not, or they are asked
    already. A turn without signals asks the database nothing."""
    at_once = _at_once(context, signals)
    kinds = [
        kind
        for kind, given in (
            (SignalKind.failure, signals.failed), (SignalKind.unsure, signals.unsure)
        )
        if given
    ]  # fmt: skip
    if at_once is None and not kinds:
        return None
    async with context.database.unit_of_work() as session:
        service = CaseService.of(session, context)
        often = await _too_often(session, context, kinds)
        reason = at_once or often
        order_key = f"{context.order_key}:escalated"
        known = await service.rows.open_in(context.conversation_id)
        if reason is None or (known is not None and known.order_key != order_key):
            return None
        urgent = reason in (CaseReason.anger, CaseReason.rule)
        requested = await service.request(
            Wanted(
                conversation_id=context.conversation_id, customer_id=context.asker.id,
                reason=reason, question=signals.text, by_platform=context.transfers,
                order_key=order_key, mood=settled(signals.mood),
                priority=CasePriority.high if urgent else CasePriority.normal,
            )
        )  # fmt: skip
    opening = context.say(_OPENINGS[reason])
    if context.transfers:
        return Escalated(text=f"{opening}\n{context.say('support.human_coming')}", transfer=True)
    words = requested_words(context.language, requested, context.timezone)
    return Escalated(text=f"{opening}\n{words}")


_OPENINGS = {
    CaseReason.anger: "cases.offered_anger",
    CaseReason.rule: "cases.offered_rule",
    CaseReason.unsure: "cases.offered_unsure",
    CaseReason.failure: "cases.offered_failure",
}


def _at_once(context: ToolContext, signals: Signals) -> CaseReason | None:
    said = normalise(signals.text)
    if any(normalise(word) in said for word in context.cases.always_for):
        return CaseReason.rule
    return CaseReason.anger if signals.angry else None


async def _too_often(
    session: Session, context: ToolContext, kinds: list[SignalKind]
) -> CaseReason | None:
    """Keeps the signals; why it is enough, when it is."""
    inbox_id = cause_of(context.order_key)
    if inbox_id is None:
        return None
    for kind in kinds:
        row = {
            "organisation_id": context.organisation_id, "inbox_id": inbox_id, "kind": kind,
            "conversation_id": context.conversation_id,
        }  # fmt: skip
        await insert_or_ignore(session, CaseSignal, row)
    since = await _since(session, context.conversation_id)
    for kind in kinds:
        counted = await session.scalar(
            select(func.count(CaseSignal.id)).where(
                CaseSignal.conversation_id == context.conversation_id,
                CaseSignal.kind == kind,
                CaseSignal.inbox_id >= since,
            )
        )
        if (counted or 0) >= _TOO_OFTEN:
            return _REASONS[kind]
    return None


async def _since(session: Session, conversation_id: int) -> int:
    """The first message that counts: one of the last few, and none from before people served."""
    last = (
        select(InboxMessage.id)
        .where(InboxMessage.conversation_id == conversation_id)
        .order_by(InboxMessage.id.desc())
        .limit(_WITHIN)
        .subquery()
    )
    first = await session.scalar(select(func.min(last.c.id)))
    served = await session.scalar(
        select(func.max(Case.last_inbox_id)).where(Case.conversation_id == conversation_id)
    )
    return max(first or 0, (served or 0) + 1)
