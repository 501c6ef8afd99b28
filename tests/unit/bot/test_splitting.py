"""Long texts are cut where a reader would cut them, and nothing that belongs together is torn."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from bot.splitting import Span, cut

_URL = re.compile(r"https?://[^\s<>\"'，。；！？（）】》]+")
_WORDS = (
    "报表", "今天花了 300 元。", "word", "https://example.com/a?b=c", "http://短.cn/数据",
    "👨\u200d👩\u200d👧", "e\u0301", "🇨🇳", "é́́", "\r\n", "\n\n", "\n", " ", "\t", "。", "！\ufe0f",
    "`code here`", " \u0301", "\u0600https://a.b", "？", ". ", "x" * 30, "𠮷",
)  # fmt: skip
_TEXTS = st.lists(st.one_of(st.sampled_from(_WORDS), st.text(max_size=5)), max_size=60).map("".join)
_SIZES: dict[str, Callable[[str], int]] = {
    "code points": len,
    "bytes": lambda text: len(text.encode("utf-8", "surrogatepass")),
}


def ends(text: str) -> set[int]:
    """Where characters, as they are seen, begin and end."""
    at = [0]
    for character in iter_graphemes(text):
        at.append(at[-1] + len(character))
    return set(at)


def gaps(text: str, spans: list[Span]) -> list[str]:
    """What no piece holds."""
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    return [text[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True)]


@pytest.mark.parametrize("unit", _SIZES)
@given(text=_TEXTS, limit=st.integers(4, 60))
def test_the_pieces_are_the_text_but_for_white_space(unit: str, text: str, limit: int) -> None:
    spans = cut(text, limit, size=_SIZES[unit])
    assert "".join(gaps(text, spans)).strip() == ""
    assert spans == sorted(spans)


@pytest.mark.parametrize("unit", _SIZES)
@given(text=_TEXTS, limit=st.integers(4, 60))
def test_every_piece_fits_and_says_something(unit: str, text: str, limit: int) -> None:
    size = _SIZES[unit]
    spans = cut(text, limit, size=size)
    assert all(size(text[first:last]) <= limit for first, last in spans)
    assert text.strip() == "" or all(text[first:last].strip() for first, last in spans)


@pytest.mark.parametrize("unit", _SIZES)
@given(text=_TEXTS, limit=st.integers(4, 60))
def test_no_character_is_torn_that_fits(unit: str, text: str, limit: int) -> None:
    size = _SIZES[unit]
    if any(size(character) > limit for character in iter_graphemes(text)):
        return
    assert {first for first, _ in cut(text, limit, size=size)} <= ends(text)


@pytest.mark.parametrize("unit", _SIZES)
@given(text=_TEXTS, limit=st.integers(30, 60))
def test_no_link_is_torn_that_fits(unit: str, text: str, limit: int) -> None:
    size = _SIZES[unit]
    cuts = [first for first, _ in cut(text, limit, size=size)]
    for link in _URL.finditer(text):
        if size(link[0]) + 8 <= limit:
            assert not any(link.start() < each < link.end() for each in cuts), link[0]


@given(text=_TEXTS, limit=st.integers(20, 60), data=st.data())
def test_nothing_is_torn_that_is_to_be_kept_whole(
    text: str, limit: int, data: st.DataObject
) -> None:
    text = "".join(each for each in text if len(each.encode("utf-8", "replace")) < 4)
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    whole = [*zip(edges[::2], edges[1::2], strict=False)]
    boundaries = ends(text)
    cuts = [first for first, _ in cut(text, limit, whole=whole)]
    for first, last in whole:
        free = {first, last} <= boundaries and not any(
            link.start() < first < link.end() or link.start() < last < link.end()
            for link in _URL.finditer(text)
        )
        if free and last - first + 4 <= limit:
            assert not any(first < each < last for each in cuts)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one two.\n\nthree four five", ["one two.", "three four five"]),
        ("first line\nthe second one", ["first line", "the second one"]),
        ("第一句话已经说完了。第二句还在继续说", ["第一句话已经说完了。", "第二句还在继续说"]),
        ("several words that are long", ["several words", "that are long"]),
        ("字" * 20, ["字" * 16, "字" * 4]),
        ("看 https://a.cn/1234567 和这里", ["看", "https://a.cn/1234567", "和这里"]),
    ],
)
def test_the_cut_is_at_the_best_place(text: str, pieces: list[str]) -> None:
    limit = 20 if "http" in text else 16
    assert [text[first:last] for first, last in cut(text, limit)] == pieces


def test_code_that_is_too_long_is_cut_between_its_lines() -> None:
    code = "\n".join(f"line number {number}" for number in range(20))
    spans = cut(code, 60, whole=[(0, len(code))])
    assert all(code[first:].startswith("line number") for first, _ in spans)


def test_a_text_that_fits_is_left_as_it_is() -> None:
    assert cut("  hi \n", 10) == [(0, 6)]


@pytest.mark.parametrize("text", ["", " ", "\n" * 50])
def test_a_text_of_nothing_is_one_empty_piece(text: str) -> None:
    assert cut(text, 10) == [(0, 0)]


@pytest.mark.parametrize("limit", [100, 4_000])
@pytest.mark.parametrize("unit", _SIZES)
@pytest.mark.parametrize(
    "sample", ["一句话。", "word ", "看 https://a.cn/12 ", "x", "x" + "\u0301" * 999, "\n \n"]
)
def test_a_megabyte_costs_no_more_looks_than_it_has_letters(
    sample: str, unit: str, limit: int
) -> None:
    """Counts what is measured, so that no clock is needed: work that grows with the square of the
    text would look at each letter thousands of times."""
    text = (sample * (1_000_000 // len(sample) + 1))[:1_000_000]
    looked_at = 0

    def counting(piece: str) -> int:
        nonlocal looked_at
        looked_at += len(piece)
        return _SIZES[unit](piece)

    spans = cut(text, limit, size=counting)
    assert spans[-1][1] <= len(text)
    assert looked_at < 20 * len(text)
