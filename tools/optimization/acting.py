"""A rule acts: what spends less is done at once, what spends more is asked, and its creator is
told. Every act begins with a row in the log, so that one that was interrupted is finished."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from config.errors import TransientError, UserFacingError
from config.failpoints import failpoint
from config.i18n import Language
from config.notices import NoticeKind
from config.settings import ApprovalSettings
from storage.audit import AuditLog
from storage.database import Session
from storage.ledger import OutcomeUnknown
from storage.tables.optimization import Outcome, Rule, RuleCheck
from storage.tables.organisation import Person
from tools.approvals.service import approvals_of
from tools.campaigns.service import ChangePlan, apply, change_line, check_plan
from tools.context import Asker, ToolContext
from tools.optimization.checking import Finding, reason_of, why
from tools.optimization.holding import already_done
from tools.optimization.repository import CheckRepository, RuleRepository
from tools.optimization.rule_text import change, reason
from tools.people.service import PeopleService, language_of
from tools.result import Proposal

_TOOLS = {"start_adset": "manage_campaign", "increase_budget": "set_budget"}


def in_the_name_of(context: ToolContext, rule: Rule, creator: Person) -> ToolContext:
    """The creator's context: their role, their language, the chat in which the rule was made."""
    return replace(
        context,
        asker=Asker(id=creator.id, name=creator.name, role=creator.role),
        language=Language(language_of(creator, context.language)),
        conversation_id=rule.conversation_id or 0,
    )


async def begin(context: ToolContext, rule: Rule, finding: Finding) -> RuleCheck | Finding | None:
    """Claim the act. What stands in the way by now is a finding of its own; None when the rule is
    off or another one by now."""
    async with context.database.unit_of_work() as session:
        rules = RuleRepository(session, context.organisation_id)
        await rules.lock_all()
        current = await rules.get(rule.ref, lock=True)
        if not current.enabled or current.version != rule.version:
            return None
        held = await already_done(session, context, rule, finding.ad_set)
        if held:
            details = finding.details | reason_of(held.key, held.values)
            return replace(finding, outcome=held.outcome, details=details)
        return await CheckRepository(session, context.organisation_id).add(
            RuleCheck(
                organisation_id=context.organisation_id, rule_id=rule.id, version=rule.version,
                at=context.clock.now(), ad_set=finding.ad_set, value=finding.measured, outcome=Outcome.begun,
                details=finding.details,
            )
        )  # fmt: skip


async def carry_out(
    context: ToolContext, approvals: ApprovalSettings, rule: Rule, check: RuleCheck
) -> RuleCheck:
    """Finish what `begin` claimed; `context` is the creator's. Once, however often it is called."""
    acting = replace(context, order_key=f"rule:{check.id}")
    outcome, details = await _do(acting, rule, check)
    failpoint("acted")
    async with context.database.unit_of_work() as session:
        row = await session.get_one(RuleCheck, check.id, with_for_update=True)
        if row.outcome is not Outcome.begun:
            return row
        row.outcome = outcome
        if outcome is Outcome.asked:
            details |= {"approval": await _ask(session, acting, approvals, rule, details)}
        row.details = details
        await _tell(session, acting, approvals, rule, row)
        await AuditLog(context.organisation_id, context.clock).append(
            session, "rule.fired", person_id=context.asker.id, rule=rule.ref, ad_set=row.ad_set,
            outcome=row.outcome.value,
        )  # fmt: skip
        return row


async def _do(context: ToolContext, rule: Rule, check: RuleCheck) -> tuple[Outcome, dict[str, Any]]:
    if rule.action == "notify":
        return Outcome.told, check.details
    if rule.action in _TOOLS:
        return Outcome.asked, check.details
    plan = ChangePlan.model_validate(check.details["plan"])
    try:
        await check_plan(context, plan)
        await apply(context, plan)
    except OutcomeUnknown as error:
        return Outcome.unknown, check.details | why(error)
    except (UserFacingError, TransientError) as error:
        return Outcome.refused, check.details | why(error)
    return Outcome.acted, check.details


async def _ask(
    session: Session,
    context: ToolContext,
    settings: ApprovalSettings,
    rule: Rule,
    details: dict[str, Any],
) -> str:
    """Open an approval in the creator's name, and ask those who may answer it."""
    plan = ChangePlan.model_validate(details["plan"])
    proposal = Proposal(
        summary=context.say(
            "optimization.rule.proposal", ref=rule.ref, ad_set=plan.changes[0].ref,
            change=change(context, rule, details), found=details["found"],
        ),
        lines=tuple(change_line(context, each) for each in plan.changes),
        daily_cost=_cost(plan),
        plan=plan.model_dump(mode="json"),
    )  # fmt: skip
    service = approvals_of(session, context, settings)
    approval = await service.open(session, context, _TOOLS[rule.action], proposal)
    staff = await PeopleService(session, context.organisation_id).staff()
    askers = [Asker(id=each.id, name=each.name, role=each.role) for each in staff]
    able = [each.id for each in askers if service.may_answer(approval, each)]
    if context.asker.id in able:
        able = [context.asker.id]
    await context.notifier.to_people(
        session, NoticeKind.approval, f"approval:{approval.id}", able, "approvals.please_answer",
        urgent=True, name=rule.ref, ref=f"P-{approval.number}", summary=approval.summary,
    )  # fmt: skip
    return f"P-{approval.number}"


def _cost(plan: ChangePlan) -> Decimal:
    """What a day costs more; an ad set that starts costs its budget, a fact of the plan."""
    moved = sum((each.moved for each in plan.changes), Decimal(0))
    started = [Decimal(fact.value) for fact in plan.seen if fact.field == "daily_budget"]
    return moved + sum(started, Decimal(0))


async def _tell(
    session: Session,
    context: ToolContext,
    settings: ApprovalSettings,
    rule: Rule,
    check: RuleCheck,
) -> None:
    campaign = f"C-{check.ad_set.removeprefix('A-').partition('.')[0]}"
    text = context.say(
        f"optimization.rule.fired.{check.outcome.value}", ref=rule.ref, name=rule.name,
        ad_set=check.ad_set, found=check.details["found"], campaign=campaign,
        change=change(context, rule, check.details), reason=reason(context, check.details),
        approval=check.details.get("approval", ""),
    )  # fmt: skip
    await context.notifier.to_person(
        session, NoticeKind.rule, f"rule:{check.id}", context.asker.id, text,
        topic=f"{rule.ref}:{check.outcome.value}", shown=(rule.ref, check.ad_set),
    )  # fmt: skip
