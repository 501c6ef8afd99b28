"""The program as its users start it: doctor, eval, migrate, a second start, wrong settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.emulators.telegram.remote import emulator_process
from tests.integration.processes import ROOT, demo


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "HUOKE_CONFIG")
    }
    return subprocess.run(
        [sys.executable, "run_bot.py", *words], cwd=ROOT, text=True, capture_output=True,
        env=environment | {"DATA_DIR": str(folder)} | settings, input="", timeout=300, check=False,
    )  # fmt: skip


def test_doctor_is_content_after_migrate(tmp_path: Path) -> None:
    before = run(tmp_path, "doctor")
    assert before.returncode == 1
    assert "run_bot.py migrate" in before.stdout
    assert run(tmp_path, "migrate").returncode == 0
    after = run(tmp_path, "doctor")
    assert after.returncode == 0, after.stdout
    assert "✗" not in after.stdout


def test_doctor_names_what_does_not_answer_and_what_to_do(tmp_path: Path) -> None:
    nowhere = run(
        tmp_path, "doctor", REDIS_URL="redis://127.0.0.1:1/0",
        DATABASE_URL="postgresql+asyncpg://me:sesame@127.0.0.1:1/db",
    )  # fmt: skip
    assert nowhere.returncode == 1
    assert "check DATABASE_URL" in nowhere.stdout
    assert "check REDIS_URL" in nowhere.stdout
    assert "sesame" not in nowhere.stdout + nowhere.stderr


def test_a_second_start_says_so_and_doctor_asks_the_first(tmp_path: Path) -> None:
    environment = os.environ | {"DATA_DIR": str(tmp_path)}
    first = subprocess.Popen(
        [sys.executable, "run_bot.py", "demo"], cwd=ROOT, env=environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert first.stdin is not None
    assert first.stdout is not None
    try:
        first.stdout.readline()
        second = run(tmp_path, "demo")
        assert second.returncode == 2
        assert "another HuoKe is running" in second.stderr
        doctor = run(tmp_path, "doctor")
        assert doctor.returncode == 0, doctor.stdout
    finally:
        first.communicate(timeout=300)


def test_a_wrong_setting_stops_the_start_and_is_named(tmp_path: Path) -> None:
    wrong = run(tmp_path, "run", REDIS_URL="ftp://somewhere")
    assert wrong.returncode == 2
    assert "REDIS_URL" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_eval_prints_only_the_figures_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(
        '{"text": "暂停 C-7", "expect": {"tool": "manage_campaign", '
        '"args": {"campaign": "C-7", "action": "pause"}}}\n'
        '{"text": "你好", "expect": {"tool": "lead_stats"}}\n',
        encoding="utf-8",
    )
    figures = json.loads(run(tmp_path, "eval", str(file), "--json").stdout)
    assert set(figures) == {"n", "tool_accuracy", "args_accuracy", "p50_ms", "p95_ms"}
    assert (figures["n"], figures["tool_accuracy"]) == (2, 0.5)
    assert "你好" in run(tmp_path, "eval", str(file)).stdout


@pytest.mark.parametrize("content", ["not json\n", '{"text": "hi"}\n'])
def test_eval_says_what_is_wrong_with_a_file(tmp_path: Path, content: str) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_text(content)
    wrong = run(tmp_path, "eval", str(file))
    assert wrong.returncode == 2
    assert "lines.jsonl" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_two_people_of_one_organisation(tmp_path: Path) -> None:
    assert "P-1" in demo(tmp_path, "在美国建个销售广告，每天 3000", person="王经理").output
    colleague = demo(tmp_path, "1", person="刘经理").output
    assert "王经理 提交了 P-1" in colleague
    assert "C-3" in colleague
    assert "刘经理 同意了 P-1" in demo(tmp_path, person="王经理").output


def test_run_serves_an_empty_organisation(tmp_path: Path) -> None:
    served = run(tmp_path, "run", ORGANISATION="acme")
    assert served.returncode == 0, served.stderr
    assert "火客" in served.stdout


def test_a_token_that_telegram_refuses_is_named_in_one_line(tmp_path: Path) -> None:
    with emulator_process() as telegram:
        refused = run(
            tmp_path, "run", TELEGRAM__TOKEN="70009:nobody-has-it", TELEGRAM__API=telegram.url,
            HTTP__PORT="0",
        )  # fmt: skip
    assert refused.returncode == 2
    (line,) = refused.stderr.strip().splitlines()
    assert "TELEGRAM__TOKEN" in line
    assert "@BotFather" in line
    assert "nobody-has-it" not in line
