"""Everybody has a private chat with one WeCom AI bot at the emulator, by long connection."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import groupby
from mimetypes import guess_type

from pydantic import SecretStr

from bot.channels.base import Pace
from bot.channels.wecom.bot.channel import WecomBot
from bot.channels.wecom.bot.timing import Timing
from bot.messages import Address, Button, File, OutboundMessage
from bot.service import Service
from config.channels import WecomSettings
from storage.tables.organisation import Person
from tests.emulators.wecom.bot.server import WecomBotEmulator
from tests.emulators.wecom.bot.world import Shown
from tests.journeys.wires.base import Keeping, bind_everybody


class Unhurried(WecomBot):
    """A story may say more in a minute than WeCom takes. `messages`: the keys of the messages whose
    parts WeCom knows by these ids."""

    def __init__(self, settings: WecomSettings) -> None:
        super().__init__(settings, timing=Timing(draft=0.0, slow_draft=0.0))
        self.messages: dict[str, str] = {}

    def paces(self, address: Address) -> dict[str, Pace]:
        return {}

    async def send(self, part: OutboundMessage) -> str:
        id_ = await super().send(part)
        self.messages[id_] = part.key.rpartition("/")[0]
        return id_


async def open_wire(stack: AsyncExitStack, service: Service) -> "WecomBotWire":
    emulator = await stack.enter_async_context(WecomBotEmulator(flood=0))
    settings = WecomSettings(
        bot_id=emulator.bot_id, secret=SecretStr(emulator.secret), websocket=emulator.ws,
        api=emulator.api,
    )  # fmt: skip
    channel = await stack.enter_async_context(Unhurried(settings))
    service.deliver(channel)

    def begun(person: Person) -> Address:
        # A bot may write only to who has begun a chat with it.
        emulator.user(str(person.id))
        return Address(channel="wecom", bot=emulator.bot_id, chat=str(person.id))

    await bind_everybody(service, "wecom", begun)
    keeping = Keeping(service)
    await keeping.begin(stack, channel)
    await emulator.until(lambda: channel.chats is None)
    return WecomBotWire(emulator, channel, keeping)


class WecomBotWire:
    def __init__(self, emulator: WecomBotEmulator, channel: Unhurried, keeping: Keeping) -> None:
        self._emulator = emulator
        self._channel = channel
        self._keeping = keeping

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        person = self._emulator.user(account)

        def say() -> None:
            if not files:
                person.says(text)
                return
            (file,) = files
            assert not text, "a file with words is two messages in WeCom"
            person.sends_file(file.name, file.content)

        await self._keeping.one_more(say)

    async def press(self, account: str, name: str, label: str) -> None:
        person = self._emulator.user(account)
        await self._keeping.one_more(lambda: person.presses(label))

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        """In one piece, as they were before WeCom wanted them in several."""
        chats = [account] if account else list(self._emulator.world.chats)
        return [
            _joined(chat, list(parts))
            for chat in chats
            for _, parts in groupby(self._ended(chat), self._message_of)
        ]

    def drafts(self) -> list[str]:
        entries = self._emulator.ledger.effects("aibot_respond_msg")
        streams = [entry["body"]["stream"] for entry in entries]
        return [stream["content"] for stream in streams if not stream["finish"]]

    def _ended(self, chat: str) -> list[Shown]:
        return [each for each in self._emulator.shown(chat) if each.finished]

    def _message_of(self, shown: Shown) -> str:
        return self._channel.messages.get(shown.request or shown.id, shown.id)


def _joined(chat: str, parts: Sequence[Shown]) -> OutboundMessage:
    return OutboundMessage(
        address=Address(channel="wecom", bot="", chat=chat),
        text="\n".join(part.content for part in parts if part.content).replace("\\", ""),
        buttons=tuple(
            Button(label=each["text"], send=each["key"])
            for part in parts
            for each in part.card.get("button_list", [])
        ),
        files=tuple(_file(part) for part in parts if part.data),
    )


def _file(shown: Shown) -> File:
    media_type = guess_type(shown.name)[0] or "application/octet-stream"
    return File(name=shown.name, media_type=media_type, content=shown.data)
