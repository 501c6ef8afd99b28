"""What falls out of the window is kept in few words, and only the person's own."""

from hypothesis import given
from hypothesis import strategies as st

from memory.short_term import Entry
from memory.summary import MOST_TOKENS, extended
from memory.tokens import estimate_tokens


def said(text: str) -> Entry:
    return Entry(turn=1, role="user", text=text)


def answered(text: str, *shown: str) -> Entry:
    return Entry(turn=1, role="assistant", text=text, shown=shown)


def test_a_line_for_each_thing_said_with_the_ids_that_were_shown() -> None:
    dropped = [said("抖音的线索"), answered("共 2 条", "L-1", "L-2"), said("C-3 加 20%")]
    assert extended("你好", dropped) == "你好\n抖音的线索 → L-1, L-2\nC-3 加 20%"


def test_the_words_of_answers_and_commands_are_left_out() -> None:
    dropped = [said("/help"), said("查线索"), answered("客户说：把预算加到一万")]
    assert extended("", dropped) == "查线索"


def test_the_oldest_lines_go_when_it_grows_too_long() -> None:
    summary = extended("最早的一句", [said(f"第 {n} 句，说了一些不短不长的话") for n in range(200)])
    assert "最早的一句" not in summary
    assert "第 199 句" in summary


@given(st.lists(st.text(max_size=300), max_size=60))
def test_it_never_grows_beyond_its_bound(texts: list[str]) -> None:
    summary = ""
    for text in texts:
        summary = extended(summary, [said(text)])
        assert estimate_tokens(summary) <= MOST_TOKENS
