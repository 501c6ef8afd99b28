"""In whose name an MCP client acts: settings that name nobody stop the start."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from bot.mcp.callers import Verifier, person_of_terminal
from bot.programs import open_tokens
from config.errors import ConfigurationError
from config.mcp import McpToken
from config.roles import Role
from storage.database import Database
from storage.tables.organisation import Organisation
from tests.builders.organisation import a_person, an_organisation

TOKEN = "manager-0123456789"


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    async with Database(sqlite_url) as opened:
        yield opened


@pytest.fixture
async def acme(database: Database) -> Organisation:
    """With an agent and a manager."""
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        await a_person(session, organisation, name="Li", role=Role.agent)
        await a_person(session, organisation, name="Wang", role=Role.manager)
    return organisation


async def test_by_pipes_it_is_who_was_named_or_who_may_order(
    database: Database, acme: Organisation
) -> None:
    assert (await person_of_terminal(database, acme.id, "Li")).name == "Li"
    assert (await person_of_terminal(database, acme.id, None)).name == "Wang"


async def test_nobody_by_that_name_stops_the_start(database: Database, acme: Organisation) -> None:
    with pytest.raises(ConfigurationError, match="--person"):
        await person_of_terminal(database, acme.id, "Nobody")


async def test_without_anybody_who_may_order_a_name_is_needed(database: Database) -> None:
    async with database.unit_of_work() as session:
        empty = await an_organisation(session)
    with pytest.raises(ConfigurationError, match="--person"):
        await person_of_terminal(database, empty.id, None)


async def test_without_tokens_nobody_may_call(database: Database, acme: Organisation) -> None:
    with pytest.raises(ConfigurationError, match="MCP__TOKENS"):
        await open_tokens(database, acme.id, ())


async def test_a_token_of_nobody_stops_the_start_and_is_not_shown(
    database: Database, acme: Organisation
) -> None:
    token = McpToken(token=SecretStr(TOKEN), person="Nobody")
    with pytest.raises(ConfigurationError, match="Nobody") as caught:
        await open_tokens(database, acme.id, (token,))
    assert TOKEN not in str(caught.value)


async def test_a_token_is_known_whole_and_never_kept(
    database: Database, acme: Organisation
) -> None:
    token = McpToken(token=SecretStr(TOKEN), person="Wang")
    tokens = await open_tokens(database, acme.id, (token,))
    verifier = Verifier(tokens)
    known = await verifier.verify_token(TOKEN)
    assert known is not None
    assert TOKEN not in f"{known!r}{vars(tokens)}"
    for wrong in ("", TOKEN[:-1], f"{TOKEN} ", "\ud800"):
        assert await verifier.verify_token(wrong) is None
