"""Tool contexts for tests: say what matters, take the rest."""

from typing import Any
from zoneinfo import ZoneInfo

from config.clock import Clock
from config.i18n import Language
from storage.database import Database
from storage.ledger import ActionLedger
from storage.tables.organisation import Organisation, Person
from tests.fakes.ports import FakeNotifier, FakePlatforms, FakeWriter, OpenFence
from tools.context import Asker, ToolContext


def an_asker(person: Person) -> Asker:
    return Asker(id=person.id, name=person.name, role=person.role)


def a_context(
    database: Database,
    organisation: Organisation,
    person: Person,
    clock: Clock,
    **overrides: Any,
) -> ToolContext:
    given: dict[str, Any] = {
        "organisation_id": organisation.id,
        "asker": an_asker(person),
        "language": Language.zh_cn,
        "timezone": ZoneInfo("Asia/Shanghai"),
        "currency": "CNY",
        "conversation_id": 1,
        "order_key": "order:1",
        "database": database,
        "ledger": ActionLedger(
            database, organisation_id=organisation.id, clock=clock, fence=OpenFence()
        ),
        "clock": clock,
        "platforms": FakePlatforms(),
        "notifier": FakeNotifier(),
        "writer": FakeWriter(),
    }
    return ToolContext(**(given | overrides))
