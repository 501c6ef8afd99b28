"""Everybody is a member of the company and writes to its app at the WeCom emulator."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import groupby
from mimetypes import guess_type

from bot.channels.base import Pace
from bot.messages import Address, Button, File, OutboundMessage
from bot.service import Service
from storage.tables.organisation import Person
from tests.builders.wecom_app import ServedApp, an_address, words
from tests.emulators.wecom.server import WecomEmulator
from tests.emulators.wecom.world import Shown
from tests.journeys.wires.base import Keeping, bind_everybody


class Unlimited(ServedApp):
    """Stories are told faster than members may be written to. `messages` are the messages that what
    was sent, by its id, is a part of."""

    def __init__(self, emulator: WecomEmulator) -> None:
        super().__init__(emulator)
        self.messages: dict[str, str] = {}

    def paces(self, address: Address) -> dict[str, Pace]:
        return {}

    async def send(self, part: OutboundMessage) -> str:
        msgid = await super().send(part)
        self.messages[msgid], _, _ = part.key.rpartition("/")
        return msgid


async def open_wire(stack: AsyncExitStack, service: Service) -> "WecomAppWire":
    emulator = await stack.enter_async_context(WecomEmulator(flood=0))
    channel = await stack.enter_async_context(Unlimited(emulator))
    service.deliver(channel)

    def joined(person: Person) -> Address:
        emulator.member(str(person.id), person.name)
        return an_address(emulator, str(person.id))

    await bind_everybody(service, "wecom_app", joined)
    keeping = Keeping(service)
    await keeping.begin(stack, channel)
    return WecomAppWire(emulator, channel, keeping)


class WecomAppWire:
    def __init__(self, emulator: WecomEmulator, channel: Unlimited, keeping: Keeping) -> None:
        self._emulator = emulator
        self._channel = channel
        self._keeping = keeping

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        """A file stands alone here: WeCom has no captions."""
        member = self._emulator.member(account, name)

        def say() -> None:
            if not files:
                member.says(text)
                return
            (file,) = files
            assert not text, "a file with words is two messages in WeCom"
            member.sends_file(file.name, file.content)

        await self._keeping.one_more(say)

    async def press(self, account: str, name: str, label: str) -> None:
        member = self._emulator.member(account, name)
        await self._keeping.one_more(lambda: member.presses(label))

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        """In one piece, as they were before WeCom wanted them in several."""
        members = [account] if account else list(self._emulator.world.members)
        return [
            self._joined(list(parts))
            for member in members
            for _, parts in groupby(self._emulator.screen(member), self._message_of)
        ]

    def drafts(self) -> list[str] | None:
        return None

    def _message_of(self, shown: Shown) -> str:
        return self._channel.messages[shown.msgid]

    def _joined(self, parts: Sequence[Shown]) -> OutboundMessage:
        contents = [shown.content for shown in parts]
        return OutboundMessage(
            address=an_address(self._emulator, parts[0].to),
            text="\n".join(filter(None, map(words, parts))),
            buttons=tuple(
                Button(label=each["text"], send=each["key"])
                for content in contents
                for each in content.get("button_list", [])
            ),
            files=tuple(
                self._file(content["media_id"]) for content in contents if "media_id" in content
            ),
        )

    def _file(self, media: str) -> File:
        kept = self._emulator.world.stored(media)
        media_type = guess_type(kept.name)[0] or "application/octet-stream"
        return File(name=kept.name, media_type=media_type, content=kept.content)
