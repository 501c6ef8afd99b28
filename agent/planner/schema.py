"""What a tool's argument model says about each argument."""

from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

from tools.arguments import Kind
from tools.spec import Arguments


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument: how to read it, what it may be, and whether a call needs it."""

    name: str
    kind: Kind
    choices: tuple[str, ...]
    required: bool
    default: Any


@cache
def slots_of(model: type[Arguments]) -> tuple[Slot, ...]:
    """The arguments of a tool in their declared order."""
    return tuple(
        Slot(
            name=name,
            kind=_kind(name, [*field.metadata, *_metadata(field.annotation)]),
            choices=_choices(field.annotation),
            required=field.is_required(),
            default=None if field.is_required() else field.default,
        )
        for name, field in model.model_fields.items()
    )


def _kind(name: str, metadata: list[Any]) -> Kind:
    kinds = [entry for entry in metadata if isinstance(entry, Kind)]
    if len(kinds) != 1:
        raise TypeError(f"argument {name!r} needs exactly one Kind, not {kinds}")
    return kinds[0]


def _metadata(annotation: Any) -> list[Any]:
    """The metadata of an Annotated type, also as a part of `X | None`."""
    if get_origin(annotation) is Annotated:
        return list(annotation.__metadata__)
    parts = [part for part in get_args(annotation) if part is not NoneType]
    return [entry for part in parts if get_origin(part) is Annotated for entry in _metadata(part)]


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(choice) for choice in get_args(annotation))
    for part in get_args(annotation):
        found = _choices(part)
        if found:
            return found
    return ()
