"""How the words of a story travel: straight into the gateway, or through Telegram."""

import asyncio
from contextlib import AsyncExitStack
from mimetypes import guess_type
from typing import Any, Protocol
from uuid import uuid4

from pydantic import SecretStr

from bot.channels.telegram.channel import TelegramChannel
from bot.messages import Address, Button, Event, File, InboundMessage, OutboundMessage
from bot.service import Service
from config.settings import TelegramLimits, TelegramSettings
from storage.inbox import Inbox
from tests.emulators.telegram.server import TelegramEmulator
from tests.fakes.channel import FakeChannel
from tools.people.service import PeopleService, bind


class Wire(Protocol):
    """Accounts are the ids of people."""

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        """Returning means that the message is kept."""

    async def press(self, account: str, name: str, label: str) -> None:
        """A button of the newest message that has it."""

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        """What somebody, or everybody, has been sent."""

    def drafts(self) -> list[str]:
        """What was shown of answers before they came."""


class ConsoleWire:
    """Everybody writes on a console of their own."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._channel = FakeChannel("console")
        service.deliver(self._channel)

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        await self._service.receive(
            InboundMessage(
                external_id=uuid4().hex,
                address=Address(channel="console", bot="console", chat=account),
                sender_id=account, sender_name=name, text=text, files=files,
            )
        )  # fmt: skip

    async def press(self, account: str, name: str, label: str) -> None:
        buttons = self.read(account)[-1].buttons
        sends = {button.label: button.send for button in buttons}
        assert label in sends, f"{label!r} is not among {list(sends)}"
        await self.write(account, name, sends[label], ())

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        sent = self._channel.delivered
        return [each for each in sent if account is None or each.address.chat == account]

    def drafts(self) -> list[str]:
        return self._channel.drafts


class TelegramWire:
    """Everybody has a private chat with one bot at the emulator, by long polling."""

    def __init__(self, service: Service, emulator: TelegramEmulator) -> None:
        self._service = service
        self._emulator = emulator
        self._kept = 0
        self._changed = asyncio.Event()

    @classmethod
    async def open(cls, stack: AsyncExitStack, service: Service) -> "TelegramWire":
        emulator = await stack.enter_async_context(TelegramEmulator(flood=0))
        wire = cls(service, emulator)
        limits = TelegramLimits(per_second=1_000, chat_burst=1_000)
        settings = TelegramSettings(
            token=SecretStr(emulator.token), api=emulator.url, limits=limits
        )
        channel = await stack.enter_async_context(TelegramChannel(settings))
        service.deliver(channel)
        await wire._bind_everybody(str(emulator.bots[0].id))
        polling = asyncio.create_task(channel.run(wire._keep))

        async def stop() -> None:
            polling.cancel()
            await asyncio.wait({polling})

        stack.push_async_callback(stop)
        return wire

    async def write(self, account: str, name: str, text: str, files: tuple[File, ...]) -> None:
        person = self._emulator.user(int(account), name)
        before = self._kept
        if files:
            (file,) = files
            person.sends_document(file.name, file.content, mime=file.media_type, caption=text)
        else:
            person.says(text)
        await self._until(before + 1)

    async def press(self, account: str, name: str, label: str) -> None:
        before = self._kept
        self._emulator.user(int(account), name).presses(label)
        await self._until(before + 1)

    def read(self, account: str | None = None) -> list[OutboundMessage]:
        chats = [int(account)] if account else list(self._emulator.world.users)
        return [
            self._shown(chat, message) for chat in chats for message in self._emulator.answers(chat)
        ]

    def drafts(self) -> list[str]:
        entries = self._emulator.ledger.effects("sendMessageDraft")
        return [entry["text"] for entry in entries]

    async def _keep(self, event: Event) -> None:
        await self._service.receive(event)
        self._kept += 1
        self._changed.set()

    async def _until(self, kept: int) -> None:
        async with asyncio.timeout(20):
            while self._kept < kept:
                self._changed.clear()
                await self._changed.wait()

    async def _bind_everybody(self, bot: str) -> None:
        service = self._service
        inbox = Inbox(service.organisation_id, service.clock)
        async with service.database.unit_of_work() as session:
            people = PeopleService(session, service.organisation_id)
            for person in await people.everyone():
                account = str(person.id)
                # A bot may write only to who has begun a chat with it.
                begun = self._emulator.user(person.id, person.name)
                self._emulator.world.dialog(self._emulator.bots[0], begun.user)
                if await people.behind("telegram", account) is None:
                    place = Address(channel="telegram", bot=bot, chat=account)
                    await inbox.conversation(session, place, private_with=person.id)
                    await bind(
                        session, person, service.clock, channel="telegram", external_id=account
                    )

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
