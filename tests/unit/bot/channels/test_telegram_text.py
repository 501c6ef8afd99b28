"""What is bold stays bold on the same words, whatever they are cut or put behind."""

import pytest
from aiogram.types import MessageEntity
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.text import formatted, pieces, shifted

_LETTERS = st.sampled_from(
    ["a", "字", "𠮷", "👍🏽", "👨\u200d👩\u200d👧", "e\u0301", " ", "\n", "。"]
)
_TEXTS = st.lists(_LETTERS, min_size=1, max_size=80).map("".join)
Words = list[tuple[str, str]]


def units(text: str) -> bytes:
    return text.encode("utf-16-le")


def marked(text: str, entities: tuple[MessageEntity, ...]) -> Words:
    """What looks how; an entity that begins or ends within a character cannot be decoded."""
    return [
        (
            each.type,
            units(text)[2 * each.offset : 2 * (each.offset + each.length)].decode("utf-16-le"),
        )
        for each in entities
    ]


@st.composite
def decorated(draw: st.DrawFn) -> tuple[str, tuple[MessageEntity, ...]]:
    """A text, and entities that begin and end between its characters."""
    text = draw(_TEXTS)
    places = st.integers(0, len(text))
    found = []
    for kind in draw(st.lists(st.sampled_from(["bold", "italic", "code"]), max_size=6)):
        first, last = sorted((draw(places), draw(places)))
        offset, end = len(units(text[:first])) // 2, len(units(text[:last])) // 2
        if end > offset:
            found.append(MessageEntity(type=kind, offset=offset, length=end - offset))
    return text, tuple(found)


@given(decorated(), st.integers(4, 40))
def test_what_was_marked_is_marked_in_the_pieces_and_nothing_else(
    message: tuple[str, tuple[MessageEntity, ...]], limit: int
) -> None:
    text, entities = message
    for kind in ("bold", "italic", "code"):
        before = "".join(
            sorted("".join(words for look, words in marked(text, entities) if look == kind))
        )
        after = "".join(
            words
            for piece, inside in pieces(text, entities, limit)
            for look, words in marked(piece, inside)
            if look == kind
        )
        assert sorted(after.replace(" ", "").replace("\n", "")) == sorted(
            before.replace(" ", "").replace("\n", "")
        )


@given(decorated(), st.integers(4, 40))
def test_no_entity_reaches_beyond_its_piece(
    message: tuple[str, tuple[MessageEntity, ...]], limit: int
) -> None:
    for piece, inside in pieces(*message, limit):
        assert len(piece) <= limit
        for each in inside:
            assert each.offset >= 0
            assert each.length > 0
            assert 2 * (each.offset + each.length) <= len(units(piece))


@given(decorated(), _TEXTS)
def test_words_before_a_text_move_its_look_along(
    message: tuple[str, tuple[MessageEntity, ...]], before: str
) -> None:
    text, entities = message
    assert marked(before + text, shifted(entities, before)) == marked(text, entities)


@pytest.mark.parametrize(
    ("text", "plain", "looks"),
    [
        ("**花费** 300", "花费 300", [("bold", "花费")]),
        ("👍🏽 **a** 𠮷 *b* `c`", "👍🏽 a 𠮷 b c", [("bold", "a"), ("italic", "b"), ("code", "c")]),
        ("[here](https://evil.example)", "here", []),
        ("价格 3 * 4 * 5", "价格 3 * 4 * 5", []),
        ("预算 $300 到 $500", "预算 $300 到 $500", []),
    ],
)
def test_markdown_becomes_text_and_looks(text: str, plain: str, looks: Words) -> None:
    shown, entities = formatted(text, markdown=True)
    assert shown == plain
    assert marked(shown, entities) == looks


@given(st.text(max_size=200))
def test_any_text_can_be_read_as_markdown(text: str) -> None:
    shown, entities = formatted(text, markdown=True)
    for piece, inside in pieces(shown, entities, 50):
        marked(piece, inside)


def test_what_is_no_markdown_is_left_alone() -> None:
    assert formatted("**a**", markdown=False) == ("**a**", ())
