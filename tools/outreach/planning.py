"""Who would get a broadcast, before anybody agreed to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tools.context import ToolContext
from tools.outreach.arguments import SendBroadcast
from tools.outreach.consent import opted_out_accounts
from tools.outreach.errors import NobodyLeft, NobodyToSendTo, NotConfigured, TextTooLong
from tools.outreach.group_sends import Contact, GroupSends
from tools.outreach.repository import BroadcastRepository
from tools.result import Proposal

MAX_TEXT_BYTES = 4_000
_MOST_OF_ONE_TASK = 10_000
_SAMPLE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """`people` are the customers of each sender; a customer of several gets it from the first."""

    people: Mapping[str, list[str]]
    names: Sequence[str]
    opted_out: int
    capped: int


def sends_of(context: ToolContext) -> GroupSends:
    """Raises NotConfigured."""
    if context.group_sends is None:
        raise NotConfigured
    return context.group_sends


async def propose_broadcast(context: ToolContext, arguments: SendBroadcast) -> Proposal:
    """Raises NotConfigured, TextTooLong, NobodyToSendTo, NobodyLeft and what the platform says."""
    sends = sends_of(context)
    size = len(arguments.text.encode())
    if size > MAX_TEXT_BYTES:
        raise TextTooLong(size, MAX_TEXT_BYTES)
    chosen = await _choose(context, sends, arguments.tag or "")
    n = sum(len(people) for people in chosen.people.values())
    return Proposal(
        summary=context.say("outreach.summary", n=n),
        lines=tuple(_lines(context, sends, arguments, chosen)),
        daily_cost=Decimal(0),
        plan={
            "text": arguments.text, "tag": arguments.tag or "", "people": [*chosen.people.items()],
            "ordered_by": context.asker.id,
        },
        by_another=n > sends.rules.alone,
    )  # fmt: skip


async def _choose(context: ToolContext, sends: GroupSends, tag: str) -> Chosen:
    wanted = tag.casefold()
    tagged = [
        contact
        for contact in await sends.contacts()
        if not wanted or wanted in (each.casefold() for each in contact.tags)
    ]
    everybody: dict[str, Contact] = {}
    for contact in tagged:
        everybody.setdefault(contact.external_id, contact)
    if not everybody:
        raise NobodyToSendTo(tag)
    month = context.local_now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    async with context.database.reading() as session:
        unwilling = await opted_out_accounts(session, context.organisation_id)
        got = await BroadcastRepository(session, context.organisation_id).got_since(month)
    willing = [each for each in everybody.values() if each.external_id not in unwilling]
    left = [each for each in willing if got.get(each.external_id, 0) < sends.rules.monthly]
    opted_out, capped = len(everybody) - len(willing), len(willing) - len(left)
    if not left:
        raise NobodyLeft(opted_out, capped)
    people: dict[str, list[str]] = {}
    for contact in left:
        people.setdefault(contact.sender, []).append(contact.external_id)
    for sender, theirs in people.items():
        people[sender] = theirs[:_MOST_OF_ONE_TASK]
    return Chosen(
        people=people, names=[each.name for each in left], opted_out=opted_out, capped=capped
    )


def _lines(
    context: ToolContext, sends: GroupSends, arguments: SendBroadcast, chosen: Chosen
) -> list[str]:
    joint = context.say("outreach.joint")
    names = joint.join(name for name in chosen.names[:_SAMPLE] if name)
    key = "outreach.to_tagged" if arguments.tag else "outreach.to_all"
    lines = [
        context.say(key, tag=arguments.tag or "", names=names),
        context.say(
            "outreach.by",
            senders=joint.join(f"{sender} ({len(ids)})" for sender, ids in chosen.people.items()),
        ),
    ]  # fmt: skip
    if chosen.opted_out or chosen.capped:
        lines.append(
            context.say(
                "outreach.left_out", opted_out=chosen.opted_out, capped=chosen.capped,
                monthly=sends.rules.monthly,
            )
        )  # fmt: skip
    if sends.rules.quiet(context.local_now()):
        lines.append(_quiet(context, sends, "outreach.quiet_now"))
    return [*lines, context.say("outreach.text", text=arguments.text)]


def _quiet(context: ToolContext, sends: GroupSends, key: str) -> str:
    rules = sends.rules
    return context.say(
        key, quiet_from=f"{rules.quiet_from:%H:%M}", quiet_to=f"{rules.quiet_to:%H:%M}"
    )


def quiet_words(context: ToolContext, sends: GroupSends) -> str:
    """Why nothing was begun."""
    return _quiet(context, sends, "outreach.quiet_refused")
