"""What a customer's own messages can lead to. None of it is privileged."""

from config.roles import Role
from memory.facts import FactStore
from storage.tables.lead import Activity
from tools.context import ToolContext
from tools.leads.service import LeadService, NewLead, source_of
from tools.result import ToolResult
from tools.spec import Risk, ToolSpec, always
from tools.support.arguments import LeaveContact, Remember, RequestHuman


async def leave_contact(context: ToolContext, arguments: LeaveContact) -> ToolResult:
    """Keep how the customer can be reached, as a lead for the sales team."""
    async with context.database.unit_of_work() as session:
        new = NewLead(
            name=arguments.name or context.asker.name,
            phone=arguments.phone,
            wechat=arguments.wechat,
            email=arguments.email,
            source=await source_of(session, context),
            order_key=context.order_key,
        )
        service = LeadService.of(session, context)
        lead = (await service.capture(session, new)).lead
        await service.record_talk(session, lead, Activity.enquiry)
        await context.notifier.to_staff(
            session, f"{context.order_key}:contact", "support.contact_left",
            name=lead.contact_name, lead=f"L-{lead.number}",
        )  # fmt: skip
    return ToolResult(status="ok", text=context.say("support.contact_kept"))


async def remember(context: ToolContext, arguments: Remember) -> ToolResult:
    """Remember something that the person said about themselves."""
    async with context.database.unit_of_work() as session:
        await FactStore(context.organisation_id, context.clock).keep(
            session, person_id=context.asker.id, order_key=context.order_key, text=arguments.fact
        )
    return ToolResult(status="ok", text=context.say("support.remembered"))


async def request_human(context: ToolContext, arguments: RequestHuman) -> ToolResult:
    """Tell the staff that this customer wants to talk to a person."""
    async with context.database.unit_of_work() as session:
        reached = await context.notifier.to_staff(
            session, f"{context.order_key}:human", "support.human_wanted",
            name=context.asker.name, reason=arguments.reason or "—",
        )  # fmt: skip
    key = "support.human_called" if reached else "support.human_unreachable"
    return ToolResult(status="ok", text=context.say(key))


SPECS = (
    ToolSpec(
        name="leave_contact", arguments=LeaveContact, role=Role.customer,
        risk=always(Risk.write), run=leave_contact,
    ),
    ToolSpec(
        name="remember", arguments=Remember, role=Role.customer,
        risk=always(Risk.write), run=remember,
    ),
    ToolSpec(
        name="request_human", arguments=RequestHuman, role=Role.customer,
        risk=always(Risk.write), run=request_human,
    ),
)  # fmt: skip
