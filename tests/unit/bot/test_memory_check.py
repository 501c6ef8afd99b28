"""What the doctor says about long-term memory."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.memory_check import check_long_term
from config.settings import Settings
from memory.facts import FactStore
from storage.database import Database
from tests.builders.organisation import a_person, an_organisation
from tests.emulators.qdrant import QdrantEmulator, serving
from tests.fakes.clock import FakeClock


async def test_in_process_it_says_so_and_what_waits(
    database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        person = await a_person(session, organisation)
        await FactStore(organisation.id, clock).keep(
            session, person_id=person.id, order_key="1", text="我喜欢喝茶"
        )
    finding = await check_long_term(Settings(data_dir=tmp_path), database)
    assert finding.fine
    assert "1 to be indexed" in finding.seen
    assert not (tmp_path / "memory").exists()


@pytest.mark.parametrize(("key", "fine"), [("right", True), ("wrong", False)])
async def test_a_server_is_asked(database: Database, tmp_path: Path, key: str, fine: bool) -> None:
    async with serving(QdrantEmulator(tmp_path, api_key="right")) as url:
        settings = Settings(qdrant_url=SecretStr(url), qdrant_api_key=SecretStr(key))
        finding = await check_long_term(settings, database)
    assert finding.fine is fine
    assert ("QDRANT_URL" in finding.advice) is not fine


async def test_without_a_schema_the_database_comes_first(tmp_path: Path) -> None:
    async with Database(f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}") as empty:
        finding = await check_long_term(Settings(), empty)
    assert not finding.fine
    assert "database" in finding.advice
