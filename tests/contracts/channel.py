"""What every Channel promises. Subclass it once per platform."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import pytest

from bot.channels.base import Channel, Handler
from bot.messages import (
    Address,
    Button,
    Event,
    File,
    InboundMessage,
    OutboundMessage,
    RemoteFile,
)
from config.errors import AppError, PermanentError, TransientError

APPROVE = Button(label="Approve P-5", send="/approve P-5", key="1.0")
REJECT = Button(label="Reject P-5", send="/reject P-5", key="1.1")
CHART = File(name="图表.png", media_type="image/png", content=b"\x89PNG")
TABLE = File(name="表.csv", media_type="text/csv", content=b"a,b")


class ChannelHarness(Protocol):
    """A channel wired to a platform that the test controls."""

    @property
    def channel(self) -> Channel: ...
    @property
    def here(self) -> Address:
        """A chat that the channel can reach."""

    @property
    def failures(self) -> Mapping[type[AppError], Callable[[], object]]:
        """How the platform makes the next send fail, by what that is to become."""

    async def user_says(self, text: str) -> None: ...
    async def user_presses(self, label: str) -> None: ...
    async def user_sends(self, file: File) -> None: ...
    def delivered(self) -> str:
        """Everything that the person can see, in order."""


@asynccontextmanager
async def running(channel: Channel, handler: Handler) -> AsyncIterator[None]:
    async with asyncio.timeout(60), channel:
        task = asyncio.create_task(channel.run(handler))
        yield
        task.cancel()
        await asyncio.wait([task])


async def received(harness: ChannelHarness, count: int) -> list[InboundMessage]:
    """Run the channel until it handed on so many messages."""
    seen: asyncio.Queue[Event] = asyncio.Queue()
    found: list[InboundMessage] = []
    async with running(harness.channel, seen.put):
        while len(found) < count:
            event = await seen.get()
            assert isinstance(event, InboundMessage)
            found.append(event)
    return found


async def sent(
    harness: ChannelHarness, text: str, *buttons: Button, files: tuple[File, ...] = ()
) -> list[str]:
    """Deliver a message in its parts; returns their ids."""
    async with harness.channel as channel:
        return [await channel.send(part) for part in parts(harness, text, *buttons, files=files)]


def parts(
    harness: ChannelHarness, text: str, *buttons: Button, files: tuple[File, ...] = ()
) -> Sequence[OutboundMessage]:
    message = OutboundMessage(address=harness.here, text=text, buttons=buttons, files=files)
    return harness.channel.parts(message)


class ChannelContract:
    async def test_what_is_sent_is_seen(self, harness: ChannelHarness) -> None:
        (id_,) = await sent(harness, "第一行\nsecond")
        assert id_
        assert "第一行" in harness.delivered()
        assert "second" in harness.delivered()

    async def test_every_send_has_an_id_of_its_own(self, harness: ChannelHarness) -> None:
        assert await sent(harness, "same") != await sent(harness, "same")

    async def test_a_long_text_arrives_whole_and_in_order(self, harness: ChannelHarness) -> None:
        words = [f"word-{number}" for number in range(3_000)]
        await sent(harness, " ".join(words))
        seen = harness.delivered()
        places = [seen.find(word) for word in words]
        assert min(places) >= 0
        assert places == sorted(places)

    async def test_a_message_has_the_same_parts_each_time(self, harness: ChannelHarness) -> None:
        text = "字" * 10_000 + " https://example.com/a " + "👨‍👩‍👧 " * 2_000
        first, second = (parts(harness, text, APPROVE, files=(CHART, TABLE)) for _ in range(2))
        assert first == second
        assert {part.address for part in first} == {harness.here}

    async def test_the_parts_hold_every_word_file_and_button_once(
        self, harness: ChannelHarness
    ) -> None:
        text = "word " * 3_000
        found = parts(harness, text, APPROVE, REJECT, files=(CHART, TABLE))
        assert " ".join(part.text for part in found).split() == text.split()
        assert [file for part in found for file in part.files] == [CHART, TABLE]
        assert [button for part in found for button in part.buttons] == [APPROVE, REJECT]

    async def test_there_is_a_part_even_for_nothing(self, harness: ChannelHarness) -> None:
        assert len(parts(harness, "")) == 1

    async def test_buttons_are_seen(self, harness: ChannelHarness) -> None:
        await sent(harness, "ok?", APPROVE)
        assert "Approve P-5" in harness.delivered()

    async def test_files_arrive(self, harness: ChannelHarness) -> None:
        await sent(harness, "see", files=(CHART, TABLE))
        seen = harness.delivered()
        assert "see" in seen
        assert seen.index("图表.png") < seen.index("表.csv")

    async def test_limits_are_positive_and_the_same_each_time(
        self, harness: ChannelHarness
    ) -> None:
        limits = harness.channel.paces(harness.here)
        assert limits == harness.channel.paces(harness.here)
        assert all(each.count > 0 and each.seconds > 0 for each in limits.values())

    async def test_a_send_that_fails_says_how(self, harness: ChannelHarness) -> None:
        for becomes, cause in harness.failures.items():
            cause()
            with pytest.raises(AppError) as caught:
                await sent(harness, "hello")
            assert type(caught.value) is becomes
            assert await sent(harness, "again")

    async def test_a_message_is_handed_over_with_its_sender_and_chat(
        self, harness: ChannelHarness
    ) -> None:
        await harness.user_says("你好 there")
        (message,) = await received(harness, 1)
        assert message.text == "你好 there"
        assert message.address == harness.here
        assert message.sender_id

    async def test_each_message_is_handed_on_once_in_order(self, harness: ChannelHarness) -> None:
        for text in ("one", "two", "two", "end"):
            await harness.user_says(text)
        messages = await received(harness, 4)
        assert [message.text for message in messages] == ["one", "two", "two", "end"]
        assert len({message.external_id for message in messages}) == 4

    async def test_what_could_not_be_kept_is_handed_on_again_before_anything_else(
        self, harness: ChannelHarness
    ) -> None:
        seen: list[InboundMessage] = []
        done = asyncio.Event()

        async def keep(event: Event) -> None:
            assert isinstance(event, InboundMessage)
            seen.append(event)
            if len(seen) in (2, 3):
                raise TransientError("the database is away")
            if event.text == "three":
                done.set()

        for text in ("one", "two", "three"):
            await harness.user_says(text)
        async with running(harness.channel, keep):
            await done.wait()
        assert [message.text for message in seen] == ["one", "two", "two", "two", "three"]
        assert len({message.external_id for message in seen}) == 3

    async def test_pressing_a_button_says_which_one(self, harness: ChannelHarness) -> None:
        await sent(harness, "ok?", APPROVE, REJECT)
        await harness.user_presses("Reject P-5")
        (message,) = await received(harness, 1)
        assert REJECT.key == message.pressed or REJECT.send == message.text

    async def test_a_file_comes_in_with_its_name_and_content(self, harness: ChannelHarness) -> None:
        await harness.user_sends(TABLE)
        (message,) = await received(harness, 1)
        (file,) = message.files
        if isinstance(file, RemoteFile):
            async with harness.channel as channel:
                file = await channel.download(file)
        assert (file.name, file.content) == (TABLE.name, TABLE.content)

    async def test_a_file_that_is_gone_will_not_come(self, harness: ChannelHarness) -> None:
        gone = RemoteFile(name="gone.csv", media_type="text/csv", remote="gone")
        async with harness.channel as channel:
            with pytest.raises(PermanentError):
                await channel.download(gone)
