"""The creatives of an order: those that were named, or the newest that fit the platform."""

import re
from collections.abc import Sequence

from storage.tables.campaign import Creative
from tools.campaigns.failures import CreativeForOtherPlatform, CreativeMissing, NoCreatives
from tools.campaigns.repository import CreativeRepository
from tools.campaigns.wording import platform_name
from tools.context import ToolContext

# When nobody names creatives, a few of the newest make a fair start without thin budgets.
MOST_BY_DEFAULT = 3
_NUMBER = re.compile(r"\d+$")


async def newest_creatives(context: ToolContext, platform: str) -> list[Creative]:
    """Raises NoCreatives."""
    async with context.database.reading() as session:
        creatives = CreativeRepository(session, context.organisation_id)
        fitting = await creatives.listed(platform=platform)
    if not fitting:
        raise NoCreatives(platform_name(context, platform))
    return list(fitting[:MOST_BY_DEFAULT])


async def named_creatives(
    context: ToolContext, refs: Sequence[str], platform: str
) -> list[Creative]:
    """In the order named, each once. Raises CreativeMissing, CreativeForOtherPlatform."""
    wanted = [(ref, _number(ref)) for ref in dict.fromkeys(refs)]
    async with context.database.reading() as session:
        creatives = CreativeRepository(session, context.organisation_id)
        found = {row.number: row for row in await creatives.numbered([n for _, n in wanted])}
    missing = [ref for ref, number in wanted if number not in found]
    if missing:
        raise CreativeMissing(missing)
    chosen = [found[number] for number in dict.fromkeys(number for _, number in wanted)]
    for row in chosen:
        if row.platform not in (None, platform):
            made_for = platform_name(context, row.platform)
            raise CreativeForOtherPlatform(row.ref, made_for, platform_name(context, platform))
    return chosen


def _number(ref: str) -> int:
    """CR-12, cr_12 and 12 name the same creative; 0 is none."""
    digits = _NUMBER.search(ref.strip())
    return int(digits[0]) if digits and len(digits[0]) < 10 else 0
