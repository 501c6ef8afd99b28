"""Playbook files are read as they stand, and what is wrong is named with file, line and field."""

from pathlib import Path

import pytest

from config.i18n import Language
from tests.builders.playbooks import DEMO, a_playbook, changed, written
from tools.visits.playbook_files import SHIPPED, BrokenPlaybook, Problem, read_file, read_folders

EN, ZH, TW = Language.en, Language.zh_cn, Language.zh_tw


def problems(tmp_path: Path, text: str) -> tuple[Problem, ...]:
    with pytest.raises(BrokenPlaybook) as caught:
        read_file(written(tmp_path, text) / "trial.yaml")
    return caught.value.problems


@pytest.mark.parametrize(
    ("change", "line", "place", "words"),
    [
        (("    next: purpose", "    next: porpoise"), 25, "stages.0.next", "no stage “porpoise”"),
        (("    next: contact", "    next: size"), 30, "stages.1.next", "back to stage “size”"),
        (("next: purpose", "next: contact"), 26, "stages.1.name", "never reached"),
        (("  - name: purpose", "  - name: size"), 26, "stages.1.name", "“size” is there twice"),
        (("[team, plan]", "[team, plans]"), 24, "stages.0.needs", "no variable “plans”"),
        (("filled: [use]", "filled: [abuse]"), 29, "stages.1.done_when", "no variable “abuse”"),
        (("    hints:", "    hint:"), 23, "stages.0.hint", "no such field"),
        (("    hints: [Be quick.]", "    hints: Be quick."), 23, "stages.0.hints", "a list"),
        (("{zh: 试用, en: Trial}", "{zh: 试用}"), 2, "title.en", "this is missing"),
        (("kind: text", "kind: words"), 15, "variables.use.kind", "'text', 'phone'"),
        (("turns: 2", "turns: two"), 29, "stages.1.done_when.turns", "a whole number"),
        (("kind: number", "kind: text"), 6, "variables.team", "only a number has units"),
        (("kind: number", "kind: choice"), 6, "variables.team", "a choice has choices"),
        (("  keywords: [想试用, free trial]", "  keywords: []"), 3, "starts_on", "is needed"),
        (("name: trial", "name: my trial"), 1, "name", "letters, digits"),
        (("kind: text", "kind: text\n    kind: text"), 16, "variables.use.kind", "there twice"),
        (("[想试用, free trial]", "[想试用, free trial"), 5, "", "no valid YAML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, change: tuple[str, str], line: int, place: str, words: str
) -> None:
    found = problems(tmp_path, changed(DEMO, change))[0]
    assert (found.file, found.line, found.place) == ("trial.yaml", line, place)
    assert words in found.worded(EN)
    assert found.worded(EN).startswith(f"trial.yaml:{line}")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    text = changed(DEMO, ("kind: text", "kind: words"), ("en: Learn the size", "eng: Learn"))
    found = {problem.place for problem in problems(tmp_path, text)}
    assert found == {"variables.use.kind", "stages.0.goal.en", "stages.0.goal.eng"}


def test_a_problem_is_worded_in_the_readers_language(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, changed(DEMO, ("next: purpose", "next: porpoise")))
    assert found.worded(ZH) == "trial.yaml:25 stages.0.next: 没有“porpoise”这个阶段"


@pytest.mark.parametrize(
    "text", ["", "- a list", "just words", "a: &x {b: 1}\nc: *x", "a: [" * 3_000, "\x00"]
)
def test_what_is_no_playbook_at_all_is_refused_in_words(tmp_path: Path, text: str) -> None:
    assert problems(tmp_path, text)[0].worded(ZH).startswith("trial.yaml:")


def test_a_file_that_is_no_text_or_too_long_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.yaml").write_text("#" * 70_000)
    found, wrong = read_folders([tmp_path])
    assert found == {}
    assert [each.kind for each in wrong] == ["unreadable", "big_file"]


def test_a_broken_file_does_not_keep_the_others_from_being_read(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, "name: [", "broken.yaml")
    written(tmp_path, DEMO, "again.yaml")
    found, wrong = read_folders([tmp_path])
    assert list(found) == ["trial"]
    assert {(each.file, each.kind) for each in wrong} == {
        ("broken.yaml", "no_yaml"), ("trial.yaml", "same_name"),
    }  # fmt: skip


def test_an_organisations_own_stands_in_the_place_of_the_shipped_one(tmp_path: Path) -> None:
    own = changed(DEMO, ("name: trial", "name: consult"))
    found, wrong = read_folders([SHIPPED, written(tmp_path, own)])
    assert wrong == []
    assert found["consult"].content == own
    assert {"complaint", "returns"} <= set(found)


def test_a_folder_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert read_folders([tmp_path / "nothing"]) == ({}, [])


def test_a_text_is_shown_in_traditional_characters_to_who_reads_those() -> None:
    ask = a_playbook().variables["contact"].ask
    assert ask is not None
    assert [ask.said(each) for each in (ZH, TW, EN)] == [
        "怎么联系您？", "怎麼聯絡您？", "How can we reach you?",
    ]  # fmt: skip
