"""Organisations and people for tests: say what matters, take the rest."""

from datetime import UTC, datetime

from config.roles import Role
from storage.database import Session
from storage.tables.organisation import Organisation, Person

CREATED = datetime(2026, 1, 1, tzinfo=UTC)


async def an_organisation(session: Session, *, slug: str = "acme") -> Organisation:
    row = Organisation(slug=slug, name=slug.title(), timezone="Asia/Shanghai", currency="CNY",
                       created_at=CREATED)  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def a_person(
    session: Session, organisation: Organisation, *, name: str = "Wang", role: Role = Role.manager
) -> Person:
    row = Person(organisation_id=organisation.id, name=name, role=role, language="zh-CN",
                 created_at=CREATED)  # fmt: skip
    session.add(row)
    await session.flush()
    return row
