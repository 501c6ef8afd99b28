"""convert_lead: a lead becomes a customer with a first deal (FEATURES LE-6)."""

from collections.abc import Sequence

from sqlalchemy import select

from storage.database import ReadSession, Session
from storage.tables.customer import Customer, Deal, DealStage
from storage.tables.lead import Lead, LeadStatus
from tools.context import ToolContext
from tools.leads import wording
from tools.leads.arguments import ConvertLead
from tools.leads.service import LeadService
from tools.leads.wording import Names
from tools.result import ToolResult
from tools.undo import keep_for_undo


async def convert_lead(context: ToolContext, arguments: ConvertLead) -> ToolResult:
    """Make a lead a customer; one that is a customer stays so. Raises LeadNotFound."""
    async with context.database.unit_of_work() as session:
        lead = await LeadService.of(session, context).hold(session, arguments.lead)
        known = await customers_of(session, lead)
        if not known or lead.status is not LeadStatus.converted:
            await _convert(session, context, lead, known)
        names = await wording.names_of(session, context)
        lines = await customer_lines(session, context, lead, names)
    # A repeated order finds its own customer, and answers as it did then.
    own = [customer for customer in known if customer.order_key == context.order_key]
    key = "leads.already_converted" if known and not own else "leads.converted"
    text = context.say(key, ref=lead.ref, name=lead.contact_name)
    return ToolResult(
        status="ok", text="\n".join([text, *lines]), data=wording.data(lead), shown=(lead.ref,)
    )


async def customers_of(session: ReadSession, lead: Lead) -> Sequence[Customer]:
    """Oldest first; several only after leads were merged."""
    query = select(Customer).where(Customer.lead_id == lead.id).order_by(Customer.id)
    return (await session.scalars(query)).all()


async def deals_of(session: ReadSession, customers: Sequence[Customer]) -> Sequence[Deal]:
    if not customers:
        return []
    ids = [customer.id for customer in customers]
    query = select(Deal).where(Deal.customer_id.in_(ids)).order_by(Deal.id)
    return (await session.scalars(query)).all()


async def customer_lines(
    session: ReadSession, context: ToolContext, lead: Lead, names: Names
) -> list[str]:
    """Since when it is a customer, and its deals; nothing for one that is none."""
    customers = await customers_of(session, lead)
    lines = [
        context.say(
            "leads.customer", name=wording.joined(customer.name, customer.company),
            at=f"{customer.created_at.astimezone(context.timezone):%Y-%m-%d}",
        )
        for customer in customers
    ]  # fmt: skip
    for deal in await deals_of(session, customers):
        amount = wording.money(context, deal.amount) if deal.amount is not None else None
        stage = context.say(f"leads.stages.{deal.stage}")
        owner = wording.owner_name(context, deal.owner_id, names)
        lines.append(f"· {wording.joined(deal.title, amount, stage, owner)}")
    return lines


async def _convert(
    session: Session, context: ToolContext, lead: Lead, known: Sequence[Customer]
) -> None:
    now, before = context.clock.now(), lead.status
    lead.status, lead.updated_at = LeadStatus.converted, now
    made = None if known else await _customer(session, context, lead)
    await keep_for_undo(
        session, context, "lead.convert", lead.ref,
        {"status": before.value, "customer": made.id if made else None},
    )  # fmt: skip


async def _customer(session: Session, context: ToolContext, lead: Lead) -> Customer:
    """The customer and the first deal."""
    now = context.clock.now()
    customer = Customer(
        organisation_id=context.organisation_id, lead_id=lead.id, order_key=context.order_key,
        name=lead.contact_name, company=lead.company, created_at=now,
    )  # fmt: skip
    session.add(customer)
    await session.flush()
    session.add(
        Deal(
            organisation_id=context.organisation_id, customer_id=customer.id,
            title=context.say("leads.first_deal", name=lead.company or lead.contact_name)[:255],
            stage=DealStage.open, owner_id=lead.assigned_to, created_at=now,
        )
    )  # fmt: skip
    await session.flush()
    return customer
