"""Approvals: a plan, bound by its hash, that runs once and only after the right people said yes.

By default a manager confirms his own orders up to a daily amount; above it somebody else has to,
and above a second amount two of them.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import delete, func, select

from config.clock import Clock
from config.roles import Role
from config.settings import ApprovalSettings
from storage.audit import AuditLog
from storage.database import ReadSession, Session
from storage.ledger import digest
from storage.repository import Repository, next_number
from storage.tables.trust import Approval, ApprovalStatus, ApprovalVote
from tools.approvals.errors import (
    ApprovalClosed,
    ApprovalExpired,
    ApprovalNotFound,
    ApprovalRevised,
    NotRevisable,
    NotYourApproval,
    PlanChanged,
)
from tools.context import Asker, ToolContext
from tools.result import Proposal, ResultStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`run`: the plan is agreed to and this turn executes it; `wait`: more votes are needed."""

    approval: Approval
    next: Literal["run", "wait"]


class ApprovalService(Repository[Approval]):
    """Services never commit; a writing method needs a write session."""

    def __init__(
        self,
        session: ReadSession,
        organisation_id: int,
        *,
        clock: Clock,
        settings: ApprovalSettings,
    ) -> None:
        super().__init__(session, organisation_id)
        self._clock = clock
        self._settings = settings

    async def pending(self) -> list[Approval]:
        """Everything that still waits, oldest first; what expired is left out."""
        found = await self.all(
            select(Approval)
            .where(
                Approval.organisation_id == self.organisation_id,
                Approval.status == ApprovalStatus.pending,
                Approval.expires_at > self._clock.now(),
            )
            .order_by(Approval.number)
        )
        return list(found)

    async def get(self, ref: str, *, lock: bool = False) -> Approval:
        """By "P-5" or "5" in any case, also with a version. Raises ApprovalNotFound."""
        digits = ref.strip().upper().partition("V")[0].removeprefix("P-").removeprefix("P")
        if not digits.isdecimal() or len(digits) > 9:
            raise ApprovalNotFound(ref)
        query = select(Approval).where(
            Approval.organisation_id == self.organisation_id, Approval.number == int(digits)
        )
        found = await self.one_or_none(query.with_for_update() if lock else query)
        if found is None:
            raise ApprovalNotFound(ref)
        return found

    async def of_order(self, order_key: str) -> Approval | None:
        return await self.one_or_none(
            select(Approval).where(
                Approval.organisation_id == self.organisation_id, Approval.order_key == order_key
            )
        )

    async def open(
        self, session: Session, context: ToolContext, tool: str, proposal: Proposal
    ) -> Approval:
        """Keep the proposal; the same order again gives the same approval."""
        earlier = await self.of_order(context.order_key)
        if earlier is not None:
            return earlier
        now = self._clock.now()
        two_people = proposal.daily_cost > self._settings.two_people_above
        return await self.add(
            Approval(
                organisation_id=self.organisation_id,
                number=await next_number(session, self.organisation_id, "P"),
                order_key=context.order_key,
                tool=tool,
                plan=proposal.plan,
                plan_hash=plan_hash(
                    tool, proposal.plan, proposal.daily_cost, by_another=proposal.by_another
                ),
                summary=proposal.summary,
                lines=list(proposal.lines),
                daily_cost=proposal.daily_cost,
                votes_needed=2 if two_people else 1,
                by_another=proposal.by_another,
                requested_by=context.asker.id,
                conversation_id=context.conversation_id,
                status=ApprovalStatus.pending,
                created_at=now,
                expires_at=now + self._settings.expires_after,
            )
        )

    async def settle(self, executed: Approval, outcome: ResultStatus, text: str) -> Approval:
        """Write down how the execution ended. What may succeed later waits again, votes kept:
        the ledger makes a second execution safe."""
        approval = await self.get(f"P-{executed.number}", lock=True)
        approval.status = {
            "ok": ApprovalStatus.executed,
            "retry": ApprovalStatus.pending,
        }.get(outcome, ApprovalStatus.failed)
        approval.result = text
        return approval

    async def record(self, session: Session, event: str, approval: Approval, person: Asker) -> None:
        """One line in the audit log, in the same transaction."""
        await AuditLog(self.organisation_id, self._clock).append(
            session, event, person_id=person.id, approval=f"P-{approval.number}",
            tool=approval.tool, plan_hash=approval.plan_hash,
        )  # fmt: skip

    async def expire_due(self) -> list[Approval]:
        """Close what nobody answered in time; returns what was closed."""
        due = await self.all(
            select(Approval)
            .where(
                Approval.organisation_id == self.organisation_id,
                Approval.status == ApprovalStatus.pending,
                Approval.expires_at <= self._clock.now(),
            )
            .with_for_update(skip_locked=True)
        )
        for approval in due:
            approval.status = ApprovalStatus.expired
            approval.decided_at = self._clock.now()
        return list(due)

    def check_revisable(self, approval: Approval, person: Asker) -> None:
        """Who asked for it and who may answer it may change it, until it was begun with.

        Raises ApprovalClosed, ApprovalExpired, NotYourApproval, NotRevisable.
        """
        if person.id != approval.requested_by or not person.role.includes(Role.manager):
            self._check_answerable(approval, person)
        self.check_open(approval)
        if approval.executing_inbox_id is not None:
            raise NotRevisable(f"P-{approval.number}", "approvals.begun_already")

    async def revise(
        self, session: Session, seen: Approval, person: Asker, proposal: Proposal
    ) -> tuple[Approval, list[int]]:
        """Put another plan in the place of the one that was `seen`; it costs the same. Nobody has
        agreed to it yet: returns it with those who had agreed to the one before.

        Raises what check_revisable does, and ApprovalRevised when somebody else was quicker.
        """
        approval = await self.get(f"P-{seen.number}", lock=True)
        self.check_revisable(approval, person)
        if approval.plan_hash != seen.plan_hash:
            raise ApprovalRevised(f"P-{approval.number}")
        approval.plan, approval.summary = proposal.plan, proposal.summary
        approval.lines = list(proposal.lines)
        approval.plan_hash = plan_hash(
            approval.tool, proposal.plan, approval.daily_cost, by_another=approval.by_another
        )
        approval.version += 1
        approval.revised_by = person.id
        votes = await session.scalars(
            delete(ApprovalVote)
            .where(
                ApprovalVote.organisation_id == self.organisation_id,
                ApprovalVote.approval_id == approval.id,
            )
            .returning(ApprovalVote.person_id)
        )
        return approval, [*votes]

    def may_answer(self, approval: Approval, person: Asker) -> bool:
        return self._objection(approval, person) is None

    async def approve(self, session: Session, ref: str, person: Asker, *, inbox_id: int) -> Verdict:
        """Count a yes. The vote that completes the approval gives its turn (`inbox_id`) the right
        to execute; the same turn, repeated after a crash, gets `run` again, nobody else ever.

        Raises ApprovalNotFound, ApprovalClosed, ApprovalExpired, NotYourApproval, PlanChanged,
        ApprovalRevised.
        """
        approval = await self.get(ref, lock=True)
        if approval.status is ApprovalStatus.approved and approval.executing_inbox_id == inbox_id:
            return Verdict(approval=approval, next="run")
        self._check_answerable(approval, person)
        check_plan(approval)
        _check_version(approval, ref, person)
        if not await self._voted(approval, person):
            session.add(
                ApprovalVote(
                    organisation_id=self.organisation_id,
                    approval_id=approval.id,
                    person_id=person.id,
                    at=self._clock.now(),
                )
            )
            await session.flush()
        if await self._votes(approval) < approval.votes_needed:
            return Verdict(approval=approval, next="wait")
        approval.status = ApprovalStatus.approved
        approval.decided_at = self._clock.now()
        approval.executing_inbox_id = inbox_id
        return Verdict(approval=approval, next="run")

    async def reject(self, ref: str, person: Asker) -> Approval:
        """A no from the requester or from anybody who may approve ends it."""
        approval = await self.get(ref, lock=True)
        if person.id != approval.requested_by:
            self._check_answerable(approval, person)
        self.check_open(approval)
        approval.status = ApprovalStatus.rejected
        approval.decided_at = self._clock.now()
        return approval

    def _check_answerable(self, approval: Approval, person: Asker) -> None:
        objection = self._objection(approval, person)
        if objection is not None:
            raise NotYourApproval(f"P-{approval.number}", objection)
        self.check_open(approval)

    def check_open(self, approval: Approval) -> None:
        ref = f"P-{approval.number}"
        if approval.status is not ApprovalStatus.pending:
            raise ApprovalClosed(ref, approval.status.value)
        if approval.expires_at <= self._clock.now():
            raise ApprovalExpired(ref, approval.expires_at)

    def _objection(self, approval: Approval, person: Asker) -> str | None:
        if not person.role.includes(Role.manager):
            return "need_manager"
        own = person.id == approval.requested_by
        above = approval.daily_cost > self._settings.own_daily_limit
        if own and (above or approval.by_another):
            return "need_somebody_else"
        return None

    async def _voted(self, approval: Approval, person: Asker) -> bool:
        found = await self.session.scalar(
            select(ApprovalVote.id).where(
                ApprovalVote.approval_id == approval.id, ApprovalVote.person_id == person.id
            )
        )
        return found is not None

    async def _votes(self, approval: Approval) -> int:
        counted = await self.session.scalar(
            select(func.count(ApprovalVote.id)).where(ApprovalVote.approval_id == approval.id)
        )
        return counted or 0


def approvals_of(
    session: ReadSession, context: ToolContext, settings: ApprovalSettings
) -> ApprovalService:
    return ApprovalService(session, context.organisation_id, clock=context.clock, settings=settings)


def ref_of(approval: Approval) -> str:
    """How a button names it: with its version once it was changed, so that a button of before
    agrees to nothing that its presser has not seen."""
    ref = f"P-{approval.number}"
    return ref if approval.version == 1 else f"{ref}v{approval.version}"


def _check_version(approval: Approval, ref: str, person: Asker) -> None:
    if approval.version == 1 or person.id == approval.revised_by:
        return
    if ref.strip().upper().partition("V")[2] != str(approval.version):
        raise ApprovalRevised(f"P-{approval.number}")


def plan_hash(
    tool: str, plan: dict[str, Any], daily_cost: Decimal, *, by_another: bool = False
) -> str:
    """What an approval binds: the tool, its complete plan and its cost, and who may not agree."""
    bound = {"tool": tool, "plan": plan, "daily_cost": f"{daily_cost:.2f}"}
    return digest(bound | {"by_another": True} if by_another else bound)


def check_plan(approval: Approval) -> None:
    """Raises PlanChanged unless the stored plan is the one that the approval was opened for."""
    found = plan_hash(
        approval.tool, approval.plan, approval.daily_cost, by_another=approval.by_another
    )
    if found != approval.plan_hash:
        raise PlanChanged(f"P-{approval.number}")
