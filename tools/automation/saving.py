"""Campaigns are kept on the web platform too, whoever changed them and where: at once when a program
ordered it, else a moment later, and as soon as the platform answers again when it is down.

The ad platform's answer is what counts: an order that was carried out there is a success, whether
the web platform could be told or not. What is sent is the campaign as it is then, so that the last
state wins however many changes there were.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from config.clock import Clock
from storage.database import Session
from storage.tables.campaign import Campaign
from tools.automation.parameters import number
from tools.automation.web_platform import WebStore
from tools.campaigns.platforms.errors import PlatformError, PlatformUnavailable
from tools.campaigns.service import CampaignService
from tools.context import ToolContext
from tools.jobs.service import JobService

SAVE = "automation.save"
# Actions that make a campaign, and those that change one.
_MAKING = frozenset({"create_campaign", "create_ab_test"})
_CHANGING = frozenset({"manage_campaign", "optimize_budget"})
# The changes of one order go together; and a run is named by the second at which it was due, so
# that this has to be another one than that of a run that has begun.
_SOON = timedelta(seconds=2)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)

log = structlog.get_logger()

Handler = Callable[[ToolContext, dict[str, Any]], Awaitable[None]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Keeper:
    """As tools.ports.CampaignKeeper wants it."""

    organisation_id: int
    clock: Clock

    async def changed(self, session: Session, ref: str) -> None:
        jobs = JobService(session, self.organisation_id, self.clock, ZoneInfo("UTC"))
        await _put(session, jobs, ref, due=self.clock.now() + _SOON, tries=0)


def handlers(web: WebStore | None) -> Mapping[str, Handler]:
    """By kind of job; a handler may run again for the same job."""
    return {SAVE: partial(_save_again, web)}


async def save(
    web: WebStore, context: ToolContext, action: str, ref: str | None
) -> dict[str, Any] | None:
    """Whether the campaign `ref` was saved, and why not; None when there is nothing to save."""
    if ref is None or action not in _MAKING | _CHANGING:
        return None
    send = web.create_campaign if action in _MAKING else partial(web.update_campaign, ref)
    waiting = await _due(context, ref)
    try:
        await _send(send, context, ref)
    except PlatformError as error:
        await _later(context, ref, error, tries=1)
        return {"saved": False, "error": {"code": error.code.value, "type": error.code.name}}
    async with context.database.unit_of_work() as session:
        # A change since then has set another time, and is sent at that.
        await JobService.of(session, context).skip(session, _key(ref), due=waiting)
    return {"saved": True}


async def _save_again(web: WebStore | None, context: ToolContext, payload: dict[str, Any]) -> None:
    """Raises PlatformRefused: somebody has to look, and the next change tries again."""
    if web is None:
        return
    ref = payload["campaign"]
    try:
        await _send(web.create_campaign, context, ref)
    except PlatformUnavailable as error:
        await _later(context, ref, error, tries=payload.get("tries", 0) + 1)


async def _send(send: Send, context: ToolContext, ref: str) -> None:
    """Again when it changed on the way: another run may have been faster with what is newer."""
    sent: dict[str, Any] | None = None
    while (record := _record(await CampaignService.of(context).get(ref))) != sent:
        await send(record)
        sent = record


async def _later(context: ToolContext, ref: str, error: PlatformError, *, tries: int) -> None:
    log.warning("automation.not_saved", campaign=ref, error_code=error.code.value, tries=tries)
    wait = min(_FIRST_WAIT * 2 ** min(tries - 1, 10), _LONGEST_WAIT)
    async with context.database.unit_of_work() as session:
        jobs = JobService.of(session, context)
        await _put(session, jobs, ref, due=context.clock.now() + wait, tries=tries)


async def _put(session: Session, jobs: JobService, ref: str, *, due: datetime, tries: int) -> None:
    payload = {"campaign": ref, "tries": tries}
    await jobs.at(session, _key(ref), SAVE, payload, due=due.astimezone(UTC))


async def _due(context: ToolContext, ref: str) -> datetime | None:
    async with context.database.reading() as session:
        job = await JobService.of(session, context).find(_key(ref))
    return job.due_at if job else None


def _key(ref: str) -> str:
    return f"web:{ref}"


def _record(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign_id": campaign.ref, "name": campaign.name, "platform": campaign.platform,
        "objective": campaign.objective.value, "status": campaign.status.value,
        "daily_budget": number(campaign.daily_budget), "countries": campaign.countries,
        "product_url": campaign.product_url, "target_roas": number(campaign.target_roas),
        "target_cpa": number(campaign.target_cpa),
        "created_at": campaign.created_at.isoformat(),
        "updated_at": campaign.updated_at.isoformat(),
        "adsets": [
            {
                "adset_id": row.ref, "name": row.name, "status": row.status.value,
                "daily_budget": number(row.daily_budget),
            }
            for row in campaign.ad_sets
        ],
    }  # fmt: skip
