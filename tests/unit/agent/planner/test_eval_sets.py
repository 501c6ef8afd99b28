"""The development set is understood, and it is no copy of what the planner learned from."""

import hashlib
from pathlib import Path

import pytest

from agent.evaluate import EvalReport, Line, evaluate, read_lines
from agent.planner.examples import PERSONAS, examples_of
from agent.planner.planner import LocalPlanner
from tests.unit.agent.conftest import NOW
from tools.contract import CUSTOMER, MANAGER

DEV = Path("tests/eval/dev.jsonl")


@pytest.fixture(scope="module")
def lines() -> list[Line]:
    return read_lines(DEV)


@pytest.fixture(scope="module")
def report(planner: LocalPlanner, lines: list[Line]) -> EvalReport:
    return evaluate(planner, lines, now=NOW)


def test_the_right_tool_is_chosen(report: EvalReport) -> None:
    wrong = [f"{miss.line.text} → {miss.got}" for miss in report.misses if not miss.right_tool]
    assert report.tool_accuracy >= 0.97, wrong


def test_the_arguments_are_read(report: EvalReport) -> None:
    wrong = [f"{miss.line.text} → {miss.got}" for miss in report.misses]
    assert report.args_accuracy >= 0.95, wrong


def test_every_tool_is_in_the_set(lines: list[Line]) -> None:
    assert {line.expect.tool for line in lines} == {*MANAGER, *CUSTOMER, None}


def test_no_sentence_of_the_set_was_learned_from(lines: list[Line]) -> None:
    learned = {example.text.lower() for persona in PERSONAS for example in examples_of(persona)}
    assert [line.text for line in lines if not line.history and line.text.lower() in learned] == []


def test_the_blind_half_is_as_it_was_written() -> None:
    digest, name = Path("tests/eval/heldout.sha256").read_text().split()
    assert hashlib.sha256((DEV.parent / name).read_bytes()).hexdigest() == digest
