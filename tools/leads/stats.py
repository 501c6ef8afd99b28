"""lead_stats: how many leads, from where, by whom, and compared with before."""

from dataclasses import asdict, dataclass

from storage.tables.lead import LeadStatus
from tools.context import ToolContext
from tools.leads import wording
from tools.leads.arguments import LeadStats
from tools.leads.service import LeadService
from tools.leads.wording import Names
from tools.periods import Days, resolve
from tools.result import ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """`key` is the contract's word, a date, or a person's id; None is the pool."""

    key: str | int | None
    name: str
    count: int


async def lead_stats(context: ToolContext, arguments: LeadStats) -> ToolResult:
    """Count the leads of a period, by source, status, owner or day when asked."""
    days = resolve(arguments.period, context.local_now().date())
    async with context.database.reading() as session:
        service = LeadService.of(session, context)
        names = await wording.names_of(session, context)
        statuses = await service.by_status(days, context.timezone)
        before = await service.count(days.before(), context.timezone)
        groups = await _groups(context, service, arguments.group_by or "source", names, days)
    total, won = statuses.total(), statuses[LeadStatus.converted]
    lines = [
        context.say(
            "leads.stats.sentence" if total else "leads.stats.none", n=total, won=won,
            period=wording.period_name(context, arguments.period, days),
            rate=f"{won / total:.1%}" if total else "",
            change=_change(context, days, total, before),
        )
    ]  # fmt: skip
    if total:
        lines += _table(context, groups, total, asked=arguments.group_by is not None)
    data = {
        "start": f"{days.start}", "end": f"{days.end}", "total": total, "previous": before,
        "converted": won, "groups": [asdict(group) for group in groups],
    }  # fmt: skip
    return ToolResult(status="ok", text="\n".join(lines), data=data)


async def _groups(
    context: ToolContext, service: LeadService, by: str, names: Names, days: Days
) -> list[Group]:
    """The largest first; days in their order, with those without leads."""
    zone = context.timezone
    if by == "day":
        per_day = await service.by_day(days, zone)
        return [Group(key=f"{day}", name=f"{day:%m-%d}", count=per_day[day]) for day in days.each()]
    if by == "owner":
        owners = await service.by_owner(days, zone)
        return [
            Group(key=owner, name=wording.owner_name(context, owner, names), count=count)
            for owner, count in owners.most_common()
        ]
    if by == "status":
        statuses = await service.by_status(days, zone)
        return [
            Group(key=status, name=wording.status_name(context, status), count=count)
            for status, count in statuses.most_common()
        ]
    sources = await service.by_source(days, zone)
    return [
        Group(key=source, name=wording.source_name(context, source), count=count)
        for source, count in sources.most_common()
    ]


def _table(context: ToolContext, groups: list[Group], total: int, *, asked: bool) -> list[str]:
    """One line each; when no grouping was asked for, one line for all."""
    if not asked:
        parts = [f"{group.name} {group.count}" for group in groups]
        return [context.say("leads.stats.sources", groups=wording.listed(context, parts))]
    return [
        context.say("leads.stats.group", name=group.name, count=group.count,
                    share=f"{group.count / total:.0%}")
        for group in groups
    ]  # fmt: skip


def _change(context: ToolContext, days: Days, now: int, before: int) -> str:
    """Compared with as many days before."""
    when = context.say("leads.stats.days_before", n=len(days))
    if now == before:
        return context.say("leads.stats.same", when=when)
    if before == 0:
        return context.say("leads.stats.none_before", when=when)
    key = "leads.stats.more" if now > before else "leads.stats.fewer"
    share = f"{(now - before) / before:+.0%}"
    return context.say(key, when=when, before=before, by=abs(now - before), share=share)
