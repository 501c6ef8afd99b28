"""What a tool's argument model cannot say: which arguments a call needs beyond the required ones,
and what a talk about it suggests for the next call. Kept beside the tool's examples."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from agent.planner.examples import FOLDER


@dataclass(frozen=True, slots=True)
class Guide:
    """`one_of`: groups of which exactly one argument is needed; `any_of`: at least one. `needs`: an argument that is needed
    when another has one of these values. `acts`: the tool changes something, so a mere question
    ("C-5 呢") does not repeat it. `implies`: arguments that later calls may take from it."""

    one_of: tuple[tuple[str, ...], ...] = ()
    any_of: tuple[tuple[str, ...], ...] = ()
    needs: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    acts: bool = False
    implies: Mapping[str, str] = field(default_factory=dict)

    def rivals(self, argument: str) -> tuple[str, ...]:
        """The arguments that cannot stand beside this one."""
        group = next((group for group in self.one_of if argument in group), ())
        return tuple(other for other in group if other != argument)

    def alternatives(self, argument: str) -> tuple[str, ...]:
        """The arguments that meet the same need, this one included."""
        groups = (*self.one_of, *self.any_of)
        return next((group for group in groups if argument in group), (argument,))


@cache
def guides(folder: Path = FOLDER) -> Mapping[str, Guide]:
    """The guides of all tools by name."""
    return {file.stem: _guide(file) for file in sorted(folder.rglob("*.yaml"))}


def _guide(file: Path) -> Guide:
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    needs = content.get("needs", {})
    return Guide(
        one_of=tuple(tuple(group) for group in content.get("one_of", ())),
        any_of=tuple(tuple(group) for group in content.get("any_of", ())),
        needs={
            needed: {other: tuple(values) for other, values in condition.items()}
            for needed, condition in needs.items()
        },
        acts=content.get("acts", False),
        implies=content.get("implies", {}),
    )
