"""What was changed on the platform itself, and not by us: our rows follow it, the audit log keeps
it, and managers are told when it spends more."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from config.notices import NoticeKind
from config.roles import Role
from storage.audit import AuditLog
from storage.database import Session
from storage.tables.campaign import AdSet, BudgetChange, Campaign, CampaignStatus
from storage.tables.spending import LimitName
from storage.tables.work import Action, ActionStatus
from tools.campaigns.books import SpendingBooks
from tools.campaigns.plans import Change, Field
from tools.campaigns.repository import CampaignRepository
from tools.campaigns.spending import Reach, State, settle, state_in_rows
from tools.campaigns.wording import change_line, money
from tools.context import ToolContext
from tools.people.service import PeopleService, language_of

# An order that is being carried out has told the platform, and our rows not yet.
IN_FLIGHT = timedelta(minutes=15)
_REMEMBERED = timedelta(hours=24)
_OPEN = (ActionStatus.pending, ActionStatus.executing)
_GONE = CampaignStatus.deleted.value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A difference between the platform and our rows; `order_key` is the order of ours that made
    it, and did not live to write it down."""

    change: Change
    order_key: str | None = None


async def take_over(
    context: ToolContext, campaign: Campaign, state: State, *, read_at: datetime
) -> bool:
    """Make our rows what the platform said after `read_at`. Returns whether anything was
    different."""
    if not _differences(campaign, state):
        return False
    async with context.database.unit_of_work() as session:
        await SpendingBooks(session, context.organisation_id).lock()
        campaigns = CampaignRepository(session, context.organisation_id)
        row = await campaigns.get(campaign.ref, lock=True)
        return await take_over_row(session, context, row, state, read_at=read_at)


async def take_over_row(
    session: Session, context: ToolContext, row: Campaign, state: State, *, read_at: datetime
) -> bool:
    """The same for a row that is locked, with the books locked before it."""
    found = _differences(row, state)
    if not found:
        return False
    seen = await _judged(session, context, row, found, read_at)
    if not seen:
        return False
    before = Reach.of(row, state_in_rows(row))
    for each in seen:
        until_now = Reach.of(row, state_in_rows(row))
        await _write(session, context, row, each)
        if each.order_key is not None:
            await settle(session, context, row, until_now, order_key=each.order_key)
    row.daily_budget = Reach.of(row, state_in_rows(row)).switched_on
    row.updated_at = context.clock.now()
    await context.campaign_changed(session, row.ref)
    outside = [each.change for each in seen if each.order_key is None]
    if outside and _spends_more(row, before, outside):
        await _tell(session, context, row, outside)
    return True


def _differences(campaign: Campaign, state: State) -> list[Change]:
    """What is not on the platform any more was deleted there; the budget of what is gone, and of
    ad sets that have none of their own, is of no interest."""
    found = []
    for (ref, field), before in state_in_rows(campaign).items():
        gone = state.get((ref, "status"), _GONE) == _GONE
        if field == "daily_budget" and (gone or not Decimal(state[ref, field])):
            continue
        after = state.get((ref, field), _GONE)
        if after != before:
            found.append(Change(ref=ref, field=field, before=before, after=after))
    return found


async def _judged(
    session: Session,
    context: ToolContext,
    row: Campaign,
    found: Sequence[Change],
    read_at: datetime,
) -> list[_Seen]:
    """Without what an order of ours is about to write down itself."""
    now = context.clock.now()
    actions = await _latest(session, context, now - _REMEMBERED)
    seen = []
    for change in found:
        action = actions.get((change.ref, change.field))
        if action is None:
            seen.append(_Seen(change=change))
            continue
        young = action.updated_at > now - IN_FLIGHT
        unwritten = (
            action.status is not ActionStatus.completed or row.updated_at <= action.updated_at
        )
        ours = unwritten and action.request["after"] == change.after
        # What the platform said may be from before our own change.
        waits = action.updated_at > read_at or (action.status in _OPEN and young)
        if not waits and not (ours and young):
            order_key = action.key.rpartition(":")[0] if ours else None
            seen.append(_Seen(change=change, order_key=order_key))
    return seen


async def _latest(
    session: Session, context: ToolContext, since: datetime
) -> Mapping[tuple[str, Field], Action]:
    """The last change of ours to each switch and budget."""
    campaigns = CampaignRepository(session, context.organisation_id)
    return {
        (action.request["ref"], action.request["field"]): action
        for action in await campaigns.actions(("ads.status", "ads.daily_budget"), since=since)
    }


async def _write(session: Session, context: ToolContext, row: Campaign, seen: _Seen) -> None:
    change = seen.change
    target: Campaign | AdSet = row
    for ad_set in row.ad_sets:
        if ad_set.ref == change.ref:
            target = ad_set
    if change.field == "status":
        target.status = CampaignStatus(change.after)
    else:
        target.daily_budget = Decimal(change.after)
        assert isinstance(target, AdSet)
        session.add(_edit(context, target, change, seen))
    await AuditLog(context.organisation_id, context.clock).append(
        session, "campaign.settled" if seen.order_key else "campaign.outside", person_id=None,
        who=seen.order_key or "outside", ref=change.ref, field=change.field,
        before=change.before, after=change.after,
    )  # fmt: skip


def _edit(context: ToolContext, ad_set: AdSet, change: Change, seen: _Seen) -> BudgetChange:
    """Edits of others count for how often and how far a budget may move."""
    now = context.clock.now()
    who = seen.order_key or "outside"
    return BudgetChange(
        organisation_id=context.organisation_id, ad_set_id=ad_set.id, order_key=who,
        key=f"{who}:{ad_set.id}:{now:%Y%m%dT%H%M%S%f}", at=now, before=Decimal(change.before),
        after=Decimal(change.after), person_id=None,
    )  # fmt: skip


def _spends_more(row: Campaign, before: Reach, outside: Sequence[Change]) -> bool:
    after = Reach.of(row, state_in_rows(row))
    raised = any(
        each.field == "daily_budget" and Decimal(each.after) > Decimal(each.before)
        for each in outside
    )
    return after.running > before.running or raised


async def _tell(
    session: Session, context: ToolContext, row: Campaign, outside: Sequence[Change]
) -> None:
    """Once, in the transaction in which our rows follow."""
    running = Reach.of(row, state_in_rows(row)).running
    books = SpendingBooks(session, context.organisation_id)
    limit, total = (
        (await books.limits(context.limits))[LimitName.organisation],
        await books.running(),
    )

    def worded(reader: ToolContext) -> str:
        lines = [
            reader.say("spending.outside.title", ref=row.ref, name=row.name),
            *(f"· {change_line(reader, each)}" for each in outside),
            reader.say("spending.outside.now", ref=row.ref, budget=money(reader, running)),
        ]
        if total > limit:
            lines.append(
                reader.say(
                    "spending.outside.above", total=money(reader, total), limit=money(reader, limit)
                )
            )
        return "\n".join(lines)

    refs = (row.ref, *(each.ref for each in outside if each.ref != row.ref))
    key = f"outside:{row.id}:{context.clock.now():%Y%m%dT%H%M%S%f}"
    await tell_managers(session, context, key, worded, refs=refs, pause=row.ref)


async def tell_managers(
    session: Session,
    context: ToolContext,
    key: str,
    worded: Callable[[ToolContext], str],
    *,
    refs: Sequence[str] = (),
    pause: str = "",
    urgent: bool = False,
) -> None:
    """To every manager and admin in their own language; `worded` takes a context in it. `pause` is
    a campaign that a button stops."""
    staff = await PeopleService(session, context.organisation_id).staff(Role.manager)
    for person in staff:
        reader = replace(context, language=language_of(person, context.language))
        words = reader.say("spending.pause_button", ref=pause)
        await context.notifier.to_person(
            session, NoticeKind.alert, key, person.id, worded(reader), shown=refs, urgent=urgent,
            buttons=[{"label": words, "send": words}] if pause else [],
        )  # fmt: skip
