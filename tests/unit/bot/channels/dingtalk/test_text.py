"""Texts as DingTalk shows them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.dingtalk.parts import parts_of, words_of
from bot.channels.dingtalk.text import formatted, rendered
from bot.messages import Address, Button, OutboundMessage

HERE = Address(channel="dingtalk", bot="ding1", chat="user:li")


def shown(markdown: str) -> str:
    return rendered(*formatted(markdown))


def message(
    text: str, *, markdown: bool = True, buttons: tuple[Button, ...] = ()
) -> OutboundMessage:
    return OutboundMessage(
        address=HERE, text=text, markdown=markdown, buttons=buttons, key="reply:1"
    )


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("花费 **300** 元", "花费 **300** 元"),
        ("*it* and _that_", "*it* and *that*"),
        ("**bold and *both***", "**bold and** ***both***"),
        ("one\ntwo", "one  \ntwo"),
        ("one\n\ntwo", "one\n\ntwo"),
        ("> said", "> said"),
        ("`code_x * y`", "code_x * y"),
        ("- one\n- two", "⦁ one  \n⦁ two"),
        ("5 * 3 * 2, snake_case_x", "5 * 3 * 2, snake_case_x"),
        ("```\na*b\n```", "> a\\*b"),
        ("[see](https://a.example/x)", "see (https://a.example/x)"),
        ("![x](http://evil.example/?q=1)", "🖼x (http://evil.example/?q=1)"),
        ("<https://a.example/x>", "https://a.example/x"),
    ],
)  # fmt: skip
def test_markdown_is_shown_as_dingtalk_can(written: str, seen: str) -> None:
    assert shown(written) == seen


@pytest.mark.parametrize(
    ("plain", "seen"),
    [
        ("# 1 lead", "\\# 1 lead"),
        ("#1 lead", "#1 lead"),
        ("* one", "\\* one"),
        ("- one", "\\- one"),
        ("> one", "\\> one"),
        ("a\n---", "a  \n\\---"),
        ("a\n===", "a  \n\\==="),
        ("a*b*c", "a\\*b\\*c"),
        ("_a_", "\\_a\\_"),
        ("`a`", "\\`a\\`"),
        ("[a](b)", "\\[a](b)"),
        ("[a] (b)", "[a] (b)"),
        ("<b>x</b>", "\\<b>x\\</b>"),
        ("3 < 4", "3 < 4"),
        ("~~x~~", "\\~\\~x\\~\\~"),
        ("&lt;", "\\&lt;"),
        ("a\\*", "a\\\\\\*"),
        ("L-12 v1.5", "L-12 v1.5"),
        ("  x", "\u00a0\u00a0x"),
    ],
)  # fmt: skip
def test_what_only_looks_like_formatting_is_not(plain: str, seen: str) -> None:
    assert rendered(plain) == seen


def test_plain_text_goes_out_as_it_is() -> None:
    text = "# *a* [b](c)\n- 1"
    (part,) = parts_of(message(text, markdown=False))
    words = words_of(part)
    assert (words.text, words.marked) == (text, False)


def test_a_title_is_the_first_words() -> None:
    (part,) = parts_of(message("\n# 周报\n\n花费 300"))
    assert "周报" in words_of(part).title


def test_the_note_about_a_repetition_moves_no_formatting() -> None:
    (part,) = parts_of(message("spent **300** today"))
    assert words_of(part.behind("(again)\n")).text == "(again)  \nspent **300** today"


def test_buttons_are_lines_to_write() -> None:
    buttons = (Button(label="批准", send="/approve P-5"), Button(label="", send="/help"))
    (part,) = parts_of(message("要批准吗？", buttons=buttons))
    text = words_of(part, buttons=part.buttons).text
    assert text.endswith("回复 /approve P-5：批准  \n回复 /help：/help")


def test_many_long_buttons_come_behind_the_text() -> None:
    buttons = tuple(Button(label="标签" * 40, send=f"/x {number}") for number in range(5))
    first, second = parts_of(message("which?", buttons=buttons))
    assert (first.buttons, second.buttons) == ((), buttons)


def test_each_part_has_a_key_of_its_own() -> None:
    found = parts_of(message("字" * 20_000))
    assert [part.key for part in found] == [f"reply:1/{number}" for number in range(len(found))]
    assert len(found) > 1


@settings(max_examples=30, deadline=None)
@given(
    text=st.text(alphabet=st.sampled_from('ab *_`#>-[]()<&\\\n"字😀\x01'), max_size=200).map(
        lambda piece: piece * 150
    ),
    markdown=st.booleans(),
)
def test_no_part_is_longer_than_dingtalk_takes(text: str, markdown: bool) -> None:
    for part in parts_of(message(text, markdown=markdown)):
        words = words_of(part)
        said = (
            {"title": words.title, "text": words.text} if words.marked else {"content": words.text}
        )
        size = len(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"))
        assert size <= 15_000
