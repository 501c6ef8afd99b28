"""`run_bot.py eval` measures the planner as it is configured: with a model behind the fast path."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import run_bot
from tests.emulators.openai_api import Answer, OpenAIEmulator, call, say
from tests.emulators.serving import served_in_a_thread

SURE = "今天抖音来了多少线索？"
UNSURE = "嗯，帮我琢磨琢磨那边"
ASKS = "那边也给来一个嘛"
LINES = [
    {"text": SURE, "expect": {"tool": "lead_stats", "args": {"period": "today"}}},
    {"text": UNSURE, "expect": {"tool": "overview_report", "args": {"period": "this_week"}}},
    {"text": ASKS, "expect": {"tool": None, "asks": ["daily_budget"]}},
]  # fmt: skip


def play(request: dict[str, Any]) -> Answer:
    last = request["messages"][-1]
    if last["role"] == "tool":
        return say("好的。")
    if last["content"] == ASKS:
        return call("ask", tool="create_campaign", argument="daily_budget")
    return call("overview_report", period="this_week")


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenAIEmulator]:
    emulator = OpenAIEmulator({"m": play})
    with served_in_a_thread(emulator.app) as url:
        model = {"name": "m", "model": "m", "base_url": f"{url}/v1", "api_key": "test-key"}
        monkeypatch.setenv("MODELS", json.dumps([model]))
        yield emulator


def test_a_model_answers_what_the_planner_is_not_sure_of(
    emulator: OpenAIEmulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in LINES))
    assert run_bot.main(["eval", str(file), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert (figures["n"], figures["tool_accuracy"], figures["args_accuracy"]) == (3, 1.0, 1.0)
    asked = {request["messages"][-1]["content"] for request in emulator.requests}
    assert SURE not in asked
    assert {UNSURE, ASKS} <= asked


def test_doctor_names_a_wrong_key_and_a_wrong_model(
    emulator: OpenAIEmulator,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    (known,) = json.loads(os.environ["MODELS"])
    wrong = [
        known,
        known | {"name": "second", "api_key": "oops"},
        known | {"name": "third", "model": "unheard-of"},
        known | {"name": "fourth", "base_url": "http://127.0.0.1:9/v1"},
    ]
    monkeypatch.setenv("MODELS", json.dumps(wrong))
    assert run_bot.main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert "✓ model m: m at 127.0.0.1" in said
    assert "✗ model second: the key is refused (401)" in said
    assert "✗ model third: no model 'unheard-of' there" in said
    assert "✗ model fourth: 127.0.0.1: ConnectError" in said
    assert "oops" not in said
