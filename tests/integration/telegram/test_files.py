"""Charts and files go out; documents, pictures and sounds come in when the turn needs them."""

import io
from collections.abc import Callable

import pytest
from PIL import Image
from sqlalchemy import select

from agent.contract import Reply, Turn
from bot.messages import InboundMessage, RemoteFile
from config.errors import AppError, PermanentError, TransientError
from storage.database import Database
from storage.inbox import GONE, REFUSED, TOO_LARGE
from storage.media import content_of
from storage.tables.media import Media
from storage.tables.work import InboxFile
from tests.builders.telegram import a_desk, a_telegram, events
from tests.emulators.telegram.files import Files
from tests.emulators.telegram.people import Person
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.agent import FakeAgent
from tools.result import Attachment

LI, GROUP = 5001, -1004001
MEGABYTE = 1024 * 1024
JPEG = b"\xff\xd8\xff a picture"


def chart() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48)).save(content, "PNG")
    return content.getvalue()


async def report(turn: Turn) -> Reply:
    """A chart and its table."""
    return Reply(
        text="上周花费 **300** 元",
        markdown=True,
        attachments=(
            Attachment(name="趋势.png", media_type="image/png", content=chart()),
            Attachment(name="趋势.xlsx", media_type="application/x-xlsx", content=b"table"),
        ),
    )


async def test_a_chart_is_a_picture_with_the_words_below_it_and_a_table_is_a_file(
    telegram: TelegramEmulator, database: Database
) -> None:
    async with a_desk(telegram, database, FakeAgent(report)) as desk:
        telegram.user(LI).says("report")
        await desk.ended()
    picture, table = telegram.answers(LI)
    assert picture["caption"] == "上周花费 300 元"
    assert [each["type"] for each in picture["caption_entities"]] == ["bold"]
    assert picture["photo"]
    assert table["document"]["file_name"] == "趋势.xlsx"
    stored = telegram.world.files.get(table["document"]["file_id"])
    assert stored.content == b"table"


async def received(
    telegram: TelegramEmulator, database: Database
) -> list[tuple[str, str, bytes | None]]:
    """Names, types and contents of the files that a service keeps, when it has answered."""
    async with a_desk(telegram, database) as desk:
        await desk.ended()
        async with database.reading() as session:
            return [
                (each.name, each.media_type,
                 await content_of(session, desk.service.organisation_id, each.id))
                for each in await session.scalars(select(InboxFile).order_by(InboxFile.id))
            ]  # fmt: skip


@pytest.mark.parametrize(
    ("send", "name", "media_type"),
    [
        (lambda li: li.sends_document("线索.csv", b"a,b", mime="text/csv"), "线索.csv", "text/csv"),
        (lambda li: li.sends_photo(JPEG, caption="看"), "photo-1.jpg", "image/jpeg"),
    ],
)
async def test_what_people_send_is_fetched(
    telegram: TelegramEmulator,
    database: Database,
    send: Callable[[Person], object],
    name: str,
    media_type: str,
) -> None:
    send(telegram.user(LI))
    (file,) = await received(telegram, database)
    assert file[:2] == (name, media_type)
    assert file[2] in (b"a,b", JPEG)


async def test_a_sound_is_fetched_and_kept_with_its_length(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.user(LI).sends("voice", b"OggS sound", "audio/ogg", duration=7)
    assert await received(telegram, database) == [("voice-1.ogg", "audio/ogg", b"OggS sound")]
    async with database.reading() as session:
        assert await session.scalar(select(InboxFile.seconds)) == 7


async def test_what_a_file_is_counts_and_not_what_it_is_called(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.user(LI).sends_document("leads.csv", b"\x7fELF...", mime="text/csv", caption="see")
    assert await received(telegram, database) == [("leads.csv", REFUSED, None)]
    (answer,) = telegram.answers(LI)
    assert "leads.csv 是程序" in answer["text"]
    assert answer["text"].endswith("echo: see")


async def test_the_largest_form_of_a_picture_is_taken(telegram: TelegramEmulator) -> None:
    room = telegram.world.dialog(telegram.bots[0], telegram.user(LI).user)
    sizes = [
        {"file_id": str(side), "file_unique_id": str(side), "width": side, "height": side}
        for side in (90, 320, 1280)
    ]
    message = room.post(telegram.user(LI).user.json(), telegram.clock.date(), photo=sizes)
    telegram.bots[0].updates.add("message", message, LI)
    (event,) = await events(telegram, 1)
    assert isinstance(event, InboundMessage)
    (file,) = event.files
    assert isinstance(file, RemoteFile)
    assert file.remote == "1280"


async def test_a_name_and_a_type_that_no_database_takes_are_made_fit(
    telegram: TelegramEmulator, database: Database
) -> None:
    name, mime = "a\x00b\n" + "c" * 300 + ".csv", "x/" + "y" * 300
    telegram.user(LI).sends_document(name, b"\x00\x01", mime=mime)
    telegram.user(LI).sends_document("\x00", b"a")
    first, second = await received(telegram, database)
    assert first[0] == "c" * 116 + ".csv"
    assert len(first[1]) == 80
    assert second[0]


async def test_a_file_that_is_too_big_keeps_its_name_alone(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.user(LI).sends_document("big.csv", b"a,b", size=21 * MEGABYTE)
    assert await received(telegram, database) == [("big.csv", TOO_LARGE, None)]
    assert telegram.answers(LI)


async def test_a_file_that_is_gone_keeps_its_name_alone(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.user(LI).sends_document("gone.csv", b"a,b")
    telegram.world.files = Files()
    assert await received(telegram, database) == [("gone.csv", GONE, None)]
    assert telegram.answers(LI)


async def test_the_turn_waits_for_a_file_that_may_still_come(
    telegram: TelegramEmulator, database: Database
) -> None:
    telegram.fault("bad_gateway", method="getFile")
    telegram.fault("flood", method="getFile")
    telegram.user(LI).sends_document("leads.csv", b"a,b", caption="see")
    async with a_desk(telegram, database) as desk:
        await desk.ended()
        (turn,) = desk.agent.turns
        async with database.reading() as session:
            assert list(await session.scalars(select(Media.content))) == [b"a,b"]
    assert [file.name for file in turn.files] == ["leads.csv"]


@pytest.mark.parametrize(
    ("fault", "becomes"),
    [
        ("flood", TransientError),
        ("restart", TransientError),
        ("bad_gateway", TransientError),
        ("reset_before", TransientError),
        ("cut", TransientError),
        ("revoked", TransientError),
        ("blocked", PermanentError),
    ],
)
async def test_a_fetch_that_fails_says_whether_to_try_again(
    telegram: TelegramEmulator, fault: str, becomes: type[AppError]
) -> None:
    shown = telegram.user(LI).sends_document("leads.csv", b"a,b")["document"]
    telegram.fault(fault, method="getFile")
    async with a_telegram(telegram) as channel:
        with pytest.raises(becomes):
            await channel.download(RemoteFile(name="", media_type="", remote=shown["file_id"]))


async def test_content_that_is_gone_when_it_is_fetched_will_not_come(
    telegram: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = telegram.user(LI).sends_document("leads.csv", b"a,b")["document"]
    monkeypatch.setattr(telegram.world.files, "at", lambda path: None)
    async with a_telegram(telegram) as channel:
        with pytest.raises(PermanentError):
            await channel.download(RemoteFile(name="", media_type="", remote=shown["file_id"]))


async def test_what_is_too_big_for_a_bot_will_not_come(telegram: TelegramEmulator) -> None:
    shown = telegram.user(LI).sends_document("big.csv", b"a,b", size=21 * MEGABYTE)["document"]
    async with a_telegram(telegram) as channel:
        with pytest.raises(PermanentError):
            await channel.download(RemoteFile(name="", media_type="", remote=shown["file_id"]))
