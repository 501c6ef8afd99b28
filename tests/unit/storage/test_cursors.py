"""Where we are in what has to be asked for survives, by channel and name."""

import pytest

from config.errors import TransientError
from storage.cursors import Cursors
from storage.database import Database
from tests.builders.organisation import an_organisation


async def test_what_was_kept_last_is_found(database: Database) -> None:
    async with database.unit_of_work() as session:
        first = (await an_organisation(session, slug="a")).id
        second = (await an_organisation(session, slug="b")).id
    cursors = Cursors(database, first)
    assert await cursors.get("kf", "account") == ""
    for value in ("one", "two"):
        await cursors.keep("kf", "account", value)
    await cursors.keep("kf", "other", "three")
    await cursors.keep("mail", "account", "four")
    assert await cursors.get("kf", "account") == "two"
    assert await Cursors(database, second).get("kf", "account") == ""


async def test_a_database_that_is_away_is_said_so() -> None:
    async with Database("postgresql+asyncpg://u:p@127.0.0.1:1/none") as away:
        cursors = Cursors(away, 1)
        with pytest.raises(TransientError):
            await cursors.get("kf", "account")
        with pytest.raises(TransientError):
            await cursors.keep("kf", "account", "one")
