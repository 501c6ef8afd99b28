"""Structured logs in a rotating file, with secrets and personal data masked."""

import logging
import re
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog
from structlog.typing import EventDict, WrappedLogger

from config.settings import LogSettings

_CREDENTIALS_IN_URL = re.compile(r"://[^/\s@]+@")
_SECRET_PARAMETER = re.compile(
    r"(?i)(?<![a-z])(\w*(?:token|key|secret|password|sign|signature))=[^&\s\"']+"
)
_BEARER = re.compile(r"(?i)\b(bearer )\S+")
_PHONE = re.compile(r"(?<![\d-])(\+?\d{3})\d{4,8}(\d{4})(?!\d)")
_EMAIL = re.compile(r"\b([\w.+-])[\w.+-]*(@[\w-]+\.[\w.]+)")
_MAX_BYTES, _FILES = 10_000_000, 5


def set_up_logging(settings: LogSettings, folder: Path) -> None:
    """Everything goes to `folder`/huoke.log; the terminal belongs to the chat."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "huoke.log", maxBytes=_MAX_BYTES, backupCount=_FILES, encoding="utf-8"
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.level)),
        cache_logger_on_first_use=True,
    )


def mask(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """A structlog processor: every text value loses its secrets and personal data."""
    return {key: masked(value) if isinstance(value, str) else value for key, value in event.items()}


def masked(text: str) -> str:
    text = _CREDENTIALS_IN_URL.sub("://***@", text)
    text = _SECRET_PARAMETER.sub(r"\1=***", text)
    text = _BEARER.sub(r"\1***", text)
    text = _EMAIL.sub(r"\1***\2", text)
    return _PHONE.sub(r"\1****\2", text)
