"""`run_bot.py eval`: how well the configured planner or model understands a file of sentences."""

import json
from collections.abc import Iterator
from pathlib import Path

from agent.evaluate import evaluate, read_lines
from agent.models.opening import open_planner
from agent.planner.loading import load_planner
from config.errors import ConfigurationError
from config.settings import Settings


def score(settings: Settings, file: Path, *, as_json: bool) -> Iterator[str]:
    """The misses, unless only figures are wanted, and the figures; nothing is executed and no
    storage is opened."""
    platforms = ("sandbox",) if settings.sandbox else ()
    try:
        with open_planner(settings, load_planner(settings.cache_dir)) as planner:
            report = evaluate(planner, read_lines(file), platforms=platforms)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be used: {error}") from None
    for miss in () if as_json else report.misses:
        yield f"{'≈' if miss.right_tool else '✗'} {miss.line.text}\n    {miss.got}"
        yield f"    expected {miss.line.expect.model_dump_json(exclude_defaults=True)}"
    yield json.dumps(report.summary())
