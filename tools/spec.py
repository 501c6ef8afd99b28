"""How a tool declares itself: arguments, role, risk, approval, and where values may come from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict

from config.roles import Role
from tools.context import ToolContext
from tools.result import Proposal, ToolResult


class Risk(StrEnum):
    read = "read"
    write = "write"
    money = "money"


class Origin(StrEnum):
    """Where the value of an argument came from."""

    said = "said"  # the words of the person who asks, in this conversation
    chosen = "chosen"  # an id that a result showed to this person and that they referred to
    default = "default"  # the contract's own default
    untrusted = "untrusted"  # anything else: customers, documents, tool output, a model's idea


TRUSTED = frozenset({Origin.said, Origin.chosen, Origin.default})


class Arguments(BaseModel):
    """Base of every tool's arguments: unknown names are refused, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


Run = Callable[[ToolContext, Any], Awaitable[ToolResult]]
Propose = Callable[[ToolContext, Any], Awaitable[Proposal]]
Execute = Callable[[ToolContext, dict[str, Any]], Awaitable[ToolResult]]
Revise = Callable[[ToolContext, dict[str, Any], Any], Awaitable[Proposal]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    """One row of the contract.

    `run` does reading and writing calls. A call whose risk is money goes through `propose` (no
    effect), an approval, and `execute` (the approved plan). While it waits, `revise` makes another
    plan of it by a `revision`. `origins` narrows, per argument, where its value may come from;
    arguments that are not listed accept every trusted origin.
    """

    name: str
    arguments: type[Arguments]
    role: Role
    risk: Callable[[Any], Risk]
    run: Run | None = None
    propose: Propose | None = None
    execute: Execute | None = None
    revision: type[Arguments] | None = None
    revise: Revise | None = None
    origins: Mapping[str, frozenset[Origin]] = field(default_factory=dict)


def always(risk: Risk) -> Callable[[Any], Risk]:
    """A risk that does not depend on the arguments."""
    return lambda arguments: risk
