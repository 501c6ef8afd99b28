"""The work that campaigns do by themselves: the watch over what is spent, and the sync of what was
changed on the platforms."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from config.errors import TransientError, UserFacingError
from storage.database import Session
from tools.campaigns.books import SpendingBooks
from tools.campaigns.changes import state_of
from tools.campaigns.orphans import look_for_orphans
from tools.campaigns.outside import IN_FLIGHT, take_over
from tools.campaigns.overview import CampaignService
from tools.campaigns.spending import give_back
from tools.campaigns.watching import WATCH, watch
from tools.context import ToolContext
from tools.jobs.service import JobService

log = structlog.get_logger()

Handler = Callable[[ToolContext, dict[str, Any]], Awaitable[None]]

SYNC = "spending.sync"
_SCHEDULE = {WATCH: "*/15 * * * *", SYNC: "7 * * * *"}


async def schedule_spending(session: Session, jobs: JobService) -> None:
    """Watch every quarter of an hour, and compare with the platforms every hour."""
    for kind, cron in _SCHEDULE.items():
        await jobs.repeat(session, kind, kind, {}, cron=cron)


async def sync(context: ToolContext, payload: dict[str, Any]) -> None:
    """Follow what was changed on the platforms; what cannot be read now is read in an hour."""
    service = CampaignService.of(context)
    for campaign in await service.list():
        read_at = context.clock.now()
        try:
            live = await service.live(campaign)
        except (TransientError, UserFacingError) as error:
            log.warning("spending.sync", ref=campaign.ref, error=type(error).__name__)
            continue
        await take_over(context, campaign, state_of(campaign, live), read_at=read_at)
        await _close_books(context, campaign.id)
    await look_for_orphans(context)


async def _close_books(context: ToolContext, campaign_id: int) -> None:
    """Orders that ended in doubt: our rows show by now what came of them."""
    before = context.clock.now() - IN_FLIGHT
    async with context.database.unit_of_work() as session:
        books = SpendingBooks(session, context.organisation_id)
        await books.lock()
        for commitment in await books.unfinished(campaign_id, before=before):
            give_back(commitment)


HANDLERS: Mapping[str, Handler] = {WATCH: watch, SYNC: sync}
