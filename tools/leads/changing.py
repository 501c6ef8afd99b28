"""Tools that write."""

from storage.tables.lead import Lead
from tools.context import ToolContext
from tools.leads import wording
from tools.leads.arguments import AssignLead, CreateLead, UpdateLead
from tools.leads.assignment import HIGH_SCORE, Choice, choose_owner, place
from tools.leads.service import Captured, Changes, LeadService, NewLead, refresh_scores
from tools.result import ToolResult
from tools.undo import keep_for_undo


async def create_lead(context: ToolContext, arguments: CreateLead) -> ToolResult:
    """Keep a new lead, or what is new about a known one."""
    new = NewLead(
        order_key=context.order_key, author_id=context.asker.id,
        **arguments.model_dump(exclude={"note"}),
    )  # fmt: skip
    async with context.database.unit_of_work() as session:
        service = LeadService.of(session, context)
        captured = await service.capture(session, new)
        if arguments.note:
            await service.note(
                session, captured.lead, arguments.note, author_id=context.asker.id,
                order_key=context.order_key,
            )  # fmt: skip
        routed = await place(session, context, captured.lead)
        await keep_for_undo(
            session, context, "lead.create", captured.lead.ref,
            {
                "created": captured.created, "routed": bool(routed and routed.owner),
                "fields": {field: getattr(captured.lead, field) for field in captured.added},
                "updated_at": captured.lead.updated_at.isoformat(),
            },
        )  # fmt: skip
    words = _created if captured.created else _known
    lines = words(context, captured)
    if arguments.note:
        lines.append(context.say("leads.note_kept"))
    if routed:
        lines.append(_assigned(context, captured.lead, routed, changed=True))
    return _result(captured.lead, "\n".join(lines))


async def update_lead(context: ToolContext, arguments: UpdateLead) -> ToolResult:
    """Change status or tags, or write a note."""
    async with context.database.unit_of_work() as session:
        service = LeadService.of(session, context)
        lead = await service.hold(session, arguments.lead)
        changes = await service.update(
            session, lead, status=arguments.status, add_tags=arguments.add_tags or (),
            remove_tags=arguments.remove_tags or (),
        )  # fmt: skip
        if arguments.note:
            await service.note(
                session, lead, arguments.note, author_id=context.asker.id,
                order_key=context.order_key,
            )  # fmt: skip
        if changes.status or changes.added or changes.removed or arguments.note:
            await keep_for_undo(
                session, context, "lead.update", lead.ref,
                {
                    "before": changes.status.value if changes.status else None,
                    "after": lead.status.value, "added": changes.added,
                    "removed": changes.removed,
                },
            )  # fmt: skip
    done = _done(context, lead, changes, noted=bool(arguments.note))
    so_already = _so_already(context, lead, changes, asked_status=arguments.status)
    key = "leads.updated" if done else "leads.unchanged"
    text = context.say(
        key, ref=lead.ref, name=lead.contact_name, changes=context.say("leads.joint").join(done)
    )
    return _result(lead, "\n".join([text, *so_already]))


async def assign_lead(context: ToolContext, arguments: AssignLead) -> ToolResult:
    """Give a lead to somebody, or let routing decide."""
    await refresh_scores(context.database, context.organisation_id, context.clock)
    async with context.database.unit_of_work() as session:
        service = LeadService.of(session, context)
        lead = await service.hold(session, arguments.lead)
        choice = await choose_owner(session, context, lead, arguments.owner)
        before = lead.assigned_to
        changed = service.assign(lead, choice.owner_id)
        if changed:
            await keep_for_undo(
                session, context, "lead.assign", lead.ref,
                {"before": before, "after": lead.assigned_to},
            )  # fmt: skip
    return _result(lead, _assigned(context, lead, choice, changed=changed))


def _result(lead: Lead, text: str) -> ToolResult:
    return ToolResult(status="ok", text=text, data=wording.data(lead), shown=(lead.ref,))


def _created(context: ToolContext, captured: Captured) -> list[str]:
    lead = captured.lead
    source = wording.source_name(context, lead.source_platform)
    lines = [context.say("leads.created", ref=lead.ref, name=lead.contact_name, source=source)]
    if not (lead.contact_phone or lead.contact_wechat or lead.contact_email):
        lines.append(context.say("leads.created_no_contact", ref=lead.ref))
    return lines


def _known(context: ToolContext, captured: Captured) -> list[str]:
    lead = captured.lead
    lines = [context.say("leads.known", ref=lead.ref, name=lead.contact_name)]
    for key, fields in (("leads.filled_in", captured.added), ("leads.kept", captured.differing)):
        if fields:
            names = [context.say(f"leads.fields.{field}") for field in fields]
            lines.append(context.say(key, fields=wording.listed(context, names)))
    if captured.also:
        refs = wording.listed(context, captured.also)
        lines.append(context.say("leads.also_known", refs=refs))
    return lines


def _done(context: ToolContext, lead: Lead, changes: Changes, *, noted: bool) -> list[str]:
    done = []
    if changes.status is not None:
        before, after = (
            wording.status_name(context, status) for status in (changes.status, lead.status)
        )
        done.append(context.say("leads.status_changed", before=before, after=after))
    for key, tags in (("leads.tags_added", changes.added), ("leads.tags_removed", changes.removed)):
        if tags:
            done.append(context.say(key, tags=wording.listed(context, tags)))
    if noted:
        done.append(context.say("leads.noted"))
    return done


def _so_already(
    context: ToolContext, lead: Lead, changes: Changes, *, asked_status: str | None
) -> list[str]:
    lines = []
    if asked_status and changes.status is None:
        status = wording.status_name(context, lead.status)
        lines.append(context.say("leads.status_already", status=status))
    for key, tags in (
        ("leads.tags_present", changes.present),
        ("leads.tags_missing", changes.missing),
    ):
        if tags:
            lines.append(context.say(key, tags=wording.listed(context, tags)))
    return lines


def _assigned(context: ToolContext, lead: Lead, choice: Choice, *, changed: bool) -> str:
    owner = choice.owner.name if choice.owner else context.say("leads.pool")
    where = "person" if choice.owner else "pool"
    stays = choice.why in ("low_score", "off_duty", "full")
    why = choice.why if changed or stays else "already"
    free_at = f"{choice.free_at:%m-%d %H:%M}" if choice.free_at else ""
    return context.say(
        f"leads.assigned.{why}_{where}", ref=lead.ref, name=lead.contact_name, owner=owner,
        score=lead.score, high=HIGH_SCORE, free_at=free_at,
        skills=wording.listed(context, choice.skills),
    )  # fmt: skip
