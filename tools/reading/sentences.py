"""Where sentences end, in Chinese and English; marks of citations belong to what they stand behind."""

import re
from itertools import pairwise

_MARKS = r"(?:\s*[\[【]\^?\d{1,3}(?:\s*[,，、]\s*\d{1,3})*[\]】])*"
_END = re.compile(
    # A dot ends one in front of a space and a capital, behind no short form and no initial.
    rf"(?:[。！？!?]+[”』」）)\"']*|(?<=[A-Za-z0-9)\"'%\]])\.(?<!\b[A-Z]\.)(?<!\be\.g\.)(?<!\bi\.e\.)"
    rf"(?<!\bno\.)(?<!\bapprox\.)(?<!\bvs\.)(?=\s*[\[【]\^?\d|\s+[\"'(]?[A-Z0-9]|\s*$)){_MARKS}\s*"
)


def sentences(line: str) -> list[str]:
    """The sentences of one line, each with its end."""
    ends = [0, *(match.end() for match in _END.finditer(line)), len(line)]
    parts = (line[start:end].strip() for start, end in pairwise(ends))
    return [part for part in parts if part]
