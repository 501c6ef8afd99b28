"""/cases, /takeover, /handback …: the staff serves customers from chats of their own."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, time

from agent.contract import Button, Reply
from bot.commands.base import Invocation, WrongUsage
from storage.tables.case import Case, CaseEventKind, CasePriority, CaseStatus
from tools.support.staff import (
    CaseService,
    NoOpenCase,
    case_lines,
    case_of_customer,
    case_shown,
    colleague,
    duty_lines,
    in_private,
    say_presence,
)

_BUTTONS, _TAG_LETTERS, _MOST_TAGS = 5, 40, 20
_ON, _OFF, _AUTO = ("on", "上班", "在"), ("off", "下班", "不在"), ("auto", "自动", "自動")


@asynccontextmanager
async def opened(use: Invocation) -> AsyncIterator[CaseService]:
    """The service of cases in one transaction."""
    async with use.services.database.unit_of_work() as session:
        yield CaseService.of(session, use.services.open_tools(use.turn))


def order_of(use: Invocation) -> str:
    return f"inbox:{use.turn.inbox_id}"


def rest_of(use: Invocation, words: int) -> str:
    """What was written behind the command and so many words, with its lines as they are."""
    parts = use.turn.text.strip().split(None, words + 1)
    return parts[words + 1].strip() if len(parts) > words + 1 else ""


async def cases(use: Invocation) -> Reply:
    """Those that are open, and how many there were today."""
    zone = use.turn.organisation.timezone
    midnight = datetime.combine(use.services.clock.now().astimezone(zone), time(), zone)
    async with opened(use) as service:
        found = await service.rows.open_cases()
        lines = await case_lines(service, found, use.language)
        n, ended = await service.rows.counted_since(midnight)
    today = use.say("cases.today", n=n, ended=ended)
    if not found:
        return Reply(text="\n".join([use.say("cases.none"), today]))
    waiting = [case for case in found if case.status is CaseStatus.waiting][:_BUTTONS]
    return Reply(
        text="\n".join([use.say("cases.title", n=len(found)), *lines, today]),
        buttons=tuple(
            Button(
                label=use.say("cases.button_take_ref", ref=case.ref), send=f"/takeover {case.ref}"
            )
            for case in waiting
        ),
        shown=tuple(case.ref for case in found),
    )


async def case(use: Invocation) -> Reply:
    """One case; "+tag", "-tag" and a priority change it. Raises CaseNotFound, NoOpenCase."""
    async with opened(use) as service:
        found, changes = await _meant(use, service)
        if changes:
            _change(use, found, changes)
            await service.record(
                found, CaseEventKind.changed, order_of(use), use.turn.asker.id, " ".join(changes)
            )
        zone = use.turn.organisation.timezone
        return Reply(text=await case_shown(service, found, use.language, zone), shown=(found.ref,))


async def takeover(use: Invocation) -> Reply:
    """A case, a customer by name, or without either the first that waits. Raises NoOpenCase,
    OnlyInPrivate, CaseEnded and what finding them raises."""
    asker = use.turn.asker
    async with opened(use) as service:
        await in_private(service.session, use.turn.conversation_id, asker.id)
        found = await _to_take(use, service)
        person = await service.people.get(asker.id)
        taken = await service.take(found, person, use.turn.conversation_id, order_of(use))
        customer = await service.people.get(found.customer_id)
        lines = [use.say("cases.taken", ref=found.ref, name=customer.name)]
        if taken.others:
            lines.append(use.say("cases.taken_with", names=", ".join(taken.others)))
        lines += await service.offering.visit(found, use.language)
        lines += await service.offering.last_words(found, use.language)
        lines.append(use.say("cases.how_it_works"))
    await _reread(use, found)
    return Reply(text="\n".join(lines), buttons=_endings(use, found), shown=(found.ref,))


async def handback(use: Invocation) -> Reply:
    """To the agent, with what it is to know. Raises NoOpenCase, NotServing, CaseEnded."""
    async with opened(use) as service:
        found, _ = await _served(use, service)
        aside = _behind_ref(use)
        person = await service.people.get(use.turn.asker.id)
        ended = await service.hand_back(found, person, aside, order_of(use))
        after = await _next_served(use, service)
    await _reread(use, found)
    key = "cases.handed_back_staff" if ended else "cases.left"
    return Reply(text="\n".join([use.say(key, ref=found.ref), *after]))


async def resolve(use: Invocation) -> Reply:
    """It is settled, in these words. Raises NoOpenCase, CaseEnded."""
    async with opened(use) as service:
        found, _ = await _served(use, service)
        person = await service.people.get(use.turn.asker.id)
        await service.resolve(found, person, order_of(use), _behind_ref(use))
        after = await _next_served(use, service)
    await _reread(use, found)
    return Reply(text="\n".join([use.say("cases.resolved_staff", ref=found.ref), *after]))


async def note(use: Invocation) -> Reply:
    """For colleagues; the customer never sees it. Raises NoOpenCase, WrongUsage."""
    async with opened(use) as service:
        found, _ = await _served(use, service)
        text = _behind_ref(use)
        if not text:
            raise WrongUsage(use.say("commands.usage.note"))
        person = await service.people.get(use.turn.asker.id)
        await service.note(found, person, text, order_of(use))
    return Reply(text=use.say("cases.noted", ref=found.ref))


async def transfer(use: Invocation) -> Reply:
    """To a colleague; without a name they are listed. Raises NoOpenCase, NotOfferable, CaseEnded."""
    async with opened(use) as service:
        found, words = await _meant(use, service)
        if not words:
            return await _colleagues(use, service, found)
        to = await colleague(service, " ".join(words), use.turn.asker)
        by = await service.people.get(use.turn.asker.id)
        reached = await service.transfer(found, by, to, order_of(use))
    key = "cases.transfer_asked" if reached else "cases.transfer_unreached"
    return Reply(text=use.say(key, ref=found.ref, name=to.name))


async def switch(use: Invocation) -> Reply:
    """Answer this one of the cases that one serves, from this chat. Raises CaseNotFound."""
    async with opened(use) as service:
        await in_private(service.session, use.turn.conversation_id, use.turn.asker.id)
        found = await service.get(use.words[0])
        person = await service.people.get(use.turn.asker.id)
        await service.take(found, person, use.turn.conversation_id, order_of(use))
        customer = await service.people.get(found.customer_id)
        lines = await service.offering.last_words(found, use.language)
    await _reread(use, found)
    text = use.say("cases.switched", ref=found.ref, name=customer.name)
    return Reply(text="\n".join([text, *lines]), shown=(found.ref,))


async def duty(use: Invocation) -> Reply:
    """Whether one is there to serve customers."""
    said = use.words[0].lower() if use.words else ""
    async with opened(use) as service:
        if said:
            if said not in _ON + _OFF + _AUTO:
                raise WrongUsage(use.say("commands.usage.duty"))
            here = None if said in _AUTO else said in _ON
            await say_presence(
                service.session, use.organisation_id, use.turn.asker.id, use.services.clock,
                here=here,
            )  # fmt: skip
            await service.session.flush()
        lines = duty_lines(await service.roster.colleagues(), use.language)
    return Reply(text="\n".join([use.say("cases.duty_title"), *lines, use.say("cases.duty_how")]))


async def ai(use: Invocation) -> Reply:
    """Words for the agent, while plain ones go to a customer."""

    async def unheard(text: str) -> None:
        return None

    return await use.services.agent.take(replace(use.turn, text=rest_of(use, 0)), unheard)


def _is_ref(word: str) -> bool:
    number = word.upper().removeprefix("H-")
    return word.upper().startswith("H-") and number.isdecimal()


def _behind_ref(use: Invocation) -> str:
    return rest_of(use, 1 if use.words and _is_ref(use.words[0]) else 0)


async def _meant(use: Invocation, service: CaseService) -> tuple[Case, Sequence[str]]:
    """The case that is named, or else the one that the asker answers; and the other words."""
    if use.words and _is_ref(use.words[0]):
        return await service.get(use.words[0]), use.words[1:]
    return await _served(use, service)


async def _served(use: Invocation, service: CaseService) -> tuple[Case, Sequence[str]]:
    """As `_meant`; a turn that runs again means what it meant before."""
    if use.words and _is_ref(use.words[0]):
        return await service.get(use.words[0]), use.words[1:]
    if use.turn.attempt > 1 and (done := await service.rows.done_by(order_of(use))):
        return done, use.words
    served = await service.rows.served_by(use.turn.asker.id)
    if not served:
        raise NoOpenCase
    return served[0], use.words


async def _to_take(use: Invocation, service: CaseService) -> Case:
    if use.words and _is_ref(use.words[0]):
        return await service.get(use.words[0])
    if use.words:
        said = " ".join(use.words)
        return await case_of_customer(service, said, use.services.served, order_of(use))
    if use.turn.attempt > 1 and (done := await service.rows.done_by(order_of(use))):
        return done
    for found in await service.rows.open_cases():
        if found.status is CaseStatus.waiting and not found.by_platform:
            return found
    raise NoOpenCase


async def _colleagues(use: Invocation, service: CaseService, found: Case) -> Reply:
    others = [
        each
        for each in await service.roster.colleagues()
        if each.here and each.person.id != use.turn.asker.id
    ]
    if not others:
        return Reply(text=use.say("cases.no_colleagues"))
    return Reply(
        text=use.say("cases.transfer_to", ref=found.ref),
        buttons=tuple(
            Button(label=each.person.name, send=f"/transfer {found.ref} #{each.person.id}")
            for each in others[:_BUTTONS]
        ),
    )


async def _next_served(use: Invocation, service: CaseService) -> list[str]:
    """Whom plain words go to now."""
    for found in await service.rows.served_by(use.turn.asker.id):
        customer = await service.people.get(found.customer_id)
        return [use.say("cases.switched", ref=found.ref, name=customer.name)]
    return []


def _endings(use: Invocation, found: Case) -> tuple[Button, ...]:
    return (
        Button(label=use.say("cases.button_back"), send=f"/handback {found.ref}"),
        Button(label=use.say("cases.button_pass"), send=f"/transfer {found.ref}"),
    )


def _change(use: Invocation, found: Case, changes: Sequence[str]) -> None:
    tags = [*found.tags]
    for word in changes:
        if word in CasePriority.__members__:
            found.priority = CasePriority(word)
        elif word.startswith("+") and 1 < len(word) <= _TAG_LETTERS and len(tags) < _MOST_TAGS:
            tags = [*(tag for tag in tags if tag != word[1:]), word[1:]]
        elif word.startswith("-"):
            tags = [tag for tag in tags if tag != word[1:]]
        else:
            raise WrongUsage(use.say("commands.usage.case"))
    found.tags = tags


async def _reread(use: Invocation, found: Case) -> None:
    await use.services.agent.reread(use.organisation_id, found.conversation_id)
