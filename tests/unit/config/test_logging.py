"""Whatever is logged, by us or by a library, reaches one place, and has lost its secrets there."""

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest
import structlog
from dbos._logger import init_logger

from config.settings import LogSettings
from tests.builders.logs import logging_to

_TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz_0123"
_URL = f"https://api.telegram.org/bot{_TOKEN}/getMe"
_SECRET = "open-sesame-0123"
_PHONE = "13812345678"
_ALL = f"{_URL} {_SECRET} {_PHONE}"
_PARTS = (_TOKEN, _TOKEN.split(":")[1], _SECRET, _PHONE)

Log = Callable[[str], object]


@pytest.fixture(params=["json", "console"])
def log_file(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    style: Literal["json", "console"] = request.param
    with logging_to(tmp_path, LogSettings(format=style), secrets=[_SECRET]) as file:
        yield file


def _raised(text: str) -> Exception:
    """An error with a cause, as it is after it was raised and caught."""
    try:
        try:
            raise ConnectionError(text)
        except ConnectionError as error:
            error.add_note(text)
            raise ValueError(text) from error
    except ValueError as error:
        return error


def _of_dbos(text: str) -> None:
    # It would bring its own way to the terminal.
    init_logger()
    logging.getLogger("dbos").error(text)


def _warn(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(text, ResourceWarning, stacklevel=1)


_ROUTES: dict[str, Log] = {
    "an event": lambda text: structlog.get_logger().warning(text),
    "a field": lambda text: structlog.get_logger().error("send.failed", url=text),
    "a field inside a field": lambda text: structlog.get_logger().info("x", a={"b": [text]}),
    "an object": lambda text: structlog.get_logger().info("x", error=ValueError(text)),
    "an exception": lambda text: structlog.get_logger().error("x", exc_info=_raised(text)),
    "a bound value": lambda text: structlog.get_logger().bind(chat=text).info("x"),
    "uvicorn": lambda text: logging.getLogger("uvicorn.error").error("Exception: %s", text),
    "uvicorn's traceback": lambda text: logging.getLogger("uvicorn.error").error(
        "Exception in ASGI application", exc_info=_raised(text)
    ),
    "aiogram": lambda text: logging.getLogger("aiogram.dispatcher").error("Failed: %r", text),
    "aiohttp": lambda text: logging.getLogger("aiohttp.client").warning("%s", {"url": text}),
    "sqlalchemy": lambda text: logging.getLogger("sqlalchemy.pool").error(text),
    "dbos": _of_dbos,
    "asyncio": lambda text: logging.getLogger("asyncio").error(text, exc_info=_raised(text)),
    "a warning of Python's": _warn,
}


@pytest.mark.parametrize("route", _ROUTES)
def test_no_secret_comes_through(
    route: str, log_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _ROUTES[route](_ALL)
    content = log_file.read_text(encoding="utf-8")
    assert "***" in content
    assert [part for part in _PARTS if part in content] == []
    assert capfd.readouterr() == ("", "")


def test_what_cannot_be_written_is_not_shown_on_the_terminal(
    log_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    logging.getLogger("uvicorn.error").error("%d", _ALL)
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Callable[[], list[dict[str, object]]]]:
    """The log so far, read as JSON."""
    with logging_to(tmp_path, LogSettings()) as file:
        yield lambda: [json.loads(line) for line in file.read_text("utf-8").splitlines()]


Lines = Callable[[], list[dict[str, object]]]


def test_a_line_is_json_with_its_level_and_time(lines: Lines) -> None:
    structlog.get_logger().warning("send.failed", to=_PHONE, chat="客户\n群")
    [line] = lines()
    assert line["event"] == "send.failed"
    assert line["level"] == "warning"
    assert str(line["timestamp"]).endswith("Z")
    assert line["to"] == "138****5678"
    assert line["chat"] == "客户\n群"


def test_a_library_s_line_says_whose_it_is(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").info("Shutting down")
    [line] = lines()
    assert (line["logger"], line["event"], line["level"]) == (
        "uvicorn.error", "Shutting down", "info",
    )  # fmt: skip


def test_every_line_of_a_turn_names_it_a_library_s_too(lines: Lines) -> None:
    with structlog.contextvars.bound_contextvars(conversation=3, inbox=42):
        structlog.get_logger().info("turn.begun")
        logging.getLogger("aiogram").warning("slow")
    structlog.get_logger().info("idle")
    assert [line.get("inbox") for line in lines()] == [42, 42, None]


def test_talkative_libraries_are_heard_when_something_is_wrong(lines: Lines) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET %s", _URL)
    logging.getLogger("httpx").warning("closed")
    assert [line["event"] for line in lines()] == ["closed"]


def test_below_the_level_nothing_is_made(lines: Lines) -> None:
    class Costly:
        def __repr__(self) -> str:
            raise AssertionError("was read")

    structlog.get_logger().debug("cache.read", value=Costly())
    assert lines() == []


def test_a_full_file_is_put_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    small = LogSettings(file_bytes=1_000, files=2)
    with logging_to(tmp_path, small):
        for number in range(50):
            structlog.get_logger().info("turn.done", number=number, text="x" * 100)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"huoke.log", "huoke.log.1", "huoke.log.2"}
    assert all(path.stat().st_size <= 1_000 for path in tmp_path.iterdir())
    assert '"number": 49' in (tmp_path / "huoke.log").read_text()


def test_in_a_container_lines_go_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with logging_to(tmp_path / "logs", LogSettings(to="stderr")):
        structlog.get_logger().info("turn.done", to=_PHONE)
    out, written = capsys.readouterr()
    assert out == ""
    assert json.loads(written)["to"] == "138****5678"
    assert not (tmp_path / "logs").exists()
