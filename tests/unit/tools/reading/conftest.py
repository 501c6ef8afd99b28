"""A Saturday in Shanghai, and reading as one short call."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tools.arguments import Kind
from tools.reading import read

NOW = datetime(2026, 11, 21, 13, 0, tzinfo=ZoneInfo("Asia/Shanghai"))

Values = Callable[..., list[Any]]


@pytest.fixture
def values() -> Values:
    """`values(kind, text, argument="", choices=())`: what `read` finds, without the spans."""

    def _values(
        kind: Kind, text: str, argument: str = "", choices: tuple[str, ...] = ()
    ) -> list[Any]:
        found = read(kind, text, now=NOW, argument=argument, choices=choices)
        return [reading.value for reading in found]

    return _values
