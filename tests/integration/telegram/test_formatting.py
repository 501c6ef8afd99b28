"""What models write as Markdown shows as it was meant, and hides nothing."""

from typing import Any

import pytest

from bot.messages import OutboundMessage
from config.errors import PermanentError
from tests.builders.telegram import a_telegram, an_address
from tests.emulators.telegram.accounts import Json
from tests.emulators.telegram.call import Call
from tests.emulators.telegram.errors import bad_request
from tests.emulators.telegram.methods import METHODS
from tests.emulators.telegram.server import TelegramEmulator

LI = 5001


async def shown(telegram: TelegramEmulator, text: str, *, markdown: bool = True) -> list[Json]:
    telegram.user(LI).says("hi")
    message = OutboundMessage(address=an_address(telegram, LI), text=text, markdown=markdown)
    async with a_telegram(telegram) as channel:
        for part in channel.parts(message):
            await channel.send(part)
    return telegram.answers(LI)


def marked(message: Json, kind: str) -> list[str]:
    """The words that look so."""
    units = message["text"].encode("utf-16-le")
    return [
        units[2 * each["offset"] : 2 * (each["offset"] + each["length"])].decode("utf-16-le")
        for each in message.get("entities", [])
        if each["type"] == kind
    ]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("花费 **300** 元", "bold", "300"),
        ("👨‍👩‍👧 *leaned* 👍", "italic", "leaned"),
        ("run `SELECT 1;` now", "code", "SELECT 1;"),
        ("𠮷𠮷 ~~no~~", "strikethrough", "no"),
        ("```python\nx = '**a**'\n```", "pre", "x = '**a**'"),
        ("# 本周报表\n\n好", "bold", "本周报表"),
        ("> quoted", "blockquote", "quoted"),
    ],
)
async def test_markdown_shows_as_meant(
    telegram: TelegramEmulator, text: str, kind: str, words: str
) -> None:
    (message,) = await shown(telegram, text)
    assert any(words in each for each in marked(message, kind)), message
    assert "**" not in message["text"].replace("'**a**'", "")


async def test_what_was_not_meant_as_markdown_is_left_alone(telegram: TelegramEmulator) -> None:
    text = "2 * 3 * 4 = 24, a_b_c, [x](y) **stars** `ticks`"
    (message,) = await shown(telegram, text, markdown=False)
    assert message["text"] == text
    assert message.get("entities", []) == []


@pytest.mark.parametrize(
    "text",
    ["[here](https://evil.example/a)", "![pixel](https://evil.example/p.png)",
     "[you](tg://user?id=5001)", "![🙂](tg://emoji?id=5368324170671202286)"],
)  # fmt: skip
async def test_no_link_hides_where_it_leads(telegram: TelegramEmulator, text: str) -> None:
    (message,) = await shown(telegram, f"look {text} now")
    hidden = ("text_link", "text_mention", "custom_emoji")
    assert not [each for each in message.get("entities", []) if each["type"] in hidden]
    assert "evil.example" not in str(telegram.ledger.effects("sendMessage")[-1]["params"].get(
        "entities", ""
    ))  # fmt: skip


async def test_no_page_is_fetched_to_show_what_it_is_about(telegram: TelegramEmulator) -> None:
    await shown(telegram, "see https://example.com")
    (call,) = telegram.ledger.effects("sendMessage")
    assert '"is_disabled":true' in call["params"]["link_preview_options"].replace(" ", "")


async def test_what_is_cut_keeps_its_look_in_every_part(telegram: TelegramEmulator) -> None:
    first, second = await shown(telegram, "👍 **" + "bold words " * 599 + "end**")
    assert marked(first, "bold") == [first["text"].removeprefix("👍 ")]
    assert marked(second, "bold") == [second["text"]]


async def test_code_is_not_cut_in_two(telegram: TelegramEmulator) -> None:
    code = "\n".join(f"line {number}" for number in range(100))
    first, second = await shown(telegram, "words " * 600 + f"\n\n```\n{code}\n```")
    assert marked(first, "pre") == []
    (whole,) = marked(second, "pre")
    assert whole.strip() == code


def refuse_entities(monkeypatch: pytest.MonkeyPatch, method: str, times: int) -> list[Json]:
    """Telegram cannot read the formatting of the next calls; returns the calls it got."""
    right: Any = METHODS[method.lower()]
    calls: list[Json] = []

    def handler(call: Call) -> Any:
        calls.append({**call.given.values})
        if len(calls) <= times:
            raise bad_request("can't parse entities: unexpected end at byte offset 3")
        return right(call)

    monkeypatch.setitem(METHODS, method.lower(), handler)
    return calls


async def test_what_cannot_be_read_is_sent_once_more_as_plain_text(
    telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = refuse_entities(monkeypatch, "sendMessage", 1)
    (message,) = await shown(telegram, "spent **300**")
    assert ["entities" in call for call in calls] == [True, False]
    assert message["text"] == "spent 300"


async def test_and_not_more_than_once(
    telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = refuse_entities(monkeypatch, "sendMessage", 9)
    with pytest.raises(PermanentError):
        await shown(telegram, "spent **300**")
    assert len(calls) == 2


async def test_a_plain_text_is_not_sent_again(
    telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = refuse_entities(monkeypatch, "sendMessage", 9)
    with pytest.raises(PermanentError):
        await shown(telegram, "spent 300", markdown=False)
    assert len(calls) == 1
