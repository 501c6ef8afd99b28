"""How far we have read what platforms keep for us to ask for: it survives the process."""

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import SQLAlchemyError

from config.errors import TransientError
from storage.database import Database
from storage.tables.work import Cursor
from storage.upsert import insert_or_ignore


class Cursors:
    """Of one organisation. Both methods raise TransientError when the database is away."""

    def __init__(self, database: Database, organisation_id: int) -> None:
        self._database = database
        self._organisation_id = organisation_id

    async def get(self, channel: str, name: str) -> str:
        """Empty before anything was kept."""
        query = select(Cursor.value).where(*self._at(channel, name))
        try:
            async with self._database.reading() as session:
                return await session.scalar(query) or ""
        except (SQLAlchemyError, OSError) as error:
            raise TransientError(f"the database: {type(error).__name__}") from None

    async def keep(self, channel: str, name: str, value: str) -> None:
        row = {"organisation_id": self._organisation_id, "channel": channel, "name": name}
        move = update(Cursor).where(*self._at(channel, name)).values(value=value)
        try:
            async with self._database.unit_of_work() as session:
                if await insert_or_ignore(session, Cursor, {**row, "value": value}) is None:
                    await session.execute(move)
        except (SQLAlchemyError, OSError) as error:
            raise TransientError(f"the database: {type(error).__name__}") from None

    def _at(self, channel: str, name: str) -> tuple[ColumnElement[bool], ...]:
        return (
            Cursor.organisation_id == self._organisation_id,
            Cursor.channel == channel,
            Cursor.name == name,
        )
