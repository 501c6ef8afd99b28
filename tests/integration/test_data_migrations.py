"""What an older version kept is there after an update, with all that hangs on it, and on the way
back."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, MetaData, func, select, text
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.media import content_of
from storage.migrate import migrate
from storage.tables.media import Media
from storage.tables.work import Conversation, InboxFile, InboxMessage, OutboxFile, OutboxMessage
from tests.conftest import administer

_MOMENT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
_FILE: dict[str, Any] = {
    "organisation_id": 1, "inbox_id": 6, "media_type": "text/csv", "name": "a.csv"
}  # fmt: skip
# As the version before WeCom and DingTalk kept it.
_BEFORE: dict[str, list[dict[str, Any]]] = {
    "organisations": [
        {"id": 1, "slug": "a", "name": "A", "timezone": "UTC", "currency": "CNY", "created_at": _MOMENT}
    ],
    "people": [
        {"id": 1, "organisation_id": 1, "name": "Wang", "role": "manager", "created_at": _MOMENT}
    ],
    "conversations": [
        {
            "id": 5, "organisation_id": 1, "channel": "telegram", "bot": "b", "chat": "-100",
            "created_at": _MOMENT, "lease_fence": 3,
        }
    ],
    "inbox": [
        {
            "id": 6, "organisation_id": 1, "channel": "telegram", "bot": "b", "external_id": "m",
            "conversation_id": 5, "person_id": 1, "text": "hi", "received_at": _MOMENT,
            "status": "done", "attempts": 1,
        }
    ],
    "inbox_files": [
        _FILE | {"id": 9, "position": 0, "content": b"one"},
        _FILE | {"id": 10, "position": 1, "content": b"two"},
        _FILE | {"id": 11, "position": 2, "content": b"one"},
        _FILE | {"id": 12, "position": 3, "content": b"", "remote": "still there"},
    ],
    "outbox": [
        {
            "id": 7, "organisation_id": 1, "key": "reply:6", "conversation_id": 5, "reply_to": 6,
            "text": "hello", "buttons": [], "shown": [], "status": "sent", "attempts": 1,
            "created_at": _MOMENT, "resend": True, "in_doubt": False, "doubts": 0,
            "markdown": False, "parts_sent": 1,
        }
    ],
    "outbox_files": [
        {
            "id": 8, "organisation_id": 1, "outbox_id": 7, "position": 0, "name": "a.csv",
            "media_type": "text/csv", "content": b"0",
        }
    ],
}  # fmt: skip


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'old.db'}"
        return
    server: str = request.getfixturevalue("postgres_server")
    name = f"old_{uuid4().hex}"
    asyncio.run(administer(server, f"CREATE DATABASE {name}"))
    yield f"{server}/{name}"
    asyncio.run(administer(server, f"DROP DATABASE {name} WITH (FORCE)"))


def fill(connection: Connection) -> None:
    schema = MetaData()
    schema.reflect(connection)
    for name, rows in _BEFORE.items():
        connection.execute(schema.tables[name].insert(), rows)


def contents(connection: Connection) -> dict[int, bytes]:
    rows = connection.execute(text("SELECT id, content FROM inbox_files"))
    return {row.id: bytes(row.content) for row in rows}


async def test_the_new_schema_takes_nothing_away(url: str) -> None:
    async with Database(url) as database:
        await migrate(database, "0009")
        async with database.engine.begin() as connection:
            await connection.run_sync(fill)
        await migrate(database)
        async with database.reading() as session:
            for table, count in (
                (Conversation, 1), (InboxMessage, 1), (InboxFile, 4), (OutboxMessage, 1),
                (OutboxFile, 1), (Media, 2),
            ):  # fmt: skip
                assert await session.scalar(select(func.count(table.id))) == count
            row = await session.get_one(Conversation, 5)
            assert (row.member, row.group_id, row.lease_fence) == ("", None, 3)
            kept = [await content_of(session, 1, id_) for id_ in (9, 10, 11, 12)]
        assert kept == [b"one", b"two", b"one", None]


async def test_the_way_back_takes_no_content_away(url: str) -> None:
    async with Database(url) as database:
        await migrate(database, "0009")
        async with database.engine.begin() as connection:
            await connection.run_sync(fill)
        await migrate(database)
        await migrate(database, "0009")
        async with database.engine.connect() as connection:
            assert await connection.run_sync(contents) == {
                9: b"one", 10: b"two", 11: b"one", 12: b"",
            }  # fmt: skip


async def test_foreign_keys_of_sqlite_are_kept_after_migrating(tmp_path: Path) -> None:
    async with Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}") as database:
        await migrate(database)
        async with database.reading() as session:
            assert (await session.execute(text("PRAGMA foreign_key_check"))).all() == []
        with pytest.raises(IntegrityError):
            async with database.unit_of_work() as session:
                await session.execute(
                    text(
                        "INSERT INTO accounts (organisation_id, person_id, channel, external_id,"
                        " created_at) VALUES (9, 9, 'a', 'b', '2026-11-18 02:00:00.000000')"
                    )
                )


_RULE: dict[str, Any] = {
    "organisation_id": 1, "number": 1, "key": "a", "name": "Stop", "version": 1, "enabled": True,
    "metric": "cpa", "operator": "greater_than", "value": 605_000, "time_range": "24h",
    "action": "pause_adset", "created_at": _MOMENT,
}  # fmt: skip
_DEFINITION = {"metric": "cpa", "operator": "greater_than", "value": "60.5", "time_range": "24h"}
_COMPARISON = {"metric": "cpa", "operator": "greater_than", "value": "60.5", "window": "24h"}


def rules(connection: Connection, write: bool = False) -> tuple[Any, Any, Any]:
    """Rule 1, its version and its check, as the database keeps them now."""
    schema = MetaData()
    schema.reflect(connection)
    tables = [schema.tables[name] for name in ("rules", "rule_versions", "rule_checks")]
    if write:
        own = {"organisation_id": 1, "rule_id": 1, "version": 1, "at": _MOMENT}
        rows = (
            _RULE | {"id": 1},
            own | {"definition": _DEFINITION},
            own | {"ad_set": "A-1.1", "outcome": "acted", "details": {}},
        )
        organisations = schema.tables["organisations"]
        connection.execute(organisations.insert(), _BEFORE["organisations"])
        for table, row in zip(tables, rows, strict=True):
            connection.execute(table.insert(), row)
    rule, version, check = (connection.execute(select(table)).mappings().one() for table in tables)
    return dict(rule), version["definition"], check["outcome"]


async def test_an_old_rule_becomes_one_comparison_and_back(url: str) -> None:
    async with Database(url) as database:
        await migrate(database, "0023")
        async with database.engine.begin() as connection:
            before, _, _ = await connection.run_sync(rules, True)
        await migrate(database, "0024")
        async with database.engine.connect() as connection:
            rule, version, outcome = await connection.run_sync(rules)
        assert (rule["condition"], rule["guards"], rule["enabled"]) == (_COMPARISON, {}, True)
        assert (version["condition"], version["guards"], outcome) == (_COMPARISON, {}, "acted")
        await migrate(database, "0023")
        async with database.engine.connect() as connection:
            assert await connection.run_sync(rules) == (before, _DEFINITION, "acted")
