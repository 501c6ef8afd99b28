"""Brings the database to the newest schema."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.database import Database

_LOCK = 7_205_759
_FOLDER = Path(__file__).parent / "migrations"


def newest_revision() -> str:
    """Revisions are the numbers that their file names begin with."""
    return max(path.name.split("_")[0] for path in (_FOLDER / "versions").glob("[0-9]*.py"))


async def current_revision(database: Database) -> str | None:
    """None for a database without our schema."""
    async with database.reading() as session:
        try:
            found: str | None = await session.scalar(
                text("SELECT version_num FROM alembic_version")
            )
        except DBAPIError:
            return None
        return found


async def migrate(database: Database, revision: str = "head") -> bool:
    """Move to `revision`, forward or back ("base" takes everything back); False when there is
    nothing to do.

    Alembic is imported only when there is something to do: it costs half a second.
    """
    current = await current_revision(database)
    if revision == "head" and current == newest_revision():
        return False
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    async with database.for_migrations() as connection:
        if not database.is_sqlite:
            # Of several processes that start at once, one migrates and the others wait.
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))

        def upgrade(sync_connection: object) -> None:
            config.attributes["connection"] = sync_connection
            # A schema that is newer than we are is never taken back unasked.
            back = revision == "base" or (revision != "head" and (current or "") > revision)
            move = command.downgrade if back else command.upgrade
            move(config, revision)

        await connection.run_sync(upgrade)
    return True
