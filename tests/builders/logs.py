"""Logging as the program sets it up, for as long as a test needs it."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from config.logging import set_up_logging
from config.settings import LogSettings


@contextmanager
def logging_to(
    folder: Path, settings: LogSettings | None = None, *, secrets: Collection[str] = ()
) -> Iterator[Path]:
    """Yields the file; afterwards everything is as it was."""
    root, dbos = logging.getLogger(), logging.getLogger("dbos")
    before = root.handlers, root.level, dbos.handlers, dbos.propagate, logging.raiseExceptions
    set_up_logging(settings or LogSettings(), folder, secrets=secrets)
    try:
        yield folder / "huoke.log"
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers, level, dbos.handlers, dbos.propagate, logging.raiseExceptions = before
        root.setLevel(level)
        logging.captureWarnings(False)
        structlog.reset_defaults()
