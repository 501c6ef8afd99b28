"""What was kept before conversations could be divided is kept after, with all that hangs on it."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from storage.database import Database
from storage.migrate import migrate
from storage.tables.work import Conversation, InboxMessage, OutboxFile, OutboxMessage

_MOMENT = "2026-11-18 02:00:00.000000"
_BEFORE = f"""
INSERT INTO organisations VALUES (1, 'a', 'A', 'UTC', 'CNY', '{_MOMENT}');
INSERT INTO people (id, organisation_id, name, role, created_at)
    VALUES (1, 1, 'Wang', 'manager', '{_MOMENT}');
INSERT INTO conversations (id, organisation_id, channel, bot, chat, created_at, lease_fence)
    VALUES (5, 1, 'telegram', 'b', '-100', '{_MOMENT}', 3);
INSERT INTO inbox (id, organisation_id, channel, bot, external_id, conversation_id, person_id,
        text, received_at, status, attempts)
    VALUES (6, 1, 'telegram', 'b', 'm', 5, 1, 'hi', '{_MOMENT}', 'done', 1);
INSERT INTO outbox (id, organisation_id, "key", conversation_id, reply_to, text, buttons, shown,
        status, attempts, created_at, resend, in_doubt, doubts, markdown, parts_sent)
    VALUES (7, 1, 'reply-6', 5, 6, 'hello', '[]', '[]', 'sent', 1, '{_MOMENT}', 1, 0, 0, 0, 1);
INSERT INTO outbox_files (id, organisation_id, outbox_id, position, name, media_type, content)
    VALUES (8, 1, 7, 0, 'a.csv', 'text/csv', x'00')
"""


async def test_the_new_schema_takes_nothing_away(tmp_path: Path) -> None:
    async with Database(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}") as database:
        await migrate(database, "0009")
        async with database.unit_of_work() as session:
            for statement in _BEFORE.replace(":", "\\:").split(";"):
                await session.execute(text(statement))
        await migrate(database)
        async with database.reading() as session:
            for table in (Conversation, InboxMessage, OutboxMessage, OutboxFile):
                assert await session.scalar(select(func.count(table.id))) == 1
            row = await session.get_one(Conversation, 5)
            assert (row.member, row.group_id, row.lease_fence) == ("", None, 3)
            assert (await session.execute(text("PRAGMA foreign_key_check"))).all() == []


async def test_foreign_keys_are_kept_again_after_migrating(tmp_path: Path) -> None:
    async with Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}") as database:
        await migrate(database)
        with pytest.raises(IntegrityError):
            async with database.unit_of_work() as session:
                await session.execute(
                    text(
                        "INSERT INTO accounts (organisation_id, person_id, channel, external_id,"
                        f" created_at) VALUES (9, 9, 'a', 'b', '{_MOMENT}')"
                    )
                )
