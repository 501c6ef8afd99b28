"""Creatives that the library does not have are brought from the web platform, when there is one."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import select

from config.errors import NotFound
from storage.database import Session
from storage.repository import next_number
from storage.tables.campaign import Creative, CreativeKind
from tools.automation.web_platform import WebCreative
from tools.campaigns.service import named_creatives
from tools.context import ToolContext


class CreativeSource(Protocol):
    async def get_creatives(self, creative_ids: Sequence[str] = ()) -> list[WebCreative]:
        """Raises PlatformRefused 5000 when one is missing."""


async def bring(
    source: CreativeSource, context: ToolContext, refs: Sequence[str], platform: str
) -> list[str]:
    """The library's ids of these creatives, in their order. Raises what the source does."""
    missing = [ref for ref in dict.fromkeys(refs) if not await _known(context, ref, platform)]
    if not missing:
        return [*refs]
    found = {each.creative_id: each for each in await source.get_creatives(missing)}
    async with context.database.unit_of_work() as session:
        ours = {ref: await _kept(session, context, found[ref]) for ref in missing}
    return [ours.get(ref, ref) for ref in refs]


async def _known(context: ToolContext, ref: str, platform: str) -> bool:
    try:
        await named_creatives(context, [ref], platform)
    except NotFound:
        return False
    return True


async def _kept(session: Session, context: ToolContext, told: WebCreative) -> str:
    """A creative that was brought before is the same as long as nothing of it has changed."""
    given = {
        "title": told.title, "kind": CreativeKind(told.kind), "url": told.url,
        "copy": told.copy_text, "platform": told.platform,
    }  # fmt: skip
    before = await session.scalar(
        select(Creative)
        .where(Creative.organisation_id == context.organisation_id)
        .filter_by(**given)
        .order_by(Creative.number)
        .limit(1)
    )
    if before is not None:
        return before.ref
    row = Creative(
        organisation_id=context.organisation_id, created_at=context.clock.now(),
        number=await next_number(session, context.organisation_id, "CR"), **given,
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row.ref
