"""The lists of commands that a platform shows: those of a customer for everybody, and in a private
chat those of the person's own role, in their language."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError

from agent.contract import Turn
from bot.channels.base import Channel
from bot.messages import Address
from config.errors import AppError
from config.i18n import Language, say
from config.roles import Role
from storage.database import Database
from storage.tables.work import Conversation

log = structlog.get_logger()

# Platforms know languages by two letters.
_CODES = {"zh": Language.zh_cn, "en": Language.en}


class Listed(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def listed(self) -> bool: ...


class Menus:
    """`commands` are all there are. A menu is a courtesy: when one cannot be set, that is logged."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        commands: Sequence[Listed],
        default: Language,
    ) -> None:
        self._database = database
        self._channels = channels
        self._commands = commands
        self._default = default
        self._shown: dict[int, tuple[Role, Language]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def begin(self, channel: Channel) -> None:
        """What strangers see, before they have written anything."""
        for code in (None, *_CODES):
            language = _CODES[code] if code else self._default
            try:
                await channel.menu(None, self._of(Role.customer, language), code)
            except AppError as error:
                log.warning("menu.failed", channel=channel.name, error=type(error).__name__)

    def note(self, turn: Turn) -> None:
        """Somebody was here: when their role or language is another than their chat's menu shows,
        it is changed, beside the turn."""
        now = (turn.asker.role, turn.language)
        before = self._shown.get(turn.conversation_id)
        if now == before or (before is None and turn.asker.role is Role.customer):
            return
        if not any(channel.capabilities.menus for channel in self._channels.values()):
            return
        self._shown[turn.conversation_id] = now
        task = asyncio.create_task(self._show(turn.conversation_id, *now))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """What was begun beside turns ends; it is shown when its people come again."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _show(self, conversation_id: int, role: Role, language: Language) -> None:
        try:
            async with self._database.reading() as session:
                row = await session.get_one(Conversation, conversation_id)
            channel = self._channels.get(row.channel)
            if channel is None or row.person_id is None or not channel.capabilities.menus:
                return
            listed = [] if role is Role.customer else self._of(role, language)
            place = Address(channel=row.channel, bot=row.bot, chat=row.chat)
            await channel.menu(place, listed, None)
        except (AppError, SQLAlchemyError, OSError) as error:
            self._shown.pop(conversation_id, None)
            log.warning("menu.failed", error=type(error).__name__)

    def _of(self, role: Role, language: Language) -> list[tuple[str, str]]:
        return [
            (command.name, say(language, f"commands.about.{command.name}"))
            for command in self._commands
            if command.listed and role.includes(command.role)
        ]
