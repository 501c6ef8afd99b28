"""Whose name an MCP client acts in: one person of a terminal, or the person of a token."""

from collections.abc import Mapping
from typing import Any

from mcp.server.auth.provider import AccessToken

from bot.mcp.server import CallerOf, RequestContext
from bot.programs import Tokens, named
from config.errors import ConfigurationError
from config.roles import Role
from storage.database import Database
from storage.tables.organisation import Person
from tools.people.service import PeopleService


class Verifier:
    """As the MCP server asks whose a token is."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def verify_token(self, token: str) -> AccessToken | None:
        person_id = self._tokens.person_of(token)
        if person_id is None:
            return None
        # The token itself goes no further.
        subject = str(person_id)
        return AccessToken(token=subject, client_id=subject, subject=subject, scopes=[])


def one_caller(organisation: str, person_id: int) -> CallerOf:
    """Everybody who reaches us is this person: a process of their own started us."""
    return lambda context: _caller(organisation, person_id, "stdio")


def caller_by_token(organisation: str) -> CallerOf:
    """The person whom the `Verifier` knew by the token of the request."""

    def caller(context: RequestContext) -> Mapping[str, Any]:
        assert context.request is not None, "only over HTTP"
        return _caller(organisation, int(context.request.user.access_token.subject), "http")

    return caller


async def person_of_terminal(database: Database, organisation_id: int, name: str | None) -> Person:
    """Who was named, else the first who may order campaigns. Raises ConfigurationError."""
    async with database.reading() as session:
        people = PeopleService(session, organisation_id)
        if name is not None:
            return await named(people, name, "--person")
        able = await people.staff(Role.manager)
    if not able:
        raise ConfigurationError("nobody here may order campaigns; name a person with --person")
    return able[0]


def _caller(organisation: str, person_id: int, session: str) -> Mapping[str, Any]:
    return {"user_id": person_id, "session_id": f"mcp-{session}", "organisation": organisation}
