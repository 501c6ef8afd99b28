"""How a playbook goes on with each message. No input or output of its own: the same visit and the
same message give the same step, so that a turn may run twice.

Stages follow each other only as the playbook declares. Each question is asked once in a visit, and
none after the customer did not want to answer one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tools.mood import Mood
from tools.reading.normal import normalise
from tools.visits.playbook import Done, Playbook, Stage, placeholders
from tools.visits.values import refuses, says, values_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message of a customer: what they came for, the tools that did their work for it, and
    whether it may be an answer (it asks nothing, and is no small talk)."""

    text: str
    today: date
    intent: str = ""
    tools: frozenset[str] = frozenset()
    answers: bool = True
    mood: Mood | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a visit is in a `version` of a playbook. `asked` are the variables that were asked for, `open` the one
    that the last answer asked for; `quiet`: they want no questions; `turns` of theirs were heard in
    this stage; `done`: behind the last stage."""

    stage: str
    version: int = 1
    variables: Mapping[str, Any] = field(default_factory=dict)
    asked: tuple[str, ...] = ()
    open: str = ""
    quiet: bool = False
    turns: int = 0
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Where the message leads. `answered`: it says what was asked, `told`: it says something that
    the playbook wants to know; `entered`: a stage began with
    it, `begins`: the playbook did; `learned` is what it says for the playbook."""

    playbook: Playbook
    place: Place
    answered: bool = False
    told: bool = False
    refused: bool = False
    entered: bool = False
    begins: bool = False
    learned: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stage(self) -> Stage:
        return self.playbook.stage(self.place.stage) or self.playbook.stages[-1]


def chosen(playbooks: Sequence[Playbook], heard: Heard, current: str = "") -> Playbook | None:
    """The one that the message begins: by its words first, of these the longest; then, unless one
    goes on already, by the mood and by what the customer came for."""
    plain = normalise(heard.text)
    playbooks = [
        each for each in playbooks if not any(says(plain, word) for word in each.starts_on.unless)
    ]

    def longest(playbook: Playbook) -> int:
        words = (word for word in playbook.starts_on.keywords if says(plain, word))
        return max(map(len, words), default=0)

    named = [each for each in playbooks if longest(each)]
    if named:
        if any(each.name == current for each in named):
            return None
        return max(named, key=longest)
    if current:
        return None
    moved = [each for each in playbooks if heard.mood in each.starts_on.mood]
    came = [each for each in playbooks if heard.intent in each.starts_on.intents]
    return next(iter([*moved, *came]), None)


def begun(
    playbook: Playbook, heard: Heard, *, version: int = 1, known: Mapping[str, Any] | None = None
) -> Step:
    """At the first stage, or behind those whose needs the message tells already; `known` was learned
    for another playbook, and holds for variables of the same name."""
    learned = values_in(playbook, heard.text, heard.today)
    before = {name: value for name, value in (known or {}).items() if name in playbook.variables}
    place = Place(stage=playbook.stages[0].name, version=version, variables={**before, **learned})
    place = _moved(playbook, place, replace(heard, tools=frozenset()))
    return Step(playbook=playbook, place=place, entered=True, begins=True, learned=learned)


def followed(playbook: Playbook, place: Place, heard: Heard) -> Step:
    """One message later."""
    said = values_in(playbook, heard.text, heard.today, asked=place.open, answers=heard.answers)
    refused = refuses(heard.text, asked=bool(place.open))
    if refused and _is_words(playbook, place.open):
        # "I'd rather not say" is words, too.
        said.pop(place.open, None)
    refused = refused and place.open not in said
    learned = {name: value for name, value in said.items() if _is_news(playbook, place, name)}
    answered = bool(place.open) and place.open in said
    # Who tells something else first may still answer with the next message.
    waits = bool(said) and not answered and not refused
    after = replace(
        place, variables={**place.variables, **learned}, open=place.open if waits else "",
        turns=place.turns + 1, quiet=place.quiet or refused,
    )  # fmt: skip
    after = _moved(playbook, after, heard)
    return Step(
        playbook=playbook, place=after, refused=refused, learned=learned, answered=answered,
        told=bool(said), entered=after.stage != place.stage,
    )  # fmt: skip


def question(step: Step) -> str:
    """The variable to ask for next; empty when there is none."""
    place = step.place
    if place.quiet or place.done:
        return ""
    for name in step.stage.needs:
        wanted = step.playbook.variables[name].ask is not None
        if wanted and name not in place.variables and name not in place.asked:
            return name
    return ""


def asking(step: Step, variable: str) -> Step:
    """The same step, when its answer asks for the variable."""
    asked = (*step.place.asked, variable)
    return replace(step, place=replace(step.place, asked=asked, open=variable))


def contacts_in(step: Step) -> list[str]:
    """The ways to reach the customer that the message leaves."""
    return [
        str(value)
        for name, value in step.learned.items()
        if step.playbook.variables[name].kind in ("phone", "contact")
    ]


def to_look_up(step: Step, *, english: bool) -> str:
    """What is to be searched for as the stage begins; empty when something in it is not known."""
    wanted = step.stage.look_up
    if wanted is None or not step.entered:
        return ""
    text = wanted.en if english else wanted.zh
    if any(name not in step.place.variables for name in placeholders(text)):
        return ""
    return text.format(**step.place.variables)


def _is_words(playbook: Playbook, name: str) -> bool:
    return name in playbook.variables and playbook.variables[name].kind == "text"


def _is_news(playbook: Playbook, place: Place, name: str) -> bool:
    """What was told once is told anew by an answer only; contacts and choices are never named by
    the way."""
    sure = playbook.variables[name].kind in ("phone", "contact", "choice")
    return sure or name == place.open or name not in place.variables


def _moved(playbook: Playbook, place: Place, heard: Heard) -> Place:
    """Along `next`, as long as the stages are done; a tool counts for the stage it was called in."""
    tools = heard.tools
    while not place.done:
        stage = playbook.stage(place.stage)
        if stage is None or not _is_done(stage.done, place, tools):
            return place
        if stage.next is None:
            return replace(place, done=True)
        place, tools = replace(place, stage=stage.next, turns=0), frozenset()
    return place


def _is_done(done: Done, place: Place, tools: frozenset[str]) -> bool:
    filled = bool(done.filled) and all(name in place.variables for name in done.filled)
    enough = done.turns is not None and place.turns >= done.turns
    return filled or enough or done.tool in tools
