"""The arguments of a tool, read out of one message by the tool's own schema."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Annotated, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from agent.planner.references import OBJECT_KINDS, Mention
from agent.planner.schema import Slot, slots_of
from tools.arguments import Kind
from tools.reading import Reading, read
from tools.reading.conditions import first_of, sentence
from tools.reading.normal import normalise
from tools.reading.shapes import Span, inside
from tools.spec import Arguments

_Found = TypeVar("_Found", Reading, Mention)

# Who reads first keeps the words: the surest shapes before the loosest.
_ORDER = (
    Kind.url, Kind.email, Kind.phone, Kind.wechat, Kind.ad_set, Kind.campaign, Kind.lead, Kind.test,
    Kind.rule, Kind.creatives, Kind.condition, Kind.cron, Kind.ages, Kind.percent_change, Kind.money_change,
    Kind.window, Kind.period, Kind.number, Kind.money, Kind.days, Kind.limit, Kind.countries,
    Kind.tags, Kind.flag, Kind.company, Kind.language, Kind.owner, Kind.name, Kind.choice, Kind.text,
    Kind.note,
)  # fmt: skip
_SETS = re.compile(
    r"[,，。;；]|改成|改為|改为|换成|換成|变成|make it|change (?:it|that) to", re.IGNORECASE
)
_SHORTEST_PHONE = 8
_WECHAT_WORD = re.compile(r"(?:微信号?|wechat|wx|weixin)(?: ?id)?\s?(?:[:是为]|is)?\s?$")


@dataclass(slots=True)
class Heard:
    """What was heard: values, the words they came from, and where these stand. `objects` are all
    the ids of the tool's main object, when the message names several."""

    args: dict[str, Any] = field(default_factory=dict)
    quotes: dict[str, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    objects: tuple[str, tuple[Mention, ...]] | None = None

    schedule: Span | None = None

    def spans_outside_schedule(self) -> list[Span]:
        """The span of a schedule may run over other words: "daily overview at 6pm"."""
        return [span for span in self.spans if span != self.schedule]

    def take(self, name: str, value: Any, text: str, span: Span) -> None:
        self.args[name] = value
        self.quotes[name] = text[slice(*span)].strip()
        self.spans.append(span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`text` is what counts, as long as `original`; `before` is what the person said before it when
    this message answers a question about that; `asked` is the argument asked for. What stands after
    `slip` replaces what stands before it."""

    text: str
    original: str
    now: datetime
    mentions: Sequence[Mention] = ()
    before: str = ""
    asked: str = ""
    slip: int = 0


def hear(model: type[Arguments], message: Message) -> Heard:
    heard = Heard()
    # An answer is first of all about what was asked: 300 is the budget, not the target ROAS.
    slots = sorted(
        slots_of(model), key=lambda slot: (slot.name != message.asked, _ORDER.index(slot.kind))
    )
    said = normalise(message.text).strip(" .。!?号#")
    # A bare 1000 is an id only when an id was asked for; a phone always names a lead.
    only_a_number = said.isdecimal() and len(said) < _SHORTEST_PHONE
    for slot in slots:
        if only_a_number and slot.kind in OBJECT_KINDS and slot.name != message.asked:
            continue
        _hear_slot(model, slot, message, heard)
    return heard


def _hear_slot(model: type[Arguments], slot: Slot, message: Message, heard: Heard) -> None:
    if slot.kind is Kind.condition:
        _hear_condition(model, slot, message, heard)
        return
    if slot.name in heard.args:
        return
    if slot.kind in OBJECT_KINDS or slot.kind is Kind.creatives:
        objects = _meant(list(_objects(slot, message)), message.slip)
        mentions = [each for each in objects if not inside((each.start, each.end), heard.spans)]
        if mentions:
            _take_objects(model, slot, mentions, message, heard)
        return
    taken = heard.spans_outside_schedule() if slot.kind is Kind.choice else heard.spans
    for reading in _meant(_readings(slot, message), message.slip):
        span = (reading.start, reading.end)
        value = None if inside(span, taken) else checked(model, slot.name, reading.value)
        if value is not None:
            typed = value if slot.choices else _as_typed(value, message, span)
            heard.take(slot.name, typed, message.original, span)
            if slot.kind is Kind.cron:
                heard.schedule = span
            if slot.kind is Kind.wechat:
                heard.spans += _word_before(message.text, reading.start)
            return


def _hear_condition(model: type[Arguments], slot: Slot, message: Message, heard: Heard) -> None:
    """A condition says what its first comparison says, too."""
    for reading in _meant(_readings(slot, message), message.slip):
        span = (reading.start, reading.end)
        said = sentence(message.text[slice(*span)])
        found = said[2] if said else None
        heard.take(slot.name, reading.value, message.original, span)
        if found is None:
            # The tool says what it does not understand; until then its words are read as any.
            heard.spans.remove(span)
            return
        for name, value in first_of(found).items():
            if name in model.model_fields:
                heard.args[name] = value
                heard.quotes[name] = heard.quotes[slot.name]
        return


def _as_typed(value: Any, message: Message, span: Span) -> Any:
    """Free words are kept as they were typed, slips included."""
    said = message.text[slice(*span)]
    return message.original[slice(*span)] if value == said else value


def _readings(slot: Slot, message: Message) -> list[Reading]:
    """Readings of this message; what an answer leaves open (20 % up or down?) is read together with
    what the person said before."""
    options = {"now": message.now, "choices": slot.choices, "argument": slot.name}
    if not message.before:
        return read(slot.kind, message.text, **options)  # type: ignore[arg-type]
    offset = len(message.before) + 1
    said = message.text
    if slot.kind is Kind.percent_change:
        # "改成 30%" corrects a step; behind "降 20%" it would read as where to end.
        said = _SETS.sub(lambda match: " " * len(match[0]), said)
    joined = read(slot.kind, f"{message.before} {said}", **options)  # type: ignore[arg-type]
    alone = read(slot.kind, message.text, **options)  # type: ignore[arg-type]
    later = [
        Reading(value=each.value, start=each.start - offset, end=each.end - offset)
        for each in joined
        if each.start >= offset
    ]
    changes = slot.kind in (Kind.percent_change, Kind.money_change)
    return later or alone if changes else alone or later


def _meant(found: Sequence[_Found], slip: int) -> Sequence[_Found]:
    """After a slip of the tongue ("C-3，不对，C-8") only what follows it, if anything does."""
    return [each for each in found if each.start >= slip] or found


def _objects(slot: Slot, message: Message) -> Iterator[Mention]:
    """Objects of the slot's kind: those named, else those pointed at."""
    named_one = False
    for reading in read(slot.kind, message.text, now=message.now, argument=slot.name):
        values = reading.value if slot.kind is Kind.creatives else [reading.value]
        for value in values:
            named_one = True
            yield Mention(slot.kind, str(value), reading.start, reading.end)
    if not named_one:
        yield from (mention for mention in message.mentions if mention.kind is slot.kind)


def _take_objects(
    model: type[Arguments], slot: Slot, mentions: list[Mention], message: Message, heard: Heard
) -> None:
    many = slot.kind is Kind.creatives
    raw = list(dict.fromkeys(each.id for each in mentions)) if many else mentions[0].id
    value = checked(model, slot.name, raw)
    if value is None:
        return
    first = mentions[0]
    heard.take(slot.name, value, message.original, (first.start, first.end))
    heard.spans += [(each.start, each.end) for each in mentions[1:]]
    if not many and slot.required and len({each.id for each in mentions}) > 1:
        heard.objects = (slot.name, tuple(mentions))


def _word_before(text: str, start: int) -> list[Span]:
    """The word 微信 in front of an account name, which is no source of leads there."""
    match = _WECHAT_WORD.search(normalise(text)[:start])
    return [match.span()] if match else []


@cache
def _adapter(model: type[Arguments], name: str) -> TypeAdapter[Any]:
    field_info = model.model_fields[name]
    declared: Any = Annotated[field_info.annotation, field_info]
    return TypeAdapter(declared)


def checked(model: type[Arguments], name: str, value: Any) -> Any:
    """The value as the contract has it, None when the contract does not allow it."""
    try:
        return _adapter(model, name).validate_python(value)
    except ValidationError:
        return None
