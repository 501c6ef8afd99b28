"""Fetches the files that a platform keeps for us, before the turn that needs them."""

from collections.abc import Mapping, Sequence

import structlog

from bot.channels.base import Channel
from bot.messages import RemoteFile
from config.errors import PermanentError
from storage.database import Database
from storage.inbox import TOO_LARGE, Inbox, ReceivedFile

log = structlog.get_logger()


class Fetcher:
    """`channels` by name are those that this process serves."""

    def __init__(self, database: Database, inbox: Inbox, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._inbox = inbox
        self._channels = channels

    async def complete(self, conversation_id: int, files: Sequence[ReceivedFile]) -> None:
        """Bring the contents that are missing; what is gone, or too large, keeps its name alone.
        Raises TransientError when a later try may help."""
        missing = [file for file in files if file.remote]
        if not missing:
            return
        async with self._database.reading() as session:
            place = await self._inbox.place(session, conversation_id)
        for file in missing:
            content, media_type = b"", TOO_LARGE
            try:
                content = await self._channels[place.channel].download(
                    RemoteFile(name=file.name, media_type=file.media_type, remote=file.remote or "")
                )
                media_type = file.media_type
            except PermanentError as error:
                log.warning("file.gone", channel=place.channel, error=str(error))
            async with self._database.unit_of_work() as session:
                await self._inbox.fetched(session, file.id, content, media_type)
