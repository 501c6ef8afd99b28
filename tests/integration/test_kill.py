"""kill -9 at every named point of a turn and of an approval: nothing acknowledged is lost, and
nothing is done twice. The program is the real one, in a process of its own, on SQLite."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from config.failpoints import NAMES
from tests.integration.processes import demo

KILLED = -9
TURN = ("received", "leased", "planned", "acted", "finishing", "finished", "sending", "delivered")
ORDER = ("proposed",)
APPROVAL = ("voted", "effect_claimed", "effect_done", "executed")
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
    assert set(NAMES) == {*TURN, *ORDER, *APPROVAL}


@pytest.mark.parametrize("point", TURN)
def test_a_turn_that_is_killed_is_finished_once(folder: Path, point: str) -> None:
    assert demo(folder, LEAD, failpoint=point).code == KILLED
    assert demo(folder).code == 0
    assert count(folder, "SELECT count(*) FROM leads WHERE contact_phone='+8613900007777'") == 1
    assert count(folder, "SELECT count(*) FROM inbox WHERE status != 'done'") == 0
    assert count(folder, "SELECT count(*) FROM outbox WHERE reply_to IS NOT NULL") == 1
    # Killed between handing over and hearing about it: counted, and not sent again in silence.
    fate = "unknown" if point in ("sending", "delivered") else "sent"
    assert count(folder, f"SELECT count(*) FROM outbox WHERE status = '{fate}'") == 1


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
