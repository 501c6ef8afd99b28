"""Orders of a program through the same gate as those of people.

What spends money is kept as an approval first. When the caller may confirm it alone, the call is
that confirmation, and it is carried out at once; else it waits for the people who may, and the same
request later tells how it ended.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from config.errors import TransientError, UserFacingError
from config.settings import ApprovalSettings
from storage.ledger import OutcomeUnknown
from storage.tables.trust import Approval, ApprovalStatus
from tools.approvals.errors import ApprovalClosed, ApprovalExpired
from tools.approvals.service import ApprovalService, Verdict, approvals_of
from tools.automation.errors import Unfinished
from tools.context import ToolContext
from tools.layer import ToolCall, ToolLayer
from tools.result import ResultStatus, ToolResult

# Longer than carrying out a plan takes: whoever began it that long ago is dead.
_EXECUTION = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`data` is the tool's; empty while the approval waits, and when it was carried out before."""

    text: str
    data: dict[str, Any]
    approval: Approval | None = None

    @property
    def waits(self) -> bool:
        return self.approval is not None and self.approval.status is ApprovalStatus.pending

    @property
    def order_key(self) -> str:
        """Under which the plan was carried out."""
        assert self.approval is not None
        return _order_of(self.approval)


class Orders:
    def __init__(self, layer: ToolLayer, approvals: ApprovalSettings) -> None:
        self.layer = layer
        self._settings = approvals

    async def place(self, context: ToolContext, tool: str, args: dict[str, Any]) -> Outcome:
        """Raises what the tool does, ApprovalClosed, Unfinished, OutcomeUnknown."""
        earlier = await self._earlier(context)
        if earlier is None:
            result = await self.layer.order(context, ToolCall(tool=tool, args=args))
            earlier = await self._earlier(context)
            if earlier is None:
                return Outcome(text=_finished(result).text, data=result.data)
        return await self._answered(context, earlier)

    async def known(self, context: ToolContext) -> bool:
        """Whether the order was placed before."""
        return await self._earlier(context) is not None

    async def _earlier(self, context: ToolContext) -> Approval | None:
        async with context.database.reading() as session:
            service = ApprovalService(
                session, context.organisation_id, clock=context.clock, settings=self._settings
            )
            return await service.of_order(context.order_key)

    async def _answered(self, context: ToolContext, earlier: Approval) -> Outcome:
        ref = f"P-{earlier.number}"
        async with context.database.unit_of_work() as session:
            service = approvals_of(session, context, self._settings)
            approval = await service.get(ref, lock=True)
            if approval.status is ApprovalStatus.executed:
                return Outcome(text=approval.result or "", data={}, approval=approval)
            _check_open(context, approval)
            waiting = approval.status is ApprovalStatus.pending
            if waiting and not service.may_answer(approval, context.asker):
                return _pending(context, approval)
            verdict = await service.approve(
                session, ref, context.asker, inbox_id=_turn_of(approval)
            )
            if verdict.next == "run":
                verdict.approval.decided_at = context.clock.now()
            await service.record(session, "approval.agreed", verdict.approval, context.asker)
        if verdict.next == "wait":
            text = context.say("approvals.one_more_needed", ref=ref)
            return Outcome(text=text, data={}, approval=verdict.approval)
        return await self._carried_out(context, verdict)

    async def _carried_out(self, context: ToolContext, verdict: Verdict) -> Outcome:
        order = replace(context, order_key=_order_of(verdict.approval))
        try:
            result = await self.layer.perform(order, verdict.approval)
        except UserFacingError as error:
            text = context.say(error.key, **error.values)
            await self._settle(order, verdict.approval, "failed", text)
            raise
        except TransientError:
            await self._settle(order, verdict.approval, "retry", context.say("tools.try_again"))
            raise
        settled = await self._settle(order, verdict.approval, result.status, result.text)
        return Outcome(text=_finished(result).text, data=result.data, approval=settled)

    async def _settle(
        self, context: ToolContext, approval: Approval, outcome: ResultStatus, text: str
    ) -> Approval:
        """Raises OutcomeUnknown when an effect was left open."""
        async with context.database.unit_of_work() as session:
            service = approvals_of(session, context, self._settings)
            settled = await service.settle(approval, outcome, text)
            doubts = await context.ledger.give_up(session, context.order_key)
            event = f"approval.{settled.status.value}"
            await service.record(session, event, settled, context.asker)
        if doubts:
            raise OutcomeUnknown(doubts[0])
        return settled


def _check_open(context: ToolContext, approval: Approval) -> None:
    ref = f"P-{approval.number}"
    if approval.status is ApprovalStatus.pending:
        if approval.expires_at <= context.clock.now():
            raise ApprovalExpired(ref, approval.expires_at.astimezone(context.timezone))
        return
    ours = approval.executing_inbox_id == _turn_of(approval)
    if not (approval.status is ApprovalStatus.approved and ours):
        raise ApprovalClosed(ref, approval.status.value)
    assert approval.decided_at is not None
    left = approval.decided_at + _EXECUTION - context.clock.now()
    if left > timedelta(0):
        text = context.say("approvals.closed_approved", ref=ref)
        details = {"approval_id": ref, "retry_after": left.total_seconds()}
        raise Unfinished(text, details)


def _turn_of(approval: Approval) -> int:
    """No inbox row executes it: the approval stands for its own turn, so that the same request may
    go on after a crash and nobody else."""
    return -approval.id


def _pending(context: ToolContext, approval: Approval) -> Outcome:
    title = context.say("approvals.title", ref=f"P-{approval.number}", summary=approval.summary)
    text = f"{title}\n{context.say('approvals.need_somebody_else_note')}"
    return Outcome(text=text, data={}, approval=approval)


def _finished(result: ToolResult) -> ToolResult:
    if result.status == "retry":
        raise Unfinished(result.text, result.data)
    return result


def _order_of(approval: Approval) -> str:
    return f"approval:{approval.id}"
