"""The eighteen properties of campaign automation are all here."""

import re
from collections import Counter
from pathlib import Path

_MARK = re.compile(r"^# Feature: campaign-automation, Property (\d+): \S", re.MULTILINE)


def test_every_property_is_marked_once() -> None:
    texts = [path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py")]
    marked = Counter(int(number) for text in texts for number in _MARK.findall(text))
    assert marked == Counter(range(1, 19))
