"""Two processes under fire, judged from outside: see tests/chaos. And bugs that were put in on
purpose, each found by the name of what it breaks."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from config.failpoints import NAMES
from tests.chaos.arena import open_arena
from tests.chaos.planted import PLANTS
from tests.chaos.report import Report
from tests.chaos.run import Trial, run
from tests.conftest import missing
from tests.servers import ServerMissing

KILLS = 10
# The invariant that each bug breaks, and the shortest trial that surely brings it out.
CAUGHT = {
    "no_unique_index": (
        "received_twice",
        Trial(kills=1, points=(), others=False, duplicates=0.5, pause=2, settle=8),
    ),
    "early_acknowledgement": ("lost", Trial(kills=5, points=(), others=False, settle=8)),
    "lost_key": (
        "twice", Trial(kills=2, points=("effect_done", "executed"), others=False, settle=15),
    ),
    "no_sweeper": ("unanswered", Trial(kills=5, points=(), others=False, pause=1, settle=15)),
}  # fmt: skip

Try = Callable[[Trial], Report]


@pytest.fixture(scope="module")
def try_() -> Iterator[Try]:
    """Runs a trial; the servers and the parent of the workers are the same for all of them."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        try:
            arena = runner.run(stack.enter_async_context(open_arena()))
        except ServerMissing as error:
            missing(str(error))
        try:
            yield lambda trial: runner.run(run(arena, trial))
        finally:
            runner.run(stack.aclose())


def test_every_planted_bug_is_tried() -> None:
    assert set(CAUGHT) == set(PLANTS)


def test_under_fire_nothing_is_lost_doubled_disordered_or_stranded(
    try_: Try, record_property: Callable[[str, object], None]
) -> None:
    report = try_(Trial(kills=KILLS, seed=20))
    told = "\n".join(report.lines())
    record_property("report", told)
    assert report.broken == {}, told
    assert report.missed == (), told
    assert report.kills >= KILLS + len(NAMES), told
    assert report.doubts > 0, told
    assert report.commits_cut > 0, told
    assert report.figures["carried"] > 0, told


@pytest.mark.parametrize("bug", PLANTS)
def test_a_planted_bug_is_caught_by_name(try_: Try, bug: str) -> None:
    invariant, trial = CAUGHT[bug]
    report = try_(replace(trial, plant=bug))
    assert invariant in report.broken, "\n".join(report.lines())
