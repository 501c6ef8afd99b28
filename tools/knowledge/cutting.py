"""Texts cut at the ends of sentences, to sizes that can be searched well."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

# In widths: a Chinese character counts two, everything else one.
MOST = 1_400
_WIDE = re.compile(r"[ᄀ-ᅟ⺀-꓏가-힣豈-﫿︰-﹯＀-｠]")
_SENTENCE = re.compile(
    r"(?<=[。！？!?；;…])[”’」』）)\"']*\s*"
    r"|(?<!\b[A-Z]\.)(?<!\b(?:Mr|Ms|Dr|No)\.)(?<!\b(?:Mrs)\.)(?<!\be\.g\.)(?<!\bi\.e\.)(?<=\.)[\"')]*\s+"
)
_CLAUSE = re.compile(r"(?<=[，、,：:])\s*|\s+")


def width(text: str) -> int:
    return len(text) + len(_WIDE.findall(text))


def packed(parts: Sequence[str], *, between: str, most: int = MOST) -> Iterator[str]:
    """The parts joined in their order to texts of at most `most`, of about the same size. Parts
    that are longer stay alone."""
    seam = len(between)
    widths = [width(part) for part in parts]
    left = sum(widths) + seam * len(parts)
    aim = _share(left, most)
    taken: list[str] = []
    size = 0
    for part, wide in zip(parts, widths, strict=True):
        if taken and (size + wide > most or size + wide / 2 > aim):
            yield between.join(taken)
            left -= size
            taken, size, aim = [], 0, _share(left, most)
        size += wide + seam
        taken.append(part)
    if taken:
        yield between.join(taken)


def _share(left: int, most: int) -> float:
    """What each text gets when there are no more of them than need be."""
    return left / max(1, -(-left // most))


def cut(text: str, most: int = MOST) -> list[str]:
    """A line whole, or in parts that end with a sentence, else with a clause, else anywhere.
    Nothing is lost but spaces at the seams."""
    if width(text) <= most:
        return [text]
    finer: list[str] = []
    for sentence in _ending_with(_SENTENCE, text):
        if width(sentence) <= most:
            finer.append(sentence)
        else:
            for clause in _ending_with(_CLAUSE, sentence):
                finer.extend(_anywhere(clause, most))
    return [part for found in packed(finer, between="", most=most) if (part := found.strip())]


def fitted(lines: Iterable[str], most: int = MOST) -> list[str]:
    """Lines joined to texts; a line that is too long is cut."""
    return list(
        packed([part for line in lines for part in cut(line, most)], between="\n", most=most)
    )


def _ending_with(mark: re.Pattern[str], text: str) -> list[str]:
    """Joined, they are the text again."""
    ends = sorted({0, *(found.end() for found in mark.finditer(text)), len(text)})
    return [text[start:end] for start, end in pairwise(ends)]


def _anywhere(text: str, most: int) -> Iterator[str]:
    start = size = 0
    for at, letter in enumerate(text):
        wide = width(letter)
        if size + wide > most:
            yield text[start:at]
            start, size = at, 0
        size += wide
    yield text[start:]
