"""kill -9 at every named point of a turn and of an approval: nothing acknowledged is lost, and
nothing is done twice. The program is the real one, in a process of its own, on SQLite."""

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from config.failpoints import NAMES
from tests.emulators.openai_api import Answer, OpenAIEmulator, call, say
from tests.emulators.serving import served_in_a_thread
from tests.integration.processes import demo, open_demo

KILLED = -9
TURN = ("received", "leased", "planned", "acted", "finishing", "finished", "sending", "delivered")
ORDER = ("proposed",)
APPROVAL = ("voted", "effect_claimed", "effect_done", "executed")
MODEL = ("decided",)
JOB = ("job_begun", "job_done")
LEAD = "新建线索 王小明，电话 139 0000 7777"


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeded")
    assert demo(folder).code == 0
    return folder


@pytest.fixture
def folder(seeded: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seeded, tmp_path / "data"))


def count(folder: Path, question: str) -> int:
    with closing(sqlite3.connect(folder / "huoke.db")) as connection:
        found: int = connection.execute(question).fetchone()[0]
        return found


def test_every_failpoint_is_tried() -> None:
    assert set(NAMES) == {*TURN, *ORDER, *APPROVAL, *MODEL, *JOB}


@pytest.mark.parametrize("point", TURN)
def test_a_turn_that_is_killed_is_finished_once(folder: Path, point: str) -> None:
    assert demo(folder, LEAD, failpoint=point).code == KILLED
    again = demo(folder)
    assert again.code == 0
    assert count(folder, "SELECT count(*) FROM leads WHERE contact_phone='+8613900007777'") == 1
    assert count(folder, "SELECT count(*) FROM inbox WHERE status != 'done'") == 0
    assert count(folder, "SELECT count(*) FROM outbox WHERE reply_to IS NOT NULL") == 1
    assert count(folder, "SELECT count(*) FROM outbox WHERE status = 'sent'") == 1
    # Killed between handing over and hearing about it: counted, and sent again as a repeat.
    doubts = 1 if point in ("sending", "delivered") else 0
    assert count(folder, "SELECT sum(doubts) FROM outbox") == doubts
    assert again.output.count("可能重复") == doubts


@pytest.mark.parametrize("point", ORDER)
def test_an_order_that_is_killed_opens_one_approval(folder: Path, point: str) -> None:
    assert demo(folder, "C-1 预算加 10%", failpoint=point).code == KILLED
    assert "P-1" in demo(folder).output
    assert count(folder, "SELECT count(*) FROM approvals") == 1


@pytest.mark.parametrize("point", APPROVAL)
def test_an_approval_that_is_killed_is_executed_once(folder: Path, point: str) -> None:
    assert demo(folder, "C-1 预算加 10%").code == 0
    budget = "SELECT sum(daily_budget) FROM ad_sets WHERE campaign_number = 1"
    market = "SELECT count(*) FROM sandbox_changes WHERE daily_budget IS NOT NULL"
    changes = count(folder, market)
    before = count(folder, budget)
    assert demo(folder, "/approve P-1", failpoint=point).code == KILLED
    assert demo(folder).code == 0
    assert count(folder, "SELECT count(*) FROM approvals WHERE status = 'executed'") == 1
    assert count(folder, "SELECT count(*) FROM actions WHERE status != 'completed'") == 0
    assert count(folder, budget) == pytest.approx(before * 1.1, abs=3)
    assert count(folder, market) - changes == 3


def test_killed_again_and_again_it_still_happens_once(folder: Path) -> None:
    assert demo(folder, LEAD, failpoint="received").code == KILLED
    for point in ("leased", "planned", "acted", "finishing"):
        assert demo(folder, failpoint=point).code == KILLED
    assert demo(folder).code == 0
    assert count(folder, "SELECT count(*) FROM leads WHERE contact_phone='+8613900007777'") == 1
    assert count(folder, "SELECT count(*) FROM outbox WHERE status = 'sent'") == 1


@pytest.fixture
def fickle_model() -> Iterator[str]:
    """MODELS for a model that decides otherwise when it is asked again."""
    names = iter(["王小明", "王大明", "王老明"])

    def decide(request: dict[str, Any]) -> Answer:
        if request["messages"][-1]["role"] == "tool":
            return say("")
        return call("create_lead", name=next(names), phone="13900007777")

    with served_in_a_thread(OpenAIEmulator({"m": decide}).app) as url:
        model = {"name": "m", "model": "m", "base_url": f"{url}/v1", "api_key": "test-key"}
        yield json.dumps([model])


@pytest.mark.parametrize("point", [*MODEL, "acted", "finishing"])
def test_what_a_model_decided_is_not_decided_anew(
    folder: Path, fickle_model: str, point: str
) -> None:
    asked = {"MODELS": fickle_model, "ANSWERS__FAST_PATH": "1.1"}
    said = "新建线索，王小明、王大明还是王老明来着，电话 139 0000 7777"
    assert demo(folder, said, failpoint=point, **asked).code == KILLED
    assert demo(folder, **asked).code == 0
    assert count(folder, "SELECT count(*) FROM leads WHERE contact_phone='+8613900007777'") == 1
    assert count(folder, "SELECT count(*) FROM leads WHERE contact_name='王小明'") == 1
    assert count(folder, "SELECT count(*) FROM inbox WHERE status != 'done'") == 0


PUSHES = "SELECT count(*) FROM outbox WHERE key LIKE 'job:%'"


@pytest.mark.parametrize("point", JOB)
def test_scheduled_work_that_is_killed_is_done_once(folder: Path, point: str) -> None:
    assert demo(folder, "每天 9 点发总览").code == 0
    with closing(sqlite3.connect(folder / "huoke.db")) as connection:
        connection.execute("UPDATE jobs SET due_at = '2026-01-01 00:00:00.000000'")
        connection.commit()
    with open_demo(folder, failpoint=point) as killed:
        killed.wait(120)
    assert killed.returncode == KILLED
    with open_demo(folder) as running:
        for _ in range(600):
            if count(folder, PUSHES) and not count(folder, WAITING):
                break
            time.sleep(0.1)
    assert running.returncode == 0
    assert count(folder, PUSHES) == 1
    assert count(folder, WAITING) == 0


WAITING = "SELECT count(*) FROM jobs WHERE due_at < '2026-02-01' AND kind = 'reports.push'"
