"""What may still happen to a message before it is answered: it is corrected, it is joined with the
others of its album, its writer wants no more of it."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update

from config.clock import Clock
from storage.database import ReadSession, Session
from storage.inbox import FILES_ALONE, TOO_MANY, OpenMessage, Place
from storage.tables.work import InboxFile, InboxMessage, InboxStatus


class Waiting:
    def __init__(self, organisation_id: int, clock: Clock) -> None:
        self._organisation_id = organisation_id
        self._clock = clock

    async def correct(self, session: Session, place: Place, message_id: str, text: str) -> bool:
        """Whether the message waited still: what is being answered stays as it was said.
        `message_id` is unique for the bot."""
        changed = await session.scalar(
            update(InboxMessage)
            .where(
                InboxMessage.organisation_id == self._organisation_id,
                InboxMessage.channel == place.channel,
                InboxMessage.bot == place.bot,
                InboxMessage.message_id == message_id,
                InboxMessage.status == InboxStatus.received,
                InboxMessage.attempts == 0,
            )
            .values(text=text)
            .returning(InboxMessage.id)
        )
        return changed is not None

    async def stop(
        self, session: Session, place: Place, external_id: str, *, words: str | None
    ) -> Sequence[int]:
        """The ids of the messages whose writer asks by this one to stop: all of theirs before it
        that are open. When there are any, and `words` to keep it as, their answers answer it."""
        asking = await session.scalar(
            select(InboxMessage).where(
                InboxMessage.organisation_id == self._organisation_id,
                InboxMessage.channel == place.channel,
                InboxMessage.bot == place.bot,
                InboxMessage.external_id == external_id,
            )
        )
        assert asking is not None
        stopped = await session.scalars(
            update(InboxMessage)
            .where(
                InboxMessage.conversation_id == asking.conversation_id,
                InboxMessage.person_id == asking.person_id,
                InboxMessage.status == InboxStatus.received,
                InboxMessage.id < asking.id,
            )
            .values(stop_at=self._clock.now())
            .returning(InboxMessage.id)
        )
        found = stopped.all()
        if found and words is not None:
            asking.text, asking.status = words, InboxStatus.done
            asking.finished_at = self._clock.now()
        return found

    async def stopped(self, session: ReadSession, inbox_id: int) -> bool:
        query = select(InboxMessage.stop_at).where(InboxMessage.id == inbox_id)
        return await session.scalar(query) is not None

    async def join_album(
        self, session: Session, first: OpenMessage, most_files: int
    ) -> OpenMessage:
        """The message with the words and files of the others of its album, which are done by that;
        needs the conversation's lease. Of files beyond `most_files` the name alone is kept."""
        rows = await session.scalars(
            select(InboxMessage)
            .where(
                InboxMessage.conversation_id == first.conversation_id,
                InboxMessage.person_id == first.person_id,
                InboxMessage.album == first.album,
                InboxMessage.status == InboxStatus.received,
            )
            .order_by(InboxMessage.id)
        )
        messages = rows.all()
        files = await session.scalars(
            select(InboxFile)
            .where(InboxFile.inbox_id.in_([message.id for message in messages]))
            .order_by(InboxFile.inbox_id, InboxFile.position)
        )
        names = []
        for position, file in enumerate(files):
            names.append(file.name)
            file.inbox_id, file.position = first.id, position
            if position >= most_files:
                file.media_type, file.remote, file.media_id = TOO_MANY, None, None
        words = dict.fromkeys(message.text for message in messages if message.text)
        for message in messages:
            if message.id == first.id:
                message.text = "\n".join(words) or " ".join([FILES_ALONE, *names])
                first = replace(first, text=message.text)
            else:
                message.text, message.status = "", InboxStatus.done
                message.finished_at = self._clock.now()
        return first
