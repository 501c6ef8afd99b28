"""Whose name an MCP client acts in: one person of a terminal, or the person of a token."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from mcp.server.auth.provider import AccessToken

from bot.mcp.server import CallerOf, RequestContext
from config.errors import ConfigurationError, UserFacingError
from config.mcp import McpToken
from config.roles import Role
from storage.database import Database
from storage.tables.organisation import Person
from tools.people.service import PeopleService


class Tokens:
    """The verifier of the HTTP face; keeps digests alone."""

    def __init__(self, people: Mapping[str, int]) -> None:
        self._people = {_digest(token): person_id for token, person_id in people.items()}

    async def verify_token(self, token: str) -> AccessToken | None:
        shown = _digest(token)
        for known, person_id in self._people.items():
            if hmac.compare_digest(known, shown):
                subject = str(person_id)
                return AccessToken(token=shown.hex(), client_id=subject, subject=subject, scopes=[])
        return None


def one_caller(organisation: str, person_id: int) -> CallerOf:
    """Everybody who reaches us is this person: a process of their own started us."""
    return lambda context: _caller(organisation, person_id, "stdio")


def caller_by_token(organisation: str) -> CallerOf:
    """The person whom `Tokens` knew by the token of the request."""

    def caller(context: RequestContext) -> Mapping[str, Any]:
        assert context.request is not None, "only over HTTP"
        return _caller(organisation, int(context.request.user.access_token.subject), "http")

    return caller


async def person_of_terminal(database: Database, organisation_id: int, name: str | None) -> Person:
    """Who was named, else the first who may order campaigns. Raises ConfigurationError."""
    async with database.reading() as session:
        people = PeopleService(session, organisation_id)
        if name is not None:
            return await _named(people, name, "--person")
        able = await people.staff(Role.manager)
    if not able:
        raise ConfigurationError("nobody here may order campaigns; name a person with --person")
    return able[0]


async def people_of_tokens(
    database: Database, organisation_id: int, tokens: Sequence[McpToken]
) -> Mapping[str, int]:
    """Person ids by token. Raises ConfigurationError."""
    if not tokens:
        raise ConfigurationError(
            'nobody may call: set MCP__TOKENS=[{"token": "16 or more characters", "person": "name"}]'
        )
    async with database.reading() as session:
        people = PeopleService(session, organisation_id)
        return {
            each.token.get_secret_value(): (await _named(people, each.person, "MCP__TOKENS")).id
            for each in tokens
        }


async def _named(people: PeopleService, name: str, setting: str) -> Person:
    try:
        return await people.find(name)
    except UserFacingError:
        raise ConfigurationError(f"{setting}: there is no one person called {name!r}") from None


def _caller(organisation: str, person_id: int, session: str) -> Mapping[str, Any]:
    return {"user_id": person_id, "session_id": f"mcp-{session}", "organisation": organisation}


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
