"""Taking back what somebody changed: each tool that can be undone keeps what that needs, in the
transaction of the change; the registry names who undoes which kind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from storage.database import ReadSession, Session
from storage.tables.change import ChangeRecord
from storage.upsert import insert_or_ignore
from tools.context import ToolContext
from tools.result import Proposal, ToolResult

# A result when it could be undone at once; a proposal, for `Undo.tool`, when undoing spends money.
Run = Callable[[ToolContext, ChangeRecord], Awaitable[ToolResult | Proposal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """`run` raises a UserFacingError when the object has changed again since. `tool` executes the
    plan of a proposal."""

    run: Run
    tool: str = ""


async def keep_for_undo(
    session: Session, context: ToolContext, kind: str, ref: str, before: dict[str, Any]
) -> None:
    """Remember how `ref` was before this order changed it. Jobs change nothing that a chat could
    take back, so without a conversation nothing is kept."""
    if not context.conversation_id:
        return
    values = {
        "organisation_id": context.organisation_id, "order_key": context.order_key,
        "conversation_id": context.conversation_id, "person_id": context.asker.id, "kind": kind,
        "ref": ref, "before": before, "created_at": context.clock.now(),
    }  # fmt: skip
    await insert_or_ignore(session, ChangeRecord, values)


async def last_change(session: ReadSession, context: ToolContext) -> ChangeRecord | None:
    """The newest change of this person in this conversation that is not taken back yet."""
    found: ChangeRecord | None = await session.scalar(
        select(ChangeRecord)
        .where(
            ChangeRecord.organisation_id == context.organisation_id,
            ChangeRecord.conversation_id == context.conversation_id,
            ChangeRecord.person_id == context.asker.id,
            ChangeRecord.undone_at.is_(None),
        )
        .order_by(ChangeRecord.id.desc())
        .limit(1)
    )
    return found


async def mark_undone(session: Session, context: ToolContext, change: ChangeRecord) -> None:
    await session.execute(
        update(ChangeRecord)
        .where(ChangeRecord.id == change.id)
        .values(undone_at=context.clock.now())
    )
