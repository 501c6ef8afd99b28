"""Everybody has a private chat with one bot at the Telegram emulator, by long polling."""

from contextlib import AsyncExitStack
from mimetypes import guess_type
from typing import Any

from pydantic import SecretStr

from bot.channels.telegram.channel import TelegramChannel
from bot.messages import Address, Button, File, OutboundMessage
from bot.service import Service
from config.channels import TelegramLimits, TelegramSettings
from storage.tables.organisation import Person
from tests.emulators.telegram.server import TelegramEmulator
from tests.journeys.wires.base import Keeping, bind_everybody


async def open_wire(stack: AsyncExitStack, service: Service) -> "TelegramWire":
    emulator = await stack.enter_async_context(TelegramEmulator(flood=0))
    limits = TelegramLimits(per_second=1_000, chat_burst=1_000)
    settings = TelegramSettings(token=SecretStr(emulator.token), api=emulator.url, limits=limits)
    channel = await stack.enter_async_context(TelegramChannel(settings))
    service.deliver(channel)

    def begun(person: Person) -> Address:
        # A bot may write only to who has begun a chat with it.
        user = emulator.user(person.id, person.name)
        emulator.world.dialog(emulator.bots[0], user.user)
        return Address(channel="telegram", bot=str(emulator.bots[0].id), chat=str(person.id))

    await bind_everybody(service, "telegram", begun)
    keeping = Keeping(service)
    await keeping.begin(stack, channel)
    return TelegramWire(emulator, keeping)


class TelegramWire:
    def __init__(self, emulator: TelegramEmulator, keeping: Keeping) -> None:
        self._emulator = emulator
        self._keeping = keeping

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        person = self._emulator.user(int(account), name)

        def say() -> None:
            if not files:
                person.says(text)
                return
            (file,) = files
            person.sends_document(file.name, file.content, mime=file.media_type, caption=text)

        await self._keeping.one_more(say)

    async def reply(self, account: str, name: str, text: str) -> None:
        """To the newest message that somebody was sent."""
        person = self._emulator.user(int(account), name)
        newest = self._emulator.answers(int(account))[-1]["message_id"]
        await self._keeping.one_more(lambda: person.says(text, reply_to=newest))

    async def press(self, account: str, name: str, label: str) -> None:
        person = self._emulator.user(int(account), name)
        await self._keeping.one_more(lambda: person.presses(label))

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        chats = [int(account)] if account else list(self._emulator.world.users)
        return [
            self._shown(chat, message) for chat in chats for message in self._emulator.answers(chat)
        ]

    def drafts(self) -> list[str]:
        entries = self._emulator.ledger.effects("sendMessageDraft")
        return [entry["text"] for entry in entries]

    def _shown(self, chat: int, message: dict[str, Any]) -> OutboundMessage:
        keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
        return OutboundMessage(
            address=Address(channel="telegram", bot="", chat=str(chat)),
            text=message.get("text", message.get("caption", "")),
            buttons=tuple(
                Button(label=each["text"], send=each["callback_data"])
                for row in keyboard
                for each in row
            ),
            files=tuple(self._files(message)),
        )

    def _files(self, message: dict[str, Any]) -> list[File]:
        found = message["photo"][-1] if "photo" in message else message.get("document")
        if found is None:
            return []
        kept = self._emulator.world.files.get(found["file_id"])
        media_type = guess_type(kept.name)[0] or kept.mime
        return [File(name=kept.name, media_type=media_type, content=kept.content)]
