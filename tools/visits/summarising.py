"""What is told of a visit when it is over: three to six lines by rules, each from a row, or the
same facts in a model's words when those add nothing."""

import json
from collections.abc import Sequence

from config.i18n import Language, knows, say
from storage.tables.ticket import TicketStatus
from storage.tables.visit import Mood
from tools.context import ToolContext
from tools.ports import Writer
from tools.visits.checking import faithful
from tools.visits.talk import (
    Talk,
    is_small_talk,
    short,
    sources,
    told,
    unanswered,
    wanted,
    words_of,
)

_LINES = 6
_NAMES = {Language.zh_cn: "简体中文", Language.zh_tw: "繁體中文", Language.en: "English"}
# What a model is given to read, in characters.
_READ = 6_000
# What is said of staff's words at most.
_LAST_WORDS = 2


def rule_lines(context: ToolContext, talk: Talk) -> list[str]:
    """For the staff; empty when there was nothing but small talk."""
    if is_small_talk(talk):
        return []
    about = [*told(talk), *talk.learned]
    lines = [
        _wanted(context, talk, intent=True),
        _answered(context, talk),
        _records(context, talk),
        _open(context, talk) or context.say("visit_ends.nothing_open"),
        context.say("visit_ends.told", words=_joined(context, about)) if about else "",
        _mood(context, talk),
    ]
    return [line for line in lines if line][:_LINES]


def remembered(context: ToolContext, talk: Talk) -> list[str]:
    """The same for the customer's own memory: what they may be told themselves next time."""
    if is_small_talk(talk):
        return []
    about = told(talk)
    lines = [
        _wanted(context, talk, intent=False),
        _answered(context, talk),
        _records(context, talk, leads=False),
        _open(context, talk),
        context.say("visit_ends.told", words=_joined(context, about)) if about else "",
    ]
    return [line for line in lines if line]


async def worded(context: ToolContext, writer: Writer, talk: Talk) -> list[str]:
    """A model's lines, checked against what was said and done; those of the rules when there is no
    model, or its words say more than that."""
    plain = rule_lines(context, talk)
    if not plain:
        return []
    material = _material(talk, plain)
    answer = await writer.write(_instructions(context.language), material)
    known = [*plain, *words_of(talk), talk.customer]
    lines = [] if answer is None else faithful(answer, known, _states(context))
    return lines or plain


def _states(context: ToolContext) -> list[str]:
    moods = [context.say(f"visit_ends.moods.{each}") for each in Mood]
    return moods + [context.say(f"tickets.status.{each}") for each in TicketStatus]


def _instructions(language: Language) -> str:
    return (
        f"Sum up a talk with a customer for colleagues, in {_NAMES[language]}: 3 to {_LINES} short "
        "lines, one thing each, no numbering: what the customer wanted, what they were told, what "
        "is open, their mood, what they told about themselves. Use the facts and the words of the "
        "material only; invent no figure, name, date or promise. Answer with the lines alone."
    )


def _material(talk: Talk, plain: Sequence[str]) -> str:
    said = [(each.at, talk.customer, each.text) for each in talk.said]
    said += [(each.at, each.name, each.text) for each in talk.staff]
    lines = [f"{who}: {text}" for _, who, text in sorted(said)]
    while len(lines) > 1 and sum(map(len, lines)) > _READ:
        lines.pop(0)
    facts = {"facts": [*plain], "talk": [line[:_READ] for line in lines]}
    return json.dumps(facts, ensure_ascii=False)


def _wanted(context: ToolContext, talk: Talk, *, intent: bool) -> str:
    asked = [context.say("visit_ends.quote", text=short(each.text)) for each in wanted(talk)]
    if not asked:
        return ""
    words = _joined(context, asked)
    name = f"visit_ends.intents.{talk.intent}"
    if intent and talk.intent and knows(name):
        return context.say("visit_ends.wanted_for", intent=context.say(name), asked=words)
    return context.say("visit_ends.wanted", asked=words)


def _answered(context: ToolContext, talk: Talk) -> str:
    titles = [context.say("visit_ends.document", title=title) for title in sources(talk)]
    parts = [context.say("visit_ends.by_documents", titles="".join(titles))] if titles else []
    parts += [
        context.say("visit_ends.by_staff", name=each.name, text=short(each.text))
        for each in talk.staff[-_LAST_WORDS:]
    ]
    return context.say("visit_ends.answered", parts=_joined(context, parts)) if parts else ""


def _records(context: ToolContext, talk: Talk, *, leads: bool = True) -> str:
    parts = [
        context.say(
            "visit_ends.record", ref=each.ref, state=context.say(f"tickets.status.{each.status}")
        )
        for each in talk.tickets
    ]
    parts += [
        context.say(
            "visit_ends.record", ref=each.ref, state=context.say(f"visit_ends.cases.{each.status}")
        )
        for each in talk.cases
    ]
    if leads and talk.lead is not None:
        parts.append(talk.lead.ref)
    return context.say("visit_ends.records", parts=_joined(context, parts)) if parts else ""


def _open(context: ToolContext, talk: Talk) -> str:
    parts = [
        context.say("visit_ends.not_answered", text=short(each.text)) for each in unanswered(talk)
    ]
    parts += [
        context.say("visit_ends.still_runs", ref=each.ref) for each in talk.tickets if each.runs
    ]
    return context.say("visit_ends.open", parts=_joined(context, parts)) if parts else ""


def _mood(context: ToolContext, talk: Talk) -> str:
    last, worst = (context.say(f"visit_ends.moods.{each}") for each in (talk.mood, talk.worst_mood))
    if talk.mood == talk.worst_mood:
        return context.say("visit_ends.mood", mood=last)
    return context.say("visit_ends.mood_worse", mood=last, worst=worst)


def _joined(context: ToolContext, parts: Sequence[str]) -> str:
    return say(context.language, "visit_ends.between").join(dict.fromkeys(parts))
