"""What every Channel promises. Subclass it once per platform."""

import asyncio
from typing import Protocol

from bot.channels.base import Channel
from bot.messages import Address, Button, File, InboundMessage, OutboundMessage


class ChannelHarness(Protocol):
    """A channel wired to a platform that the test controls."""

    @property
    def channel(self) -> Channel: ...
    @property
    def here(self) -> Address:
        """A chat that the channel can reach."""

    async def user_says(self, text: str) -> None: ...
    async def user_presses(self, label: str) -> None: ...
    def delivered(self) -> str:
        """Everything that the person can see."""


class ChannelContract:
    async def received(self, harness: ChannelHarness, count: int) -> list[InboundMessage]:
        """Run the channel until it handed over `count` messages."""
        seen: asyncio.Queue[InboundMessage] = asyncio.Queue()
        async with harness.channel as channel, asyncio.timeout(5):
            running = asyncio.create_task(channel.run(seen.put))
            messages = [await seen.get() for _ in range(count)]
            running.cancel()
        return messages

    async def test_what_is_sent_is_seen(self, harness: ChannelHarness) -> None:
        async with harness.channel as channel:
            sent = await channel.send(OutboundMessage(address=harness.here, text="第一行\nsecond"))
        assert sent
        assert "第一行" in harness.delivered()
        assert "second" in harness.delivered()

    async def test_every_send_has_an_id_of_its_own(self, harness: ChannelHarness) -> None:
        async with harness.channel as channel:
            message = OutboundMessage(address=harness.here, text="same")
            assert await channel.send(message) != await channel.send(message)

    async def test_buttons_are_seen(self, harness: ChannelHarness) -> None:
        buttons = (Button(label="Approve P-5", send="/approve P-5"),)
        async with harness.channel as channel:
            message = OutboundMessage(address=harness.here, text="ok?", buttons=buttons)
            await channel.send(message)
        assert "Approve P-5" in harness.delivered()

    async def test_files_arrive(self, harness: ChannelHarness) -> None:
        file = File(name="图表.png", media_type="image/png", content=b"\x89PNG")
        async with harness.channel as channel:
            message = OutboundMessage(address=harness.here, text="see", files=(file,))
            await channel.send(message)
        assert "图表.png" in harness.delivered()

    async def test_a_message_is_handed_over_with_its_sender_and_chat(
        self, harness: ChannelHarness
    ) -> None:
        await harness.user_says("你好 there")
        (message,) = await self.received(harness, 1)
        assert message.text == "你好 there"
        assert message.address == harness.here
        assert message.sender_id

    async def test_messages_come_in_order_each_with_an_id_of_its_own(
        self, harness: ChannelHarness
    ) -> None:
        for text in ("one", "two", "two"):
            await harness.user_says(text)
        messages = await self.received(harness, 3)
        assert [message.text for message in messages] == ["one", "two", "two"]
        assert len({message.external_id for message in messages}) == 3

    async def test_pressing_a_button_is_writing_its_text(self, harness: ChannelHarness) -> None:
        buttons = (
            Button(label="Approve P-5", send="/approve P-5"),
            Button(label="Reject P-5", send="/reject P-5"),
        )
        async with harness.channel as channel:
            message = OutboundMessage(address=harness.here, text="ok?", buttons=buttons)
            await channel.send(message)
        await harness.user_presses("Reject P-5")
        (message_in,) = await self.received(harness, 1)
        assert message_in.text == "/reject P-5"
