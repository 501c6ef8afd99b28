"""Lines that were broken where the page ended, as the paragraphs they were."""

import re
from collections.abc import Iterator, Sequence

from tools.knowledge.parsing import marks

# A text is wrapped when most of its longer lines end at about the same width; a line is full when
# it comes close to it. In widths (a Chinese character counts two).
_LONGEST, _SHORTEST, _FULL = 140, 40, 0.75
_WIDE = re.compile(r"[⺀-꓏豈-﫿︰-﹯＀-｠]")
_ENDS = re.compile(r"[。！？!?：:；;.…][”’」』）)\"']*$")
_HYPHEN = re.compile(r"(?<=[a-z])-$")


def unwrapped(lines: Sequence[str]) -> Iterator[str]:
    """Line by line; a full line that ends no sentence takes up the next one."""
    full = _full_width(lines)
    open_line = ""
    ends_full = False
    for line in lines:
        if open_line and ends_full and _goes_on(open_line, line):
            open_line = _together(open_line, line.strip())
        else:
            if open_line:
                yield open_line
            open_line = line
            if not line.strip():
                yield ""
                open_line = ""
        ends_full = full > 0 and _width(line) >= full * _FULL and not _ENDS.search(line.rstrip())
    if open_line:
        yield open_line


def _full_width(lines: Sequence[str]) -> float:
    """The width of the page, 0 when the text is not wrapped."""
    widths = sorted(wide for line in lines if (wide := _width(line)) >= _SHORTEST)
    if len(widths) < 2 or widths[-1] > _LONGEST:
        return 0
    return widths[len(widths) * 9 // 10]


def _goes_on(above: str, line: str) -> bool:
    text = line.strip()
    marked = marks.is_structure(text) or marks.is_pair(text) or "|" in text
    return bool(text) and not marked and not marks.HEADING.match(above.strip()) and "|" not in above


def _together(above: str, line: str) -> str:
    if _HYPHEN.search(above) and line[:1].islower():
        return above[:-1] + line
    seam = "" if _WIDE.match(above[-1:]) or _WIDE.match(line[:1]) else " "
    return f"{above}{seam}{line}"


def _width(line: str) -> int:
    return len(line) + len(_WIDE.findall(line))
