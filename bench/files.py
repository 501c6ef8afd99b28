"""`run_bot.py bench NAME FILE`: figures on one file of questions whose answers are known."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench import remembering, retrieval
from config.errors import ConfigurationError

Figures = dict[str, Any]
# A name's figures of the product alone, and beside its baselines.
MEASURES: dict[
    str, tuple[Callable[[Path, Path | None], Figures], Callable[[Path, Path | None], list[Figures]]]
] = {
    "memory": (remembering.measure, remembering.compare),
    "retrieval": (retrieval.measure, retrieval.compare),
}


def report(arguments: argparse.Namespace) -> None:
    """Print the figures. Raises ConfigurationError when there is no such name or file."""
    for each in filter(None, (arguments.file, arguments.queries)):
        if not each.is_file():
            raise ConfigurationError(f"{each} is not a file")
    if arguments.name not in MEASURES:
        raise ConfigurationError(f"bench knows {', '.join(MEASURES)}, not {arguments.name}")
    measure, compare = MEASURES[arguments.name]
    if arguments.json:
        print(json.dumps(measure(arguments.file, arguments.queries), ensure_ascii=False))
        return
    for row in compare(arguments.file, arguments.queries):
        print("  ".join(f"{key} {_short(value)}" for key, value in row.items()))


def _short(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else str(value)
