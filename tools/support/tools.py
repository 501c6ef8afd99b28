"""What a customer's own messages can lead to. None of it is privileged."""

from config.notices import NoticeKind
from config.roles import Role
from memory.facts import FactStore
from storage.database import Session
from storage.media import files_of_people
from storage.tables.case import CaseReason
from storage.tables.lead import Activity
from tools.context import ToolContext
from tools.leads.service import LeadService, NewLead, source_of
from tools.mood import settled
from tools.result import ToolResult
from tools.spec import Risk, ToolSpec, always
from tools.support.arguments import LeaveContact, Remember, RequestHuman
from tools.support.case_parts import Wanted
from tools.support.case_words import requested_words
from tools.support.cases import CaseService

_FILES_NAMED = 5


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
        sent = await _sent_files(session, context)
        await context.notifier.to_staff(
            session, NoticeKind.lead, f"{context.order_key}:contact",
            f"support.contact_left{'_files' if sent else ''}",
            name=lead.contact_name, lead=f"L-{lead.number}", files=", ".join(sent),
            person=context.asker.id,
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
    """Ask the staff to come to this conversation, or give it to people of the platform where there
    are any."""
    wanted = Wanted(
        conversation_id=context.conversation_id, customer_id=context.asker.id,
        reason=CaseReason.asked, question=arguments.reason or "", order_key=context.order_key,
        by_platform=context.transfers, mood=settled(context.mood),
    )  # fmt: skip
    async with context.database.unit_of_work() as session:
        requested = await CaseService.of(session, context).request(wanted)
        if context.transfers:
            await _tell_staff(session, context, arguments.reason)
    if context.transfers:
        return ToolResult(status="ok", text=context.say("support.human_coming"), transfer=True)
    text = requested_words(context.language, requested, context.timezone)
    return ToolResult(status="ok", text=text)


async def _tell_staff(session: Session, context: ToolContext, reason: str | None) -> None:
    """Those who serve on the platform see the customer there, and here what it is about."""
    sent = await _sent_files(session, context)
    await context.notifier.to_staff(
        session, NoticeKind.human, f"{context.order_key}:human",
        f"support.human_wanted{'_files' if sent else ''}",
        name=context.asker.name, reason=reason or "—", files=", ".join(sent),
        person=context.asker.id,
    )  # fmt: skip


async def _sent_files(session: Session, context: ToolContext) -> list[str]:
    """The names of what the customer sent last, for those who are to help."""
    found = await files_of_people(
        session, context.organisation_id, [context.asker.id], _FILES_NAMED
    )  # fmt: skip
    return [file.name for file in found]


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
