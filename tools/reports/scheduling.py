"""schedule_report, the daily brief, and the jobs that push both."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from config.errors import NotFound
from config.notices import NoticeKind
from config.roles import Role
from storage.database import ReadSession, Session
from storage.repository import next_number
from storage.tables.change import ChangeRecord
from storage.tables.job import Job
from storage.tables.lead import Lead, LeadStatus
from storage.tables.trust import Approval, ApprovalStatus
from storage.tables.visit import FollowUp, FollowUpStatus
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.reports.arguments import (
    ChannelReport,
    ExportReport,
    FunnelReport,
    OverviewReport,
    ScheduleReport,
    TrendReport,
)
from tools.reports.channel import channel_report
from tools.reports.cron_text import in_words
from tools.reports.export import export_report
from tools.reports.funnel import funnel_report
from tools.reports.overview import overview_report
from tools.reports.trend import trend_report
from tools.result import ToolResult
from tools.undo import Undo, keep_for_undo

PUSH, BRIEF = "reports.push", "brief.daily"


async def schedule_report(context: ToolContext, arguments: ScheduleReport) -> ToolResult:
    """Push a report to the asker again and again, in the organisation's time zone."""
    period = arguments.period or _usual_period(arguments.schedule)
    payload = {"kind": arguments.kind, "period": period}
    async with context.database.unit_of_work() as session:
        service = JobService.of(session, context)
        number = await _number(session, context)
        key = f"report:{context.order_key}"
        due = await service.repeat(
            session, key, PUSH, payload | {"number": number}, cron=arguments.schedule,
            person_id=context.asker.id,
        )  # fmt: skip
        await keep_for_undo(session, context, "report.schedule", f"#{number}", {"key": key})
    text = context.say(
        "schedules.made", number=number, when=in_words(context.language, arguments.schedule),
        report=context.say(f"schedules.kinds.{arguments.kind}"),
        period=context.say(f"schedules.periods.{period}") if ".." not in period else period,
        due=f"{due.astimezone(context.timezone):%m-%d %H:%M}",
    )  # fmt: skip
    return ToolResult(status="ok", text=text, data={"number": number, **payload})


async def _number(session: Session, context: ToolContext) -> int:
    """The number of this very order when it runs again after a crash."""
    known = await JobService.of(session, context).find(f"report:{context.order_key}")
    if known is not None:
        return int(known.payload["number"])
    return await next_number(session, context.organisation_id, "schedule")


def _usual_period(cron: str) -> str:
    """What a report of that rhythm is about: the day, week or month that has just ended."""
    _, _, day, _, weekday = cron.split()
    if day != "*":
        return "last_month"
    return "last_week" if weekday not in ("*", "1-5") else "yesterday"


async def push_report(context: ToolContext, payload: dict[str, Any]) -> None:
    """The job: make the report as the person would see it in the chat, and send it."""
    if not context.asker.role.includes(Role.manager):
        # Somebody who may not ask for it any more does not get it either.
        return
    result = await _report(context, payload["kind"], payload["period"])
    async with context.database.unit_of_work() as session:
        await context.notifier.to_person(
            session, NoticeKind.report, context.order_key, context.asker.id, result.text,
            attachments=result.attachments, shown=result.shown,
        )  # fmt: skip


async def _report(context: ToolContext, kind: str, period: str) -> ToolResult:
    if kind == "overview":
        return await overview_report(context, OverviewReport(period=period))
    if kind == "trend":
        return await trend_report(context, TrendReport(metric="leads", period=period))
    if kind == "funnel":
        return await funnel_report(context, FunnelReport(period=period))
    if kind == "channel":
        return await channel_report(context, ChannelReport(period=period))
    wanted = {"kind": kind, "period": period, "format": "xlsx"}
    return await export_report(context, ExportReport.model_validate(wanted))


async def push_brief(context: ToolContext, payload: dict[str, Any]) -> None:
    """The job: yesterday in one message, and what waits."""
    if not context.asker.role.includes(Role.manager):
        return
    result = await overview_report(context, OverviewReport(period="yesterday"))
    async with context.database.unit_of_work() as session:
        waiting, free = await _waiting(session, context), await _without_owner(session, context)
        lines = [
            context.say("schedules.brief.title", day=f"{context.local_now():%m-%d}"),
            result.text,
            context.say("schedules.brief.approvals", n=waiting),
            context.say("schedules.brief.free", n=free),
        ]
        if free:
            lines.append(context.say("schedules.brief.advice"))
        if due := await _due(session, context):
            lines.append(context.say("follow_ups.due", n=due))
        await context.notifier.to_person(
            session, NoticeKind.report, context.order_key, context.asker.id, "\n".join(lines),
            attachments=result.attachments,
        )  # fmt: skip


async def _waiting(session: ReadSession, context: ToolContext) -> int:
    return await session.scalar(
        select(func.count(Approval.id)).where(
            Approval.organisation_id == context.organisation_id,
            Approval.status == ApprovalStatus.pending,
            Approval.expires_at > context.clock.now(),
        )
    ) or 0  # fmt: skip


async def _due(session: ReadSession, context: ToolContext) -> int:
    """Customers to follow up today, or before."""
    return await session.scalar(
        select(func.count(FollowUp.id)).where(
            FollowUp.organisation_id == context.organisation_id,
            FollowUp.status == FollowUpStatus.open,
            FollowUp.due_on <= context.local_now().date(),
        )
    ) or 0  # fmt: skip


async def _without_owner(session: ReadSession, context: ToolContext) -> int:
    return await session.scalar(
        select(func.count(Lead.id)).where(
            Lead.organisation_id == context.organisation_id,
            Lead.status == LeadStatus.new,
            Lead.assigned_to.is_(None),
        )
    ) or 0  # fmt: skip


async def scheduled_by(session: ReadSession, context: ToolContext) -> list[Job]:
    """The pushes of the asker, the oldest first; the brief is not among them."""
    jobs = await JobService.of(session, context).of_kind(PUSH)
    return [job for job in jobs if job.created_by == context.asker.id]


async def cancel(session: Session, context: ToolContext, number: int) -> None:
    """Stop a push of the asker. Raises NotFound."""
    for job in await scheduled_by(session, context):
        if job.payload["number"] == number:
            await JobService.of(session, context).stop(session, job.key)
            return
    raise NotFound("schedules.unknown", number=number)


async def _undo(context: ToolContext, change: ChangeRecord) -> ToolResult:
    async with context.database.unit_of_work() as session:
        await JobService.of(session, context).stop(session, change.before["key"])
    return ToolResult(status="ok", text=context.say("schedules.cancelled", number=change.ref[1:]))


HANDLERS = {PUSH: push_report, BRIEF: push_brief}
UNDO: Mapping[str, Undo] = {"report.schedule": Undo(run=_undo)}
