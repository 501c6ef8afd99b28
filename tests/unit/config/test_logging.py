"""What reaches the log has lost its secrets and personal data."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from config.logging import masked, set_up_logging
from config.settings import LogSettings


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("connect postgresql+asyncpg://me:sesame@host/db", "sesame"),
        ("GET /webhook?token=sesame&x=1", "sesame"),
        ("https://oapi.example/robot/send?access_token=sesame", "sesame"),
        ("Authorization: Bearer sesame", "sesame"),
        ("call 13812345678 back", "13812345678"),
        ("call +8613812345678 back", "8613812345678"),
        ("mail zhang.wei@example.com", "zhang.wei"),
    ],
)
def test_secrets_and_personal_data_are_masked(text: str, secret: str) -> None:
    assert secret not in masked(text)


@pytest.mark.parametrize("text", ["turn.failed", "inbox 42", "2026-11-18T02:00:00.123456Z", "L-12"])
def test_the_rest_stays_readable(text: str) -> None:
    assert masked(text) == text


@given(st.text())
def test_masking_survives_any_text(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    set_up_logging(LogSettings(), tmp_path)
    yield tmp_path / "huoke.log"
    for handler in root.handlers:
        handler.close()
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_of_the_log_is_json_without_secrets(log_file: Path) -> None:
    structlog.get_logger().warning("send.failed", url="https://x/y?token=sesame", to="13812345678")
    line = json.loads(log_file.read_text(encoding="utf-8"))
    assert line["event"] == "send.failed"
    assert line["level"] == "warning"
    assert "sesame" not in line["url"]
    assert line["to"] == "138****5678"


def test_a_traceback_is_masked_too(log_file: Path) -> None:
    try:
        raise ValueError("postgresql://me:sesame@host")
    except ValueError:
        structlog.get_logger().exception("turn.failed")
    content = log_file.read_text(encoding="utf-8")
    assert "ValueError" in content
    assert "sesame" not in content
