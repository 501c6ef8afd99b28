"""What a model reads of a recalled memory."""

from dataclasses import replace
from datetime import date

import pytest

from agent.recalling import as_read
from memory.long_term import Recalled
from storage.tables.memory import MemoryKind
from tests.builders.organisation import CREATED

PLAIN = Recalled(text="我喜欢喝茶", kind=MemoryKind.preference, since=CREATED, until=None)
DAY = f"{CREATED:%Y-%m-%d}"


@pytest.mark.parametrize(
    ("memory", "read"),
    [
        (PLAIN, f"我喜欢喝茶 ({DAY})"),
        (
            replace(PLAIN, speaker="李雷"),
            f"我喜欢喝茶 ({DAY}; said to the person by our colleague 李雷)",
        ),
        (replace(PLAIN, author="韩梅"), f"我喜欢喝茶 ({DAY}; noted by our colleague 韩梅)"),
        (replace(PLAIN, happens_on=date(2026, 4, 1)), f"我喜欢喝茶 ({DAY}; about 2026-04-01)"),
        (
            replace(PLAIN, kind=MemoryKind.summary),
            f"我喜欢喝茶 ({DAY}; summary of an earlier visit)",
        ),
        (replace(PLAIN, until=CREATED), f"我喜欢喝茶 ({DAY}; held until {DAY})"),
    ],
)
def test_it_says_whose_words_they_are_and_of_when(memory: Recalled, read: str) -> None:
    assert as_read(memory) == read
