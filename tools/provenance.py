"""Where the values of a call came from, checked against what the asker really said.

A planner or model only claims. The claim holds when the quoted words stand in one of the asker's
own messages and carry the value, or when the value is an id that the asker was shown or named
before and the quoted words are theirs. Text of customers, documents or tool results can satisfy neither.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args, get_origin

from tools.arguments import Kind
from tools.reading.grounding import grounded, is_quote_of
from tools.spec import Arguments, Origin

_REFERABLE = frozenset(
    {Kind.lead, Kind.campaign, Kind.ad_set, Kind.test, Kind.rule, Kind.creatives}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`utterances` are the asker's own messages of this conversation; `shown` are the ids that
    results showed to the asker in it; `configured` are values that the service fills in because
    there is no other (the only ad platform)."""

    utterances: Sequence[str]
    shown: frozenset[str] = frozenset()
    configured: Mapping[str, Any] = field(default_factory=dict)


def origin_of(
    model: type[Arguments],
    argument: str,
    value: Any,
    quote: str,
    evidence: Evidence,
    now: datetime,
) -> Origin:
    """The origin of one argument as far as it can be proved. `now` is in the asker's zone."""
    declared = model.model_fields[argument]
    if value is None or value == declared.default or evidence.configured.get(argument) == value:
        return Origin.default
    if not any(is_quote_of(quote, utterance) for utterance in evidence.utterances):
        return Origin.untrusted
    kind, choices = kind_of(model, argument), choices_of(model, argument)
    if grounded(kind, value, quote, now=now, argument=argument, choices=choices):
        return Origin.said
    if kind in _REFERABLE and quote and _is_known(kind, value, argument, evidence, now):
        return Origin.chosen
    return Origin.untrusted


def quotes_for(
    model: type[Arguments], args: Mapping[str, Any], evidence: Evidence, now: datetime
) -> dict[str, str]:
    """The asker's own message that each value stands in, the newest first, for a model that names
    no quotes; an id that no message says is quoted by the newest one, which may refer to it."""
    quotes: dict[str, str] = {}
    for name, value in args.items():
        if name not in model.model_fields or not evidence.utterances:
            continue
        said = (
            utterance
            for utterance in evidence.utterances
            if origin_of(model, name, value, utterance, evidence, now) is Origin.said
        )
        quotes[name] = next(said, evidence.utterances[0])
    return quotes


def _is_known(kind: Kind, value: Any, argument: str, evidence: Evidence, now: datetime) -> bool:
    """Whether the asker was shown this id, or named it themselves in another message."""
    values = value if isinstance(value, list) else [value]
    if evidence.shown.issuperset(map(str, values)):
        return True
    return any(
        grounded(kind, value, utterance, now=now, argument=argument, choices=())
        for utterance in evidence.utterances
    )


def kind_of(model: type[Arguments], argument: str) -> Kind:
    """The kind that an argument's annotation carries."""
    declared = model.model_fields[argument]
    for part in (*declared.metadata, *_parts(declared.annotation)):
        if isinstance(part, Kind):
            return part
    raise LookupError(f"{model.__name__}.{argument} carries no kind")


def choices_of(model: type[Arguments], argument: str) -> tuple[str, ...]:
    """The words that an argument may be, empty when it is not a choice."""
    for part in _parts(model.model_fields[argument].annotation):
        if get_origin(part) is Literal:
            return tuple(get_args(part))
    return ()


def _parts(annotation: Any) -> list[Any]:
    """An annotation and everything inside it, `Annotated` metadata included."""
    inner = getattr(annotation, "__metadata__", ())
    parts = [annotation, *inner]
    if get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            parts.extend(_parts(part))
    return parts
