"""Nothing that we send is larger than Telegram takes: the emulator would refuse it."""

import io
import json

import pytest
from PIL import Image

from bot.channels.base import Pace
from bot.messages import Button, File, OutboundMessage
from bot.pacing import LocalPacer
from config.errors import PermanentError
from tests.builders.telegram import a_telegram, an_address
from tests.emulators.telegram.accounts import Json
from tests.emulators.telegram.server import TelegramEmulator

LI, GROUP = 5001, -1004001


def picture(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.new("1", (width, height)).save(content, "PNG")
    return content.getvalue()


async def sent(
    telegram: TelegramEmulator, text: str, *, markdown: bool = False,
    files: tuple[File, ...] = (), buttons: tuple[Button, ...] = (),
) -> list[Json]:  # fmt: skip
    """What stands in the chat when every part was sent."""
    telegram.user(LI).says("hi")
    message = OutboundMessage(
        address=an_address(telegram, LI), text=text, markdown=markdown, files=files,
        buttons=buttons,
    )  # fmt: skip
    async with a_telegram(telegram) as channel:
        for part in channel.parts(message):
            # A note may come before any of them, and has to fit, too.
            await channel.send(part.behind("n" * 120))
    return [
        {**each, **{name: each[name][120:] for name in ("text", "caption") if name in each}}
        for each in telegram.answers(LI)
    ]


@pytest.mark.parametrize("letter", ["x", "字", "𠮷", "👍🏽"])
async def test_a_long_text_comes_in_parts_of_whole_characters(
    telegram: TelegramEmulator, letter: str
) -> None:
    text = letter * (10_000 // len(letter))
    shown = await sent(telegram, text)
    assert len(shown) == 3
    assert "".join(each["text"] for each in shown) == text


async def test_markdown_counts_as_it_shows(telegram: TelegramEmulator) -> None:
    shown = await sent(telegram, "**" + "x" * 3_900 + "**" + "\\_" * 60, markdown=True)
    assert len(shown) == 1


async def test_each_part_has_no_more_entities_than_telegram_takes(
    telegram: TelegramEmulator,
) -> None:
    await sent(telegram, "**word** and " * 600, markdown=True)
    calls = telegram.ledger.effects("sendMessage")
    assert [len(json.loads(call["params"]["entities"])) for call in calls] == [100, 100]


async def test_a_short_text_is_the_caption_of_a_file_and_a_long_one_is_not(
    telegram: TelegramEmulator,
) -> None:
    file = File(name="a.csv", media_type="text/csv", content=b"a")
    (short,) = await sent(telegram, "x" * 904, files=(file,))
    assert short["caption"] == "x" * 904
    *_, long, without = await sent(telegram, "x" * 905, files=(file,))
    assert long["text"] == "x" * 905
    assert without["document"]["file_name"] == "a.csv"


@pytest.mark.parametrize(
    ("width", "height", "shown_as"),
    [(640, 480, "photo"), (9_000, 1_001, "document"), (2_100, 100, "document")],
)
async def test_a_picture_of_a_form_that_is_not_shown_comes_as_a_document(
    telegram: TelegramEmulator, width: int, height: int, shown_as: str
) -> None:
    chart = File(name="chart.png", media_type="image/png", content=picture(width, height))
    (message,) = await sent(telegram, "see", files=(chart,))
    assert shown_as in message


async def test_what_only_calls_itself_a_picture_comes_as_a_document(
    telegram: TelegramEmulator,
) -> None:
    chart = File(name="chart.png", media_type="image/png", content=b"no picture")
    (message,) = await sent(telegram, "see", files=(chart,))
    assert message["document"]["file_name"] == "chart.png"


async def test_a_heavy_picture_comes_as_a_document(telegram: TelegramEmulator) -> None:
    content = picture(100, 100) + bytes(10_000_001)
    chart = File(name="chart.png", media_type="image/png", content=content)
    (message,) = await sent(telegram, "see", files=(chart,))
    assert "document" in message


async def test_a_document_beyond_all_limits_is_refused_for_good(
    telegram: TelegramEmulator,
) -> None:
    telegram.user(LI).says("hi")
    file = File(name="a.bin", media_type="application/x", content=bytes(51 * 1024 * 1024))
    message = OutboundMessage(address=an_address(telegram, LI), text="", files=(file,))
    async with a_telegram(telegram) as channel:
        with pytest.raises(PermanentError):
            await channel.send(channel.parts(message)[0])


async def test_a_button_fits_whatever_it_says(telegram: TelegramEmulator) -> None:
    long = Button(label="好" * 40, send="/approve " + "很长" * 200, key="123456789012345678.99")
    (message,) = await sent(telegram, "ok?", buttons=(long,))
    ((key,),) = message["reply_markup"]["inline_keyboard"]
    assert key == {"text": "好" * 40, "callback_data": "123456789012345678.99"}


async def test_short_buttons_stand_in_pairs_and_long_ones_below_each_other(
    telegram: TelegramEmulator,
) -> None:
    def rows(message: Json) -> list[int]:
        return [len(row) for row in message["reply_markup"]["inline_keyboard"]]

    short = tuple(Button(label=str(n), send=str(n), key=f"1.{n}") for n in range(3))
    assert rows((await sent(telegram, "?", buttons=short))[-1]) == [2, 1]
    wide = (*short[:2], Button(label="a label of some length", send="x", key="1.3"))
    assert rows((await sent(telegram, "?", buttons=wide))[-1]) == [1, 1, 1]


async def test_the_buttons_stand_under_the_last_words(telegram: TelegramEmulator) -> None:
    yes = (Button(label="yes", send="/yes", key="1.0"),)
    first, last = await sent(telegram, "x" * 5_000, buttons=yes)
    assert "reply_markup" not in first
    assert "reply_markup" in last


@pytest.mark.parametrize("text", ["", " \n"])
async def test_an_empty_text_shows_as_dots(telegram: TelegramEmulator, text: str) -> None:
    telegram.user(LI).says("hi")
    async with a_telegram(telegram) as channel:
        (part,) = channel.parts(OutboundMessage(address=an_address(telegram, LI), text=text))
        await channel.send(part)
    assert telegram.answers(LI)[0]["text"] == "…"


async def test_the_limits_of_speed_are_those_of_the_bot_the_chat_and_the_group(
    telegram: TelegramEmulator,
) -> None:
    async with a_telegram(telegram) as channel:
        me = f"telegram:{telegram.bots[0].id}"
        assert channel.paces(an_address(telegram, LI)) == {
            me: Pace(count=30, seconds=1), f"{me}:{LI}": Pace(count=5, seconds=5),
        }  # fmt: skip
        assert channel.paces(an_address(telegram, f"{GROUP}:7")) == {
            me: Pace(count=30, seconds=1), f"{me}:{GROUP}": Pace(count=5, seconds=5),
            f"{me}:{GROUP}:minute": Pace(count=20, seconds=60),
        }  # fmt: skip


@pytest.mark.parametrize("chat", [LI, GROUP])
async def test_who_keeps_to_them_never_hears_429(telegram: TelegramEmulator, chat: int) -> None:
    telegram.flood.ease = 1.0
    telegram.group(GROUP, by=telegram.user(LI))
    telegram.user(LI).says("hi")
    pacer = LocalPacer(now=telegram.clock.ticks)
    async with a_telegram(telegram) as channel:
        (part,) = channel.parts(OutboundMessage(address=an_address(telegram, chat), text="x"))
        for _ in range(50):
            while (wait := await pacer.take(channel.paces(part.address))) > 0:
                telegram.clock.advance(wait + 0.001)
            await channel.send(part)
    assert telegram.refusals == []
    assert len(telegram.answers(chat)) == 50
