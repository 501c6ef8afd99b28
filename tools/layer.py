"""The gate in front of every tool: registry, role, arguments, their origin, approval, errors.

Nothing here reads wording to judge intent. A call runs when its tool is in the persona's own
registry, the asker holds the role, the arguments have the declared form, every argument of a
writing tool comes from where the tool allows it, and, for money and for what nobody ordered in
their own words, people agreed to the plan.
"""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import structlog
from pydantic import ValidationError

from config.errors import InvalidInput, NotAllowed, NotFound, TransientError, UserFacingError
from config.failpoints import failpoint
from config.notices import NoticeKind
from config.settings import ApprovalSettings
from storage.audit import AuditLog
from storage.database import Session
from storage.tables.trust import Approval
from tools.approvals.errors import NotRevisable
from tools.approvals.service import ApprovalService, approvals_of, check_plan, ref_of
from tools.approvals.wording import describe
from tools.context import Asker, ToolContext
from tools.people.service import PeopleService
from tools.provenance import Evidence, origin_of
from tools.result import Offer, Proposal, ToolResult
from tools.spec import TRUSTED, Arguments, Risk, ToolSpec
from tools.undo import Undo, last_change, mark_undone

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What somebody (planner or model) wants run; `quotes` are the words behind each argument.
    `ordered` says whether the asker's own words order this tool, and not only a model's idea."""

    tool: str
    args: Mapping[str, Any]
    quotes: Mapping[str, str] = field(default_factory=dict)
    ordered: bool = True


class ToolLayer:
    """Runs the tools of one persona."""

    def __init__(
        self,
        tools: Mapping[str, ToolSpec],
        approvals: ApprovalSettings,
        undoing: Mapping[str, Undo] | None = None,
    ) -> None:
        self.tools = tools
        self._approvals = approvals
        self._undoing = undoing or {}

    async def call(self, context: ToolContext, call: ToolCall, evidence: Evidence) -> ToolResult:
        """Run one call; every refusal is a result in words, a bug is an exception."""
        return await _in_words(context, self._call(context, call, evidence))

    async def execute(self, context: ToolContext, approval: Approval) -> ToolResult:
        """Run an approved plan; `context` is the approver's, its order key the approval's."""
        return await _in_words(context, self._execute(context, approval))

    async def order(self, context: ToolContext, call: ToolCall) -> ToolResult:
        """`call` for a program, whose parameters are its own words; errors are raised."""
        return await self._call(context, call, None)

    async def perform(self, context: ToolContext, approval: Approval) -> ToolResult:
        """`execute` for a program; errors are raised."""
        return await self._execute(context, approval)

    async def revise(self, context: ToolContext, ref: str, change: Mapping[str, Any]) -> ToolResult:
        """Change the plan of an approval that still waits, in the asker's own words, and show it
        again; whoever agreed to the plan before has to agree to this one."""
        return await _in_words(context, self._revise(context, ref, change))

    async def show(self, context: ToolContext, ref: str, about: str | None = None) -> ToolResult:
        """An approval that waits, as it is now, below a sentence of the catalogues about it. Raises
        ApprovalNotFound, ApprovalClosed, ApprovalExpired."""
        async with context.database.reading() as session:
            service = approvals_of(session, context, self._approvals)
            approval = await service.get(ref)
            service.check_open(approval)
            return _shown(context, approval, service.may_answer(approval, context.asker), about)

    def writes(self, call: ToolCall) -> bool:
        """Whether this call would change anything; one that cannot run would not."""
        spec = self.tools.get(call.tool)
        try:
            return spec is not None and spec.risk(_validated(spec, call)) is not Risk.read
        except InvalidInput:
            return False

    async def undo(self, context: ToolContext) -> ToolResult:
        """Take back the asker's last change in this conversation; what spends money is asked."""
        return await _in_words(context, self._undo(context))

    async def _call(
        self, context: ToolContext, call: ToolCall, evidence: Evidence | None
    ) -> ToolResult:
        spec = self.tools.get(call.tool)
        if spec is None:
            raise NotFound("tools.unknown", tool=call.tool)
        if not context.asker.role.includes(spec.role):
            raise NotAllowed("tools.not_allowed")
        arguments = _validated(spec, call)
        risk = spec.risk(arguments)
        if risk is not Risk.read and evidence is not None:
            _check_origins(context, spec, call, arguments, evidence)
        if risk is Risk.money:
            assert spec.propose is not None
            return await self._ask(context, spec.name, await spec.propose(context, arguments))
        if risk is Risk.write and not call.ordered:
            return await self._ask(context, spec.name, _confirmation(context, spec, call))
        assert spec.run is not None
        result = await spec.run(context, arguments)
        failpoint("acted")
        if risk is Risk.write:
            async with context.database.unit_of_work() as session:
                await self._audit(session, context, "tool.run", tool=spec.name, shown=result.shown)
        return result

    async def _ask(self, context: ToolContext, tool: str, proposal: Proposal) -> ToolResult:
        """Open an approval, and answer with what it is about."""
        async with context.database.unit_of_work() as session:
            service = approvals_of(session, context, self._approvals)
            approval = await service.open(session, context, tool, proposal)
            may_answer = service.may_answer(approval, context.asker)
            if not may_answer:
                await self._tell_approvers(session, context, service, approval)
            await self._audit(session, context, "approval.opened", tool=tool, plan=approval.plan)
        failpoint("proposed")
        return replace(_shown(context, approval, may_answer), attachments=proposal.attachments)

    async def _revise(
        self, context: ToolContext, ref: str, change: Mapping[str, Any]
    ) -> ToolResult:
        async with context.database.reading() as session:
            service = approvals_of(session, context, self._approvals)
            seen = await service.get(ref)
            service.check_revisable(seen, context.asker)
            may_answer = service.may_answer(seen, context.asker)
        spec = self.tools[seen.tool]
        if spec.revise is None or spec.revision is None:
            raise NotRevisable(f"P-{seen.number}", "approvals.not_revisable")
        wish = _checked(spec.revision, spec.name, change)
        try:
            proposal = await spec.revise(context, seen.plan, wish)
        except UserFacingError as error:
            return _as_before(context, seen, may_answer, error)
        async with context.database.unit_of_work() as session:
            service = approvals_of(session, context, self._approvals)
            revised, agreed = await service.revise(session, seen, context.asker, proposal)
            await self._tell_revised(session, context, service, revised, agreed)
            await self._audit(
                session, context, "approval.revised", approval=f"P-{revised.number}",
                version=revised.version, before=seen.plan_hash, plan=revised.plan,
            )  # fmt: skip
        return _shown(context, revised, may_answer, "approvals.revised")

    async def _execute(self, context: ToolContext, approval: Approval) -> ToolResult:
        spec = self.tools[approval.tool]
        check_plan(approval)
        if not context.asker.role.includes(spec.role):
            raise NotAllowed("tools.not_allowed")
        if spec.execute is not None:
            return await spec.execute(context, approval.plan)
        assert spec.run is not None
        return await spec.run(context, spec.arguments.model_validate(approval.plan["arguments"]))

    async def _undo(self, context: ToolContext) -> ToolResult:
        async with context.database.reading() as session:
            change = await last_change(session, context)
        if change is None:
            raise NotFound("tools.nothing_to_undo")
        how = self._undoing[change.kind]
        outcome = await how.run(context, change)
        async with context.database.unit_of_work() as session:
            await mark_undone(session, context, change)
            await self._audit(session, context, "tool.undo", kind=change.kind, ref=change.ref)
        if isinstance(outcome, Proposal):
            return await self._ask(context, how.tool, outcome)
        return outcome

    async def _able(
        self, session: Session, context: ToolContext, service: ApprovalService, approval: Approval
    ) -> list[int]:
        people = await PeopleService(session, context.organisation_id).staff()
        return [
            person.id
            for person in people
            if service.may_answer(approval, Asker(id=person.id, name=person.name, role=person.role))
        ]

    async def _tell_approvers(
        self,
        session: Session,
        context: ToolContext,
        service: ApprovalService,
        approval: Approval,
    ) -> None:
        able = await self._able(session, context, service, approval)
        await context.notifier.to_people(
            session, NoticeKind.approval, f"approval:{approval.id}", able,
            "approvals.please_answer", urgent=True, name=context.asker.name, ref=f"P-{approval.number}", summary=approval.summary,
        )  # fmt: skip

    async def _tell_revised(
        self, session: Session, context: ToolContext, service: ApprovalService,
        approval: Approval, agreed: Sequence[int],
    ) -> None:  # fmt: skip
        """Those who agreed before, whoever asked for it, and those who alone may answer."""
        people = {*agreed, approval.requested_by}
        if not service.may_answer(approval, context.asker):
            people |= set(await self._able(session, context, service, approval))
        await context.notifier.to_people(
            session, NoticeKind.approval, f"approval:{approval.id}:v{approval.version}",
            sorted(people - {context.asker.id}), "approvals.please_look_again", urgent=True,
            name=context.asker.name, ref=f"P-{approval.number}", version=approval.version,
            summary="\n".join([approval.summary, *(f"· {line}" for line in approval.lines)]),
        )  # fmt: skip

    async def _audit(
        self, session: Session, context: ToolContext, event: str, **details: Any
    ) -> None:
        await AuditLog(context.organisation_id, context.clock).append(
            session, event, person_id=context.asker.id, order=context.order_key, **details
        )


def _shown(
    context: ToolContext, approval: Approval, may_answer: bool, about: str | None = None
) -> ToolResult:
    ref = f"P-{approval.number}"
    text = describe(
        context.language, approval, context.timezone, currency=context.currency,
        may_answer=may_answer,
    )  # fmt: skip
    if about is not None:
        text = f"{context.say(about, ref=ref, version=approval.version)}\n{text}"
    return ToolResult(
        status="needs_approval", text=text, data={"approval": ref}, shown=(ref,),
        approval=ref_of(approval) if may_answer else None,
    )  # fmt: skip


def _as_before(
    context: ToolContext, approval: Approval, may_answer: bool, error: UserFacingError
) -> ToolResult:
    """Why the plan was not changed, and that it still waits."""
    ref = f"P-{approval.number}"
    texts = (context.say(error.key, **error.values), context.say("approvals.as_before", ref=ref))
    return ToolResult(
        status="failed", text="\n".join(texts), shown=(ref,),
        approval=ref_of(approval) if may_answer else None,
    )  # fmt: skip


def _validated(spec: ToolSpec, call: ToolCall) -> Arguments:
    return _checked(spec.arguments, call.tool, call.args)


def _checked(model: type[Arguments], tool: str, args: Mapping[str, Any]) -> Arguments:
    try:
        return model.model_validate(dict(args))
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in problem["loc"]) or tool
        raise InvalidInput("tools.bad_argument", name=name, problem=problem["msg"]) from error


def _confirmation(context: ToolContext, spec: ToolSpec, call: ToolCall) -> Proposal:
    """A write that a model thought of: the person sees what exactly would be done."""
    return Proposal(
        summary=context.say(f"tools.names.{spec.name}"),
        lines=tuple(f"{name} = {value}" for name, value in call.args.items()),
        daily_cost=Decimal(0),
        plan={"arguments": dict(call.args)},
    )


def _check_origins(
    context: ToolContext, spec: ToolSpec, call: ToolCall, arguments: Arguments, evidence: Evidence
) -> None:
    for name in arguments.model_fields_set:
        origin = origin_of(
            spec.arguments, name, call.args[name], call.quotes.get(name, ""), evidence,
            context.local_now(),
        )  # fmt: skip
        if origin not in spec.origins.get(name, TRUSTED):
            raise NotAllowed("tools.untrusted_argument", name=name, value=call.args[name])


async def _in_words(context: ToolContext, running: Awaitable[ToolResult]) -> ToolResult:
    try:
        return await running
    except UserFacingError as error:
        offers = tuple(Offer(label=context.say(label), send=send) for label, send in error.offers)
        text = context.say(error.key, **error.values)
        return ToolResult(status="failed", text=text, offers=offers)
    except TransientError as error:
        log.warning("tool.transient", error=str(error))
        return ToolResult(status="retry", text=context.say("tools.try_again"))


def in_doubt(context: ToolContext, kinds: Sequence[str]) -> list[ToolResult]:
    """What a person is told of effects whose end nobody knows."""
    return [
        ToolResult(status="failed", text=context.say("tools.outcome_unknown", kind=kind))
        for kind in dict.fromkeys(kinds)
    ]
