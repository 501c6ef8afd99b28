"""Everybody has a private chat with one robot at the DingTalk emulator, by stream, with cards."""

import re
from contextlib import AsyncExitStack
from itertools import groupby
from mimetypes import guess_type

from pydantic import SecretStr

from bot.channels.dingtalk.channel import DingtalkChannel
from bot.channels.dingtalk.places import Chat
from bot.messages import Address, Button, File, OutboundMessage
from bot.service import Service
from bot.shelf import Shelf
from config.channels import DingtalkSettings
from memory.connect import open_redis
from storage.tables.organisation import Person
from tests.emulators.dingtalk.server import DingtalkEmulator
from tests.emulators.dingtalk.world import Shown
from tests.journeys.wires.base import Keeping, bind_everybody

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


class Remembering(DingtalkChannel):
    """`sent`: the keys of the messages whose parts went out, in order, for each chat."""

    def __init__(self, settings: DingtalkSettings, shelf: Shelf) -> None:
        super().__init__(settings, shelf)
        self.sent: dict[str, list[str]] = {}

    async def send(self, part: OutboundMessage) -> str:
        id_ = await super().send(part)
        chat = Chat.at(part.address).id
        self.sent.setdefault(chat, []).append(part.key.rpartition("/")[0])
        return id_


async def open_wire(stack: AsyncExitStack, service: Service) -> "DingtalkWire":
    emulator = await stack.enter_async_context(DingtalkEmulator(flood=0))
    card = emulator.template("mine.schema", text=("content", "chosen"), buttons="buttons")
    settings = DingtalkSettings(
        client_id=emulator.client_id, client_secret=SecretStr(emulator.client_secret),
        api=emulator.url, old_api=emulator.old_url, button_card=card.id,
    )  # fmt: skip
    redis = open_redis(None)
    stack.push_async_callback(redis.aclose)
    shelf = Shelf(redis, service.organisation_id)
    channel = await stack.enter_async_context(Remembering(settings, shelf))
    service.deliver(channel)

    def begun(person: Person) -> Address:
        emulator.user(str(person.id), person.name)
        return Chat.with_user(str(person.id)).address(emulator.robot_code)

    await bind_everybody(service, "dingtalk", begun)
    keeping = Keeping(service)
    await keeping.begin(stack, channel)
    return DingtalkWire(emulator, channel, keeping)


class DingtalkWire:
    def __init__(self, emulator: DingtalkEmulator, channel: Remembering, keeping: Keeping) -> None:
        self._emulator = emulator
        self._channel = channel
        self._keeping = keeping

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        person = self._emulator.user(account, name)

        def say() -> None:
            if not files:
                person.says(text)
                return
            (file,) = files
            assert not text, "a file with words is two messages in DingTalk"
            person.sends_file(file.name, file.content)

        await self._keeping.one_more(say)

    async def press(self, account: str, name: str, label: str) -> None:
        person = self._emulator.user(account, name)
        await self._keeping.one_more(lambda: person.presses(label))

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        """In one piece, as they were before DingTalk wanted them in several."""
        chats = [account] if account else list(self._emulator.world.chats)
        return [each for chat in chats for each in self._messages(chat)]

    def drafts(self) -> list[str]:
        entries = self._emulator.ledger.effects("card/streaming")
        return [entry["text"] for entry in entries if not entry["params"]["isFinalize"]]

    def _messages(self, chat: str) -> list[OutboundMessage]:
        shown, keys = self._emulator.delivered(chat), self._channel.sent.get(chat, [])
        # An answer of which the last words and the buttons stand in two cards is one part.
        rows = zip(shown, [*keys, *[""] * (len(shown) - len(keys))], strict=False)
        return [
            _joined(chat, [each for each, _ in found])
            for _, found in groupby(rows, lambda row: row[1])
        ]


def _joined(chat: str, parts: list[Shown]) -> OutboundMessage:
    return OutboundMessage(
        address=Address(channel="dingtalk", bot="", chat=chat),
        text="\n".join(text for part in parts if (text := _text(part))),
        buttons=tuple(
            Button(label=each.label, send=each.id)
            for part in parts
            for each in (part.card.buttons if part.card else ())
        ),
        files=tuple(_file(part) for part in parts if part.file),
    )


def _text(shown: Shown) -> str:
    """As people see it."""
    if shown.file is not None:
        return ""
    text = shown.card.text if shown.card else shown.text
    if shown.kind == "text":
        return text
    return _ESCAPED.sub(r"\1", text.replace("  \n", "\n").replace("\N{NO-BREAK SPACE}", " "))


def _file(shown: Shown) -> File:
    assert shown.file is not None
    media_type = guess_type(shown.file.name)[0] or "application/octet-stream"
    return File(name=shown.file.name, media_type=media_type, content=shown.file.content)
