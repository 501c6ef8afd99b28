"""Structured logs, in a rotating file or on standard error, with secrets and personal data masked.

Every line goes through the same mask: ours, and those that libraries write by Python's logging.
"""

import logging
import sys
from collections.abc import Collection
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog

from config.masking import Mask
from config.settings import LogSettings

# They log every call, some with texts and addresses in it.
_TALKATIVE = (
    "aiogram.event", "aiosqlite", "httpcore", "httpx", "httpx2", "sqlalchemy.engine",
    "uvicorn.access", "websockets",
)  # fmt: skip
# They bring a handler of their own to the terminal, unless they have one already.
_SELF_WILLED = ("dbos",)


def set_up_logging(settings: LogSettings, folder: Path, *, secrets: Collection[str] = ()) -> None:
    """Everything goes to `folder`/huoke.log, for the terminal belongs to the chat; or to standard
    error. `secrets` are masked wherever they stand."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    handler = _handler(settings, folder)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                Mask(secrets),
                _renderer(settings),
            ],
        )
    )
    _route_everything_to(handler, settings.level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.level)),
        cache_logger_on_first_use=True,
    )


def _handler(settings: LogSettings, folder: Path) -> logging.Handler:
    if settings.to == "stderr":
        return logging.StreamHandler(sys.stderr)
    folder.mkdir(parents=True, exist_ok=True)
    return RotatingFileHandler(
        folder / "huoke.log", maxBytes=settings.file_bytes, backupCount=settings.files,
        encoding="utf-8", errors="backslashreplace",
    )  # fmt: skip


def _renderer(settings: LogSettings) -> structlog.typing.Processor:
    if settings.format == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )


def _route_everything_to(handler: logging.Handler, level: str) -> None:
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    for name in _SELF_WILLED:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
    # A line that cannot be written would be shown on the terminal, unmasked.
    logging.raiseExceptions = False
    logging.captureWarnings(True)
