"""`run_bot.py knowledge`: documents without a chat, one process at a time, killed and begun anew."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.embedded import FolderLock
from tests.integration.processes import ROOT

KILLED, _SECONDS = -9, 300
TEXT = "# Warranty\n\n## Bottles\n\nA bottle has a warranty of two years.\n"


def run(folder: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "REDIS_URL", "QDRANT_URL", "HUOKE_CONFIG")
    }
    return subprocess.run(
        [sys.executable, "run_bot.py", "knowledge", *words], cwd=ROOT, text=True,
        capture_output=True, timeout=_SECONDS, check=False,
        env=environment | {"DATA_DIR": str(folder / "data"), "LANGUAGE": "en"} | settings,
    )  # fmt: skip


def rows(folder: Path, question: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "data" / "huoke.db") as database:
        return database.execute(question).fetchall()


@pytest.fixture
def shelf(tmp_path: Path, sqlite_template: Path) -> Path:
    """A folder with one document and one file that is none; the schema is there already."""
    (tmp_path / "data").mkdir()
    shutil.copy(sqlite_template, tmp_path / "data" / "huoke.db")
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "warranty.md").write_text(TEXT)
    (folder / "logo.png").write_bytes(b"\x89PNG")
    return folder


def test_documents_are_added_updated_listed_and_removed(tmp_path: Path, shelf: Path) -> None:
    added = run(tmp_path, "add", str(shelf), "--category", "After-sales/Warranty")
    assert added.returncode == 0, added.stderr
    assert "✓ D-1 “Warranty” is in the knowledge base now" in added.stdout
    (shelf / "warranty.md").write_text(TEXT.replace("two", "three"))
    again = run(tmp_path, "add", str(shelf / "warranty.md"), str(shelf / "nothing.md"))
    assert "updated to version 2" in again.stdout
    assert "Cannot open" in again.stdout
    assert again.returncode == 1
    anew = run(tmp_path, "reindex")
    assert (anew.returncode, "filled anew: 1 part" in anew.stdout) == (0, True), anew.stderr
    listed = run(tmp_path, "list").stdout
    assert "After-sales/Warranty\n· D-1 Warranty" in listed
    assert rows(tmp_path, "SELECT count(*) FROM chunks WHERE indexed_at IS NULL") == [(0,)]
    assert "is removed" in run(tmp_path, "remove", "D-1").stdout
    missing = run(tmp_path, "remove", "D-7")
    assert missing.returncode == 1
    assert "There is no document “D-7”" in missing.stdout


@pytest.mark.parametrize("point", ["document_read", "document_kept"])
def test_killed_at_any_point_it_ends_with_one_version(
    tmp_path: Path, shelf: Path, point: str
) -> None:
    words = ("add", str(shelf / "warranty.md"))
    assert run(tmp_path, *words, HUOKE_FAILPOINT=point).returncode == KILLED
    assert run(tmp_path, *words).returncode == 0
    assert rows(tmp_path, "SELECT version FROM document_versions") == [(1,)]
    assert rows(tmp_path, "SELECT count(*) FROM chunks WHERE indexed_at IS NULL") == [(0,)]


def test_while_the_service_runs_it_says_to_use_the_chat(tmp_path: Path, shelf: Path) -> None:
    with FolderLock(tmp_path / "data"):
        refused = run(tmp_path, "add", str(shelf))
    assert refused.returncode == 2
    assert "Use its chat or stop it first" in refused.stderr
