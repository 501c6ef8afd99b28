"""The limits of spending, which every order that makes more money run has to pass.

`foresee` asks when an order is proposed; `commit` asks again right before the platform is called
and, in the same transaction, keeps what the order adds, so that two orders which are each fine but
not together do not both pass. Nobody's yes passes a limit: only an admin's change of the limit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from storage.database import ReadSession, Session
from storage.tables.campaign import Campaign, CampaignStatus
from storage.tables.spending import Commitment, LimitName
from tools.campaigns.books import SpendingBooks
from tools.campaigns.failures import LimitReached
from tools.campaigns.plans import Change, Field, amount
from tools.campaigns.repository import CampaignRepository
from tools.campaigns.wording import money
from tools.context import ToolContext

WINDOW = timedelta(hours=24)
_ON = CampaignStatus.active.value
_NOTHING = Decimal(0)

State = Mapping[tuple[str, Field], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A day's budget of one campaign: of the ad sets that are switched on in it, and of what of
    them runs, which is nothing while the campaign itself is off."""

    switched_on: Decimal
    running: Decimal

    @classmethod
    def of(cls, campaign: Campaign, state: State) -> Self:
        on = sum(
            (
                Decimal(state[row.ref, "daily_budget"])
                for row in campaign.ad_sets
                if state.get((row.ref, "status")) == _ON
            ),
            _NOTHING,
        )
        return cls(switched_on=on, running=on if state[campaign.ref, "status"] == _ON else _NOTHING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """What an order adds at the most while it is carried out; never below zero. `switched_on` is
    the campaign's budget before."""

    before: Reach
    switched_on: Decimal
    running: Decimal

    @classmethod
    def by(cls, campaign: Campaign, state: State, changes: Sequence[Change]) -> Self:
        """Steps are made one after the other: what is raised before something else is lowered runs
        on top of it for a moment."""
        before = Reach.of(campaign, state)
        switched_on = running = _NOTHING
        after = dict(state)
        for change in changes:
            after[change.ref, change.field] = change.after
            reach = Reach.of(campaign, after)
            switched_on = max(switched_on, reach.switched_on - before.switched_on)
            running = max(running, reach.running - before.running)
        return cls(before=before, switched_on=switched_on, running=running)

    @property
    def is_none(self) -> bool:
        return not self.switched_on and not self.running


def state_in_rows(campaign: Campaign) -> dict[tuple[str, Field], str]:
    """Every switch and budget as our own rows have it."""
    state: dict[tuple[str, Field], str] = {(campaign.ref, "status"): campaign.status.value}
    for row in campaign.ad_sets:
        state[row.ref, "status"] = row.status.value
        state[row.ref, "daily_budget"] = amount(row.daily_budget)
    return state


async def foresee(
    context: ToolContext, campaign: Campaign, state: State, changes: Sequence[Change]
) -> None:
    """Raises LimitReached when these changes would pass a limit by now."""
    growth = Growth.by(campaign, state, changes)
    if growth.is_none:
        return
    async with context.database.reading() as session:
        books = SpendingBooks(session, context.organisation_id)
        own = await books.of_order(context.order_key, campaign.id)
        # What this very order was granted before a crash is in the books already.
        granted = own.amount if own else _NOTHING
        wanted = Growth(
            before=growth.before,
            switched_on=growth.switched_on if own is None else _NOTHING,
            running=max(growth.running - granted, _NOTHING),
        )
        await _check(session, context, campaign, wanted)


async def commit(
    context: ToolContext,
    campaign: Campaign,
    state: State,
    changes: Sequence[Change],
    *,
    read_at: datetime,
) -> None:
    """Keep what these changes add, right before they are made; `state` is the live one, which was
    read after `read_at`. The same order again keeps it once. Raises LimitReached."""
    growth = Growth.by(campaign, state, changes)
    if growth.is_none:
        return
    async with context.database.unit_of_work() as session:
        books = SpendingBooks(session, context.organisation_id)
        await books.lock()
        own = await books.of_order(context.order_key, campaign.id)
        if own is None:
            own = await _opened(session, context, campaign)
        more = Growth(
            before=await _newest(session, context, campaign, growth.before, read_at),
            switched_on=max(growth.switched_on - own.unseen_in_campaign, _NOTHING),
            running=max(growth.running - own.unseen, _NOTHING),
        )
        await _check(session, context, campaign, more)
        own.at = context.clock.now() if more.running else own.at
        own.amount += more.running
        own.unseen += more.running
        own.unseen_in_campaign += more.switched_on


async def _newest(
    session: Session, context: ToolContext, campaign: Campaign, seen: Reach, read_at: datetime
) -> Reach:
    """Another order may have changed the campaign after the platform told us of it."""
    row = await CampaignRepository(session, context.organisation_id).get(campaign.ref)
    if row.updated_at < read_at:
        return seen
    now = Reach.of(row, state_in_rows(row))
    return Reach(
        switched_on=max(seen.switched_on, now.switched_on), running=max(seen.running, now.running)
    )


async def settle(
    session: Session, context: ToolContext, campaign: Campaign, before: Reach,
    *, order_key: str | None = None,
) -> None:  # fmt: skip
    """Our rows, locked and changed by this order (or by that of `order_key`), show now what they
    did not `before`."""
    own = await SpendingBooks(session, context.organisation_id).of_order(
        order_key or context.order_key, campaign.id
    )
    if own is None:
        return
    now = Reach.of(campaign, state_in_rows(campaign))
    seen = max(now.running - before.running, _NOTHING)
    seen_in_campaign = max(now.switched_on - before.switched_on, _NOTHING)
    own.unseen = max(own.unseen - seen, _NOTHING)
    own.unseen_in_campaign = max(own.unseen_in_campaign - seen_in_campaign, _NOTHING)


async def release(context: ToolContext, campaign: Campaign) -> None:
    """The order has ended, and everything that came of it is in our rows: the rest is given
    back."""
    async with context.database.unit_of_work() as session:
        books = SpendingBooks(session, context.organisation_id)
        await books.lock()
        own = await books.of_order(context.order_key, campaign.id)
        if own is not None:
            give_back(own)


def give_back(commitment: Commitment) -> None:
    commitment.amount -= commitment.unseen
    commitment.unseen = commitment.unseen_in_campaign = _NOTHING


async def check_new_campaign(
    context: ToolContext, daily_budget: Decimal, *, starts: bool = False
) -> None:
    """A campaign that is created paused must be one that could be started; one that `starts` at
    once has to fit beside everything else. Raises LimitReached."""
    async with context.database.reading() as session:
        books = SpendingBooks(session, context.organisation_id)
        limits = await books.limits(context.limits)
        used = await _used(session, context) if starts else {}
        for name in LimitName:
            taken = used.get(name, _NOTHING)
            if taken + daily_budget > limits[name] and _counts(context, name):
                raise await _reached(session, context, name, limits[name], taken, daily_budget)


async def _check(
    session: ReadSession, context: ToolContext, campaign: Campaign, growth: Growth
) -> None:
    if growth.is_none:
        return
    books = SpendingBooks(session, context.organisation_id)
    limits = await books.limits(context.limits)
    used = await _used(session, context, campaign, growth.before) if growth.running else {}
    used[LimitName.campaign] = growth.before.switched_on + await books.unseen_in(campaign.id)
    for name, taken in used.items():
        more = growth.switched_on if name is LimitName.campaign else growth.running
        if more and taken + more > limits[name] and _counts(context, name):
            raise await _reached(
                session, context, name, limits[name], taken, more, ref=campaign.ref
            )


async def _used(
    session: ReadSession,
    context: ToolContext,
    campaign: Campaign | None = None,
    reach: Reach | None = None,
) -> dict[LimitName, Decimal]:
    """What is taken of the limits that count money which runs; `reach` is what the platform just
    said of the campaign that is about to change."""
    books = SpendingBooks(session, context.organisation_id)
    running = await books.running(but_not=campaign.id if campaign else None)
    since = context.clock.now() - WINDOW
    person = await orderer(session, context)
    return {
        LimitName.organisation: running + (reach.running if reach else _NOTHING),
        LimitName.day: await books.added(since),
        LimitName.person: await books.added(since, person_id=person) if person else _NOTHING,
    }


def _counts(context: ToolContext, name: LimitName) -> bool:
    """What the service does in nobody's name is limited by the other three."""
    return name is not LimitName.person or context.asker.id != 0


async def _opened(session: Session, context: ToolContext, campaign: Campaign) -> Commitment:
    row = Commitment(
        organisation_id=context.organisation_id, order_key=context.order_key,
        campaign_id=campaign.id, person_id=await orderer(session, context),
        at=context.clock.now(), amount=_NOTHING, unseen=_NOTHING, unseen_in_campaign=_NOTHING,
    )  # fmt: skip
    session.add(row)
    return row


async def orderer(session: ReadSession, context: ToolContext) -> int | None:
    """Who gave the order: whoever asked, not whoever said yes to it."""
    books = SpendingBooks(session, context.organisation_id)
    return await books.asked_by(context.order_key) or context.asker.id or None


async def _reached(
    session: ReadSession,
    context: ToolContext,
    name: LimitName,
    limit: Decimal,
    used: Decimal,
    more: Decimal,
    *,
    ref: str = "",
) -> LimitReached:
    admins = await SpendingBooks(session, context.organisation_id).admins()
    # A campaign that is only being created has no id yet.
    key = "new_campaign" if name is LimitName.campaign and not ref else name.value
    return LimitReached(
        key, limit=money(context, limit), used=money(context, used),
        more=money(context, more), left=money(context, max(limit - used, _NOTHING)),
        admins=context.say("spending.joint").join(admins) or "—", ref=ref,
    )  # fmt: skip
