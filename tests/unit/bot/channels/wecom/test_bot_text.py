"""Texts for an AI bot: WeCom reads each as Markdown, in pieces of so many bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom.bot.sending import parts_of
from bot.channels.wecom.bot.text import MAX_BYTES, fitting, plain, plain_pieces, shown, shown_pieces
from bot.messages import Address, Button, File, OutboundMessage
from config.i18n import Language

HERE = Address(channel="wecom", bot="b", chat="lilei")
WIDTH = "\u200b"


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("好的，预算 500", "好的，预算 500"),
        ("*bold*", r"\*bold\*"),
        ("2 * 3 = 6", "2 * 3 = 6"),
        ("snake_case_name", "snake_case_name"),
        ("_emphasis_", r"\_emphasis\_"),
        ("`code`", r"\`code\`"),
        ("~~gone~~", r"\~~gone\~~"),
        ("# title", r"\# title"),
        ("#5 is no title", "#5 is no title"),
        ("> quote", r"\> quote"),
        ("a > b", "a > b"),
        ("---", r"\---"),
        ("[see](https://evil.example)", r"\[see](https://evil.example)"),
        ("[1] a list", "[1] a list"),
        (r"C:\new", r"C:\\new"),
        ("https://example.com/a_b_c?x=*y*", "https://example.com/a_b_c?x=*y*"),
        ("<think>secret</think>", f"<{WIDTH}think>secret<{WIDTH}/think>"),
        ("<@zhangsan>", f"<{WIDTH}@zhangsan>"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_plain_text_is_shown_as_it_is(text: str, escaped: str) -> None:
    assert plain(text) == escaped


@given(st.text())
def test_escaping_loses_nothing(text: str) -> None:
    assert without_escapes(plain(text)) == without_escapes(text)


def without_escapes(text: str) -> str:
    return text.replace("\\", "").replace(WIDTH, "")


@pytest.mark.parametrize(
    ("markdown", "means"),
    [
        ("**粗** *斜* `code`", "**粗** *斜* `code`"),
        ("# 标题\n- 一\n- 二", "# 标题\n- 一\n- 二"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("[去看](https://evil.example/x)", "去看 (https://evil.example/x)"),
        ("[https://a.example](https://a.example)", "https://a.example"),
        ('[a](https://b.example "title")', "a (https://b.example)"),
        ("[a](<https://b.example>)", "a (https://b.example)"),
        ("![](https://tracker.example/p.png)", "https://tracker.example/p.png"),
        ("![alt](https://tracker.example/p.png)", "alt (https://tracker.example/p.png)"),
        ("<think>hidden</think>seen", f"<{WIDTH}think>hidden<{WIDTH}/think>seen"),
        ("<THINK>", f"<{WIDTH}THINK>"),
        ("hey <@boss>", f"hey <{WIDTH}@boss>"),
        ("```md\n[a](https://b.example)\n```", "```md\n[a](https://b.example)\n```"),
        ("```\n<@boss>\n```", f"```\n<{WIDTH}@boss>\n```"),
    ],
)
def test_markdown_hides_nothing_and_calls_nobody(markdown: str, means: str) -> None:
    assert shown(markdown) == means


@given(st.text(st.characters(codec="utf-8"), max_size=400), st.integers(40, 200))
def test_a_piece_of_plain_text_fits_in_bytes(text: str, limit: int) -> None:
    for _, content in plain_pieces(text, limit):
        longest = max((len(each.encode()) for each in content.split()), default=0)
        assert len(content.encode()) <= max(limit, longest)


def test_characters_and_links_stay_whole() -> None:
    text = "👨‍👩‍👧 " * 50 + "https://example.com/" + "a" * 60
    pieces = plain_pieces(text, 100)
    assert all(len(content.encode()) <= 100 for _, content in pieces)
    assert pieces[-1][0].endswith("https://example.com/" + "a" * 60)
    assert all("👨‍👩‍👧".count("👨") == 1 and "\u200d" not in piece[-1] for piece, _ in pieces)


def test_code_that_is_cut_is_code_in_both_pieces() -> None:
    lines = "\n".join(f"line {number}" for number in range(60))
    pieces = shown_pieces(f"before\n```python\n{lines}\n```\nafter", 200)
    assert len(pieces) > 2
    for piece in pieces:
        assert piece.count("```") % 2 == 0
    assert all(piece.startswith("```python\n") for piece in pieces[1:-1])
    assert [f"line {n}" for n in range(60)] == [
        line for piece in pieces for line in piece.splitlines() if line.startswith("line")
    ]


def test_code_that_fits_is_not_cut() -> None:
    block = "```\n" + "x = 1\n" * 15 + "```"
    assert block in shown_pieces("words " * 25 + "\n" + block, 180)


def test_the_beginning_fits() -> None:
    assert fitting("short") == "short"
    assert len(fitting("字" * 20_000).encode()) <= MAX_BYTES


def message(text: str = "", **more: object) -> OutboundMessage:
    return OutboundMessage(address=HERE, text=text, key="reply:7", **more)  # type: ignore[arg-type]


def test_each_part_has_a_key_of_its_own() -> None:
    file = File(name="a.csv", media_type="text/csv", content=b"a")
    button = Button(label="好", send="/ok", key="1.0")
    parts = parts_of(message("字" * 10_000, files=(file,), buttons=(button,)), Language.zh_cn)
    assert [part.key for part in parts] == [f"reply:7/{number}" for number in range(4)]
    assert [part.answers for part in parts] == [True, False, False, False]


@pytest.mark.parametrize("markdown", [False, True])
def test_a_mark_before_a_part_is_plain_text(markdown: bool) -> None:
    (part,) = parts_of(message("**好**", markdown=markdown), Language.zh_cn)
    marked = part.behind("(*maybe* again)\n")
    assert marked.content.startswith(r"(\*maybe\* again)")
    assert marked.text == "(*maybe* again)\n**好**"


def test_only_files_have_no_empty_words_before_them() -> None:
    file = File(name="a.csv", media_type="text/csv", content=b"a")
    assert [part.files for part in parts_of(message(files=(file,)), Language.zh_cn)] == [(file,)]


def test_the_words_of_a_card_are_in_the_language_of_the_message() -> None:
    button = Button(label="ok", send="/ok", key="1.0")
    english = parts_of(message("Shall I do that now?", buttons=(button,)), Language.zh_cn)[-1]
    unsaid = parts_of(message("P-5", buttons=(button,)), Language.zh_tw)[-1]
    assert (english.language, unsaid.language) == (Language.en, Language.zh_tw)
