"""What an earlier visit was about, for who comes again."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from memory.terms import folded
from memory.traces import cause_of
from storage.tables.memory import Memory, MemoryKind
from tools.context import ToolContext
from tools.visits.service import VisitService

# Longer ago, nobody goes on from there.
_FRESH = timedelta(days=60)
_BEFORE = r"(?:上一?次|之前|以前|前几天|last time|before|earlier|previously)"
_SPOKEN = r"(?:问|聊|说|谈|咨询|讲|ask(?:ed)?|talk(?:ed)?|discuss(?:ed)?|say|said|chat(?:ted)?)"
_WHAT = r"(?:什么|啥|哪|what|which)"
_ASKS = re.compile(
    rf"{_BEFORE}[^。.!！?？]{{0,12}}{_SPOKEN}[^。.!！?？]{{0,6}}{_WHAT}"
    rf"|{_WHAT}[^。.!！?？]{{0,16}}{_SPOKEN}[^。.!！?？]{{0,16}}{_BEFORE}"
    rf"|(?:还?记得|remember)[^。.!！?？]{{0,8}}{_BEFORE}[^。.!！?？]{{0,8}}{_SPOKEN}"
)


@dataclass(frozen=True, slots=True)
class LastVisit:
    """`text` are lines that the customer may read."""

    text: str
    at: datetime


def asks_for_last(text: str) -> bool:
    """Whether they want to know what was spoken of the last time."""
    return _ASKS.search(folded(text)) is not None


async def last_visit(context: ToolContext) -> LastVisit | None:
    """Of the asker, not too long ago."""
    async with context.database.reading() as session:
        row = await session.scalar(
            select(Memory)
            .where(
                Memory.organisation_id == context.organisation_id,
                Memory.person_id == context.asker.id,
                Memory.kind == MemoryKind.summary,
                Memory.created_at > context.clock.now() - _FRESH,
            )
            .order_by(Memory.created_at.desc(), Memory.id.desc())
            .limit(1)
        )
    return LastVisit(row.text, row.created_at) if row is not None else None


async def comes_again(context: ToolContext) -> bool:
    """Whether this message begins a visit, or has begun it in an attempt that was cut short."""
    async with context.database.reading() as session:
        visit = await VisitService.of(session, context).current(context.conversation_id)
    return visit is None or visit.first_inbox_id == cause_of(context.order_key)
