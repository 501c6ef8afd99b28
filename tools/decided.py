"""The calls that a model decided on, kept before they are carried out.

A model asked twice may decide differently. So a turn that runs again after a crash repeats the
calls that stand here, and the ledger makes each of them happen once.
"""

from sqlalchemy import select

from storage.database import ReadSession, Session
from storage.ledger import canonical
from storage.tables.model import DecidedCall
from storage.upsert import insert_or_ignore
from tools.context import ToolContext
from tools.layer import ToolCall


async def decided_calls(
    session: ReadSession, context: ToolContext, inbox_id: int
) -> list[ToolCall]:
    """Those of one turn, in their order."""
    found = await session.scalars(
        select(DecidedCall.call)
        .where(
            DecidedCall.organisation_id == context.organisation_id,
            DecidedCall.inbox_id == inbox_id,
        )
        .order_by(DecidedCall.position)
    )
    return [ToolCall(**call) for call in found]


async def keep_decided(
    session: Session, context: ToolContext, inbox_id: int, position: int, call: ToolCall
) -> None:
    values = {
        "organisation_id": context.organisation_id, "inbox_id": inbox_id, "position": position,
        "call": {
            "tool": call.tool, "args": dict(call.args), "quotes": dict(call.quotes),
            "ordered": call.ordered,
        },
    }  # fmt: skip
    await insert_or_ignore(session, DecidedCall, values)


def same_call(call: ToolCall) -> str:
    """Equal for calls that would do the same."""
    return canonical({"tool": call.tool, "args": dict(call.args)})
