"""Fetches the files that a platform keeps for us: as soon as their message is kept, because some
keep them for minutes only, and before the turn that needs them what is missing then."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Channel
from bot.media import checked
from bot.messages import RemoteFile
from bot.storable import named
from config.errors import PermanentError, TransientError
from config.media import MediaSettings
from storage.database import Database
from storage.inbox import GONE, Inbox, Place, ReceivedFile

log = structlog.get_logger()

_PAUSES = (0.0, 1.0, 5.0, 20.0, 60.0)


class Fetcher:
    """`channels` by name are those that this process serves."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        channels: Mapping[str, Channel],
        settings: MediaSettings,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._channels = channels
        self._settings = settings
        self._early: dict[int, asyncio.Task[None]] = {}
        self._one_at_a_time: dict[int, asyncio.Lock] = {}

    def soon(self, conversation_id: int) -> None:
        """Begin to fetch what the open messages of a conversation lack; whatever becomes of it, the
        turn asks again."""
        if conversation_id not in self._early:
            task = asyncio.create_task(self._persistently(conversation_id))
            self._early[conversation_id] = task
            task.add_done_callback(lambda _: self._early.pop(conversation_id))

    async def close(self) -> None:
        tasks = [*self._early.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def complete(
        self, conversation_id: int, files: Sequence[ReceivedFile]
    ) -> tuple[ReceivedFile, ...]:
        """Bring the contents that are missing; what is gone, or not taken, keeps its name alone.
        Raises TransientError when a later try may help."""
        if not any(file.remote for file in files):
            return tuple(files)
        async with self._database.reading() as session:
            place = await self._inbox.place(session, conversation_id)
        return tuple([await self._fetched(place, file) if file.remote else file for file in files])

    async def _persistently(self, conversation_id: int) -> None:
        for pause in _PAUSES:
            await asyncio.sleep(pause)
            try:
                async with self._database.reading() as session:
                    missing = await self._inbox.missing(session, conversation_id)
                if not missing:
                    return
                for file in missing:
                    await self.complete(conversation_id, [file])
            except TransientError as error:
                log.warning("file.later", error=str(error))
            except (SQLAlchemyError, OSError) as error:
                log.error("file.database", error=type(error).__name__)

    async def _fetched(self, place: Place, file: ReceivedFile) -> ReceivedFile:
        lock = self._one_at_a_time.setdefault(file.id, asyncio.Lock())
        async with lock:
            async with self._database.reading() as session:
                file = await self._inbox.file(session, file.id)
            if file.remote:
                file = await self._fetch(place, file)
        self._one_at_a_time.pop(file.id, None)
        return file

    async def _fetch(self, place: Place, file: ReceivedFile) -> ReceivedFile:
        channel = self._channels.get(place.channel)
        if channel is None:
            raise TransientError(f"{place.channel} is served by another process")
        remote = RemoteFile(name=file.name, media_type=file.media_type, remote=file.remote or "")
        name, content, media_type = file.name, b"", GONE
        try:
            here = await channel.download(remote)
            name = named(here.name) or file.name
            content, media_type = checked(replace(here, name=name), here.content, self._settings)
        except PermanentError as error:
            log.warning("file.gone", channel=place.channel, error=str(error))
        async with self._database.unit_of_work() as session:
            await self._inbox.fetched(
                session, file.id, name=name, content=content, media_type=media_type
            )
        return replace(file, name=name, media_type=media_type, remote=None)
