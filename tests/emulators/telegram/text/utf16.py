"""Telegram counts offsets and lengths in UTF-16 code units."""

from typing import Any


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def entity(kind: str, text: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    """`start` and `end` are places in the Python string."""
    offset, length = units(text[:start]), units(text[start:end])
    return {"type": kind, "offset": offset, "length": length, **more}


class Written:
    """Text that grows, with its length in UTF-16 code units."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self.units = 0

    def add(self, text: str) -> None:
        self._parts.append(text)
        self.units += units(text)

    def text(self) -> str:
        return "".join(self._parts)


def in_order(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """From the left, the longer ones first."""
    return sorted(entities, key=lambda each: (each["offset"], -each["length"]))
