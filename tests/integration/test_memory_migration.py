"""What was remembered before there were dates is remembered after."""

from pathlib import Path

from sqlalchemy import select, text

from storage.database import Database
from storage.migrate import migrate
from storage.tables.memory import Memory, MemoryKind

_MOMENT = "2026-11-18 02:00:00.000000"


async def test_memories_of_the_old_schema_are_open_facts(tmp_path: Path) -> None:
    async with Database(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}") as database:
        await migrate(database, "0005")
        async with database.unit_of_work() as session:
            for statement in (
                (
                    "INSERT INTO organisations (id, slug, name, timezone, currency, created_at) "
                    f"VALUES (1, 'a', 'A', 'UTC', 'CNY', '{_MOMENT}')"
                ),
                (
                    "INSERT INTO people (id, organisation_id, name, role, created_at) "
                    f"VALUES (1, 1, 'Wang', 'manager', '{_MOMENT}')"
                ),
                (
                    "INSERT INTO memories (id, organisation_id, person_id, order_key, text, created_at) "
                    f"VALUES (7, 1, 1, 'inbox:1', '我喜欢喝茶', '{_MOMENT}')"
                ),
            ):
                await session.execute(text(statement))
        await migrate(database)
        async with database.reading() as session:
            row = (await session.scalars(select(Memory))).one()
    assert (row.id, row.text, row.kind) == (7, "我喜欢喝茶", MemoryKind.fact)
    assert row.used_at == row.created_at
    assert (row.valid_to, row.indexed_at) == (None, None)
