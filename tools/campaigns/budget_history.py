"""What every ad set's budget was on each day, from the log of its changes."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from storage.tables.campaign import BudgetChange, Campaign
from tools.campaigns.overview import CampaignService
from tools.campaigns.repository import CampaignRepository
from tools.context import ToolContext

BudgetOfDay = Mapping[tuple[str, date], Decimal]


async def budgets_of_days(
    context: ToolContext, campaign: Campaign, first: date, last: date
) -> BudgetOfDay:
    """By ad set (A-3.1) and day of the platform: the budget with which the day ended. Ad sets that
    were never changed are not in it: they have always had what they have."""
    # The platform's days need not keep step with ours, so that all changes are read.
    since = campaign.created_at - timedelta(days=1)
    async with context.database.reading() as session:
        changes = await CampaignRepository(session, context.organisation_id).changes(
            [row.id for row in campaign.ad_sets], since=since, but_not=""
        )
    day_of = CampaignService.of(context).platform(campaign).today
    days = [first + timedelta(days=past) for past in range((last - first).days + 1)]
    return {
        (row.ref, day): budget
        for row in campaign.ad_sets
        for day, budget in _daily(
            [(day_of(each.at), each) for each in changes if each.ad_set_id == row.id], days
        )
    }


def _daily(
    changes: Sequence[tuple[date, BudgetChange]], days: Sequence[date]
) -> Sequence[tuple[date, Decimal]]:
    """`changes` are in their order; before the first of them it was what that one changed."""
    if not changes:
        return []
    found = []
    for day in days:
        done = [each for when, each in changes if when <= day]
        found.append((day, done[-1].after if done else changes[0][1].before))
    return found
