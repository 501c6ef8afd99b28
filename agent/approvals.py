"""Answers to approvals: count the vote, run the plan once, tell the one who asked."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from agent.contract import Reply, Turn
from agent.nodes.reply import from_results
from config.failpoints import failpoint
from config.notices import NoticeKind
from config.settings import ApprovalSettings
from tools.approvals.errors import ApprovalRevised
from tools.approvals.service import Verdict, approvals_of
from tools.context import ToolContext
from tools.layer import ToolCall, ToolLayer, in_doubt
from tools.provenance import Evidence
from tools.result import ToolResult


class ApprovalDesk:
    def __init__(self, layer: ToolLayer, settings: ApprovalSettings) -> None:
        self._layer = layer
        self._settings = settings

    async def agree(self, context: ToolContext, turn: Turn, ref: str) -> Reply:
        """Raises UserFacingError when this person cannot say yes to it (any more)."""
        try:
            async with context.database.unit_of_work() as session:
                service = approvals_of(session, context, self._settings)
                verdict = await service.approve(session, ref, turn.asker, inbox_id=turn.inbox_id)
                await service.record(session, "approval.agreed", verdict.approval, turn.asker)
        except ApprovalRevised as error:
            return await self.show(context, turn, ref, error.key)
        failpoint("voted")
        name = f"P-{verdict.approval.number}"
        if verdict.next == "wait":
            return Reply(text=context.say("approvals.one_more_needed", ref=name), shown=(name,))
        order = replace(context, order_key=_order_of(verdict.approval.id))
        result = await self._layer.execute(order, verdict.approval)
        failpoint("executed")
        doubts = await self._settle(order, turn, verdict, result)
        return from_results([result, *doubts], turn.language)

    async def order(
        self, context: ToolContext, turn: Turn, tool: str, args: Mapping[str, Any]
    ) -> Reply:
        """What a slash command orders; its words are the asker's own."""
        call = ToolCall(tool=tool, args=args, quotes=dict.fromkeys(args, turn.text))
        result = await self._layer.call(context, call, Evidence(utterances=(turn.text,)))
        return from_results([result], turn.language)

    async def show(
        self, context: ToolContext, turn: Turn, ref: str, about: str | None = None
    ) -> Reply:
        """It as it is now, below a sentence about it. Raises ApprovalNotFound, ApprovalClosed."""
        return from_results([await self._layer.show(context, ref, about)], turn.language)

    async def revise(
        self, context: ToolContext, turn: Turn, ref: str, change: Mapping[str, Any]
    ) -> Reply:
        result = await self._layer.revise(context, ref, change)
        return from_results([result], turn.language)

    async def refuse(self, context: ToolContext, turn: Turn, ref: str) -> Reply:
        async with context.database.unit_of_work() as session:
            service = approvals_of(session, context, self._settings)
            approval = await service.reject(ref, turn.asker)
            doubts = await context.ledger.give_up(session, _order_of(approval.id))
            await service.record(session, "approval.rejected", approval, turn.asker)
            if approval.requested_by != turn.asker.id:
                await context.notifier.to_people(
                    session, NoticeKind.outcome, f"approval:{approval.id}:end",
                    [approval.requested_by], "approvals.was_rejected", ref=f"P-{approval.number}", name=turn.asker.name,
                    summary=approval.summary,
                )  # fmt: skip
        name = f"P-{approval.number}"
        texts = [each.text for each in in_doubt(context, doubts)]
        text = "\n\n".join([context.say("approvals.rejected", ref=name), *texts])
        return Reply(text=text, shown=(name,))

    async def _settle(
        self, context: ToolContext, turn: Turn, verdict: Verdict, result: ToolResult
    ) -> list[ToolResult]:
        """Returns what is in doubt."""
        async with context.database.unit_of_work() as session:
            service = approvals_of(session, context, self._settings)
            approval = await service.settle(verdict.approval, result.status, result.text)
            doubts = await context.ledger.give_up(session, context.order_key)
            event = f"approval.{approval.status.value}"
            await service.record(session, event, approval, turn.asker)
            if approval.requested_by != turn.asker.id and result.status != "retry":
                await context.notifier.to_people(
                    session, NoticeKind.outcome, f"approval:{approval.id}:end",
                    [approval.requested_by], "approvals.was_answered", ref=f"P-{approval.number}", name=turn.asker.name,
                    result=result.text,
                )  # fmt: skip
        return in_doubt(context, doubts)


def _order_of(approval_id: int) -> str:
    return f"approval:{approval_id}"
