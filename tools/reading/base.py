"""Reading values out of people's words."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A value found at `text[start:end]`; `value` has the argument's own type."""

    value: Any
    start: int
    end: int
