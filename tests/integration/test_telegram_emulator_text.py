"""Formatted text: what shows, its entities in UTF-16 units, and the words of every refusal."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.emulators.telegram.server import TelegramEmulator

LI = 5001
ESCAPE = "is reserved and must be escaped with the preceding '\\'"


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    """Straight into the application: nothing here is about the network."""
    emulator = TelegramEmulator(flood=0)
    emulator.user(LI, "李雷").says("/start")
    base, transport = f"http://emulator/bot{emulator.token}/", httpx.ASGITransport(emulator.app)
    async with httpx.AsyncClient(base_url=base, transport=transport) as http:
        yield http


async def send(http: httpx.AsyncClient, text: str, **more: str) -> dict[str, Any]:
    answer = await http.post("sendMessage", data={"chat_id": str(LI), "text": text, **more})
    body = answer.json()
    shown: dict[str, Any] = body.get("result", body)
    return shown


def spans(message: dict[str, Any]) -> list[str]:
    """`kind offset+length what`, as short as a test can read."""
    more = ("url", "language", "custom_emoji_id")
    return [
        " ".join(
            [each["type"], f"{each['offset']}+{each['length']}"]
            + [str(each[name]) for name in more if name in each]
        )
        for each in message.get("entities", [])
    ]


@pytest.mark.parametrize(
    ("source", "shown", "entities"),
    [
        ("*粗*体", "粗体", ["bold 0+1"]),
        ("😀 _斜_", "😀 斜", ["italic 3+1"]),
        ("*a _b_ c*", "a b c", ["bold 0+5", "italic 2+1"]),
        ("_a__b__c_", "abc", ["italic 0+3", "underline 1+1"]),
        ("__u__ ~s~ ||p||", "u s p", ["underline 0+1", "strikethrough 2+1", "spoiler 4+1"]),
        ("`a.b` 1\\.5", "a.b 1.5", ["code 0+3"]),
        ("```py\nx = 1\n```", "x = 1", ["pre 0+5 py"]),
        ("[这里](https://huoke.example/a\\)b)", "这里",
         ["text_link 0+2 https://huoke.example/a)b"]),
        ("[x](https://huoke.example)", "x", ["text_link 0+1 https://huoke.example/"]),
        ("[x](nowhere)", "x", []),
        ("![👍](tg://emoji?id=536)", "👍", ["custom_emoji 0+2 536"]),
        (">引用\n>两行\n完", "引用\n两行\n完", ["blockquote 0+6"]),
        (">长||\n完", "长\n完", ["expandable_blockquote 0+2"]),
        ("  *a*  ", "a", ["bold 0+1"]),
    ],
)  # fmt: skip
async def test_markdown_becomes_text_and_entities(
    http: httpx.AsyncClient, source: str, shown: str, entities: list[str]
) -> None:
    message = await send(http, source, parse_mode="MarkdownV2")
    assert (message.get("text"), spans(message)) == (shown, entities)


@pytest.mark.parametrize(
    ("source", "shown", "entities"),
    [
        ("<b>粗</b><strong>体</strong>", "粗体", ["bold 0+1", "bold 1+1"]),
        ("😀<i>a<u>b</u></i>", "😀ab", ["italic 2+2", "underline 3+1"]),
        ("1 &lt; 2 &amp;&amp; &quot;x&quot; &#128512; &nbsp;", '1 < 2 && "x" 😀 &nbsp;', []),
        ('<a href="huoke.example">去</a>', "去", ["text_link 0+1 http://huoke.example/"]),
        ('<a href="tg://user?id=5001">李</a>', "李", ["text_mention 0+1"]),
        ('<pre><code class="language-py">x</code></pre>', "x", ["pre 0+1 py"]),
        ("<code>x</code><pre>y</pre>", "xy", ["code 0+1", "pre 1+1"]),
        ('<span class="tg-spoiler">s</span><tg-spoiler>t</tg-spoiler>', "st",
         ["spoiler 0+1", "spoiler 1+1"]),
        ("<blockquote expandable>q</blockquote>", "q", ["expandable_blockquote 0+1"]),
        ("<b></b>x", "x", []),
    ],
)  # fmt: skip
async def test_html_becomes_text_and_entities(
    http: httpx.AsyncClient, source: str, shown: str, entities: list[str]
) -> None:
    message = await send(http, source, parse_mode="html")
    assert (message.get("text"), spans(message)) == (shown, entities)


@pytest.mark.parametrize(
    ("mode", "source", "reason"),
    [
        *[("MarkdownV2", f"a{sign}b", f"Character '{sign}' {ESCAPE}") for sign in "])(>#+-=|{}.!"
          if sign not in "(["],
        ("MarkdownV2", "你*", "Can't find end of Bold entity at byte offset 3"),
        ("MarkdownV2", "*a _b*", "Can't find end of Bold entity at byte offset 5"),
        ("MarkdownV2", "```x", "Can't find end of Pre entity at byte offset 0"),
        ("MarkdownV2", "[x](https://a.b", "Can't find end of a URL at byte offset 4"),
        ("MarkdownV2", "![x]", "Custom emoji entity must contain a tg://emoji URL"),
        ("MarkdownV2", ">a _b\nc_", "Can't find end of Italic entity at byte offset 3"),
        ("HTML", "a < b", 'Unsupported start tag "" at byte offset 2'),
        ("HTML", "你<p>x</p>", 'Unsupported start tag "p" at byte offset 3'),
        ("HTML", "<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("HTML", "<b><i>x</b></i>",
         'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("HTML", "x</b>", "Unexpected end tag at byte offset 1"),
        ("HTML", "x<b", "Unclosed start tag at byte offset 1"),
        ("HTML", "<b>x</b", "Unclosed end tag at byte offset 4"),
        ("HTML", "<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("HTML", '<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("HTML", "<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ("Markdown", "*x", "Can't find end of the entity starting at byte offset 0"),
    ],
)  # fmt: skip
async def test_text_that_cannot_be_read_names_the_place(
    http: httpx.AsyncClient, mode: str, source: str, reason: str
) -> None:
    refused = await send(http, source, parse_mode=mode)
    assert refused["description"] == f"Bad Request: can't parse entities: {reason}"


@pytest.mark.parametrize(
    ("entity", "reason"),
    [
        ({"type": "bold", "offset": 9, "length": 1},
         "entity begins after the end of the text at UTF-16 offset 9"),
        ({"type": "bold", "offset": 0, "length": 9},
         "entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 9"),
        ({"type": "bold", "offset": -1, "length": 1},
         "receive an entity with incorrect offset -1"),
        ({"type": "loud", "offset": 0, "length": 1},
         "can't parse MessageEntity: Unsupported type specified"),
        ({"type": "text_link", "offset": 0, "length": 1},
         'can\'t parse MessageEntity: Can\'t find field "url"'),
        ({"type": "text_link", "offset": 0, "length": 1, "url": "not-a-url"},
         "entity URL 'not-a-url' is invalid: Wrong HTTP URL"),
        ({"type": "text_mention", "offset": 0, "length": 1, "user": {"id": 1}}, "user not found"),
    ],
)  # fmt: skip
async def test_entities_must_fit_their_text(
    http: httpx.AsyncClient, entity: dict[str, Any], reason: str
) -> None:
    refused = await send(http, "hello", entities=json.dumps([entity]))
    assert refused["description"] == f"Bad Request: {reason}"


async def test_entities_beyond_a_hundred_are_dropped(http: httpx.AsyncClient) -> None:
    many = [{"type": "bold", "offset": 2 * place, "length": 1} for place in range(120)]
    message = await send(http, "x " * 120, entities=json.dumps(many))
    assert len(message["entities"]) == 100


async def test_the_length_counts_characters_after_parsing(http: httpx.AsyncClient) -> None:
    assert len((await send(http, "<b>" + "😀" * 4096 + "</b>", parse_mode="HTML"))["text"]) == 4096
    refused = await send(http, "<b>" + "x" * 4097 + "</b>", parse_mode="HTML")
    assert refused["description"] == "Bad Request: message is too long"
    assert (await send(http, "客" * 10923))["description"] == "Bad Request: text is too long"


async def test_links_and_commands_are_found_outside_of_code(http: httpx.AsyncClient) -> None:
    text = "见 https://huoke.example/a，或 /help@huoke_1_bot 或 @li_lei `@not_me`"
    message = await send(
        http, text.replace("_", "\\_").replace(".", "\\."), parse_mode="MarkdownV2"
    )
    assert spans(message) == ["url 2+23", "bot_command 28+17", "mention 48+7", "code 56+7"]
