"""Programs that order by HTTP: in whose name a token acts, and how often."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.base import Pace
from bot.pacing import Pacer
from config.errors import ConfigurationError, UserFacingError
from config.mcp import McpToken
from storage.database import Database
from storage.tables.organisation import Person
from tools.automation.service import CampaignAutomation, Execute, TooManyCalls
from tools.people.service import PeopleService

_MINUTE = 60.0


class Tokens:
    """Keeps digests alone."""

    def __init__(self, people: Mapping[str, int]) -> None:
        self._people = {_digest(token): person_id for token, person_id in people.items()}

    def person_of(self, token: str) -> int | None:
        """In whose name the token acts."""
        shown = _digest(token)
        for known, person_id in self._people.items():
            if hmac.compare_digest(known, shown):
                return person_id
        return None


async def open_tokens(
    database: Database, organisation_id: int, tokens: Sequence[McpToken]
) -> Tokens:
    """Raises ConfigurationError."""
    if not tokens:
        raise ConfigurationError(
            'nobody may call: set MCP__TOKENS=[{"token": "16 or more characters", "person": "name"}]'
        )
    async with database.reading() as session:
        people = PeopleService(session, organisation_id)
        found = {
            each.token.get_secret_value(): (await named(people, each.person, "MCP__TOKENS")).id
            for each in tokens
        }
    return Tokens(found)


async def named(people: PeopleService, name: str, setting: str) -> Person:
    """Raises ConfigurationError that names the setting."""
    try:
        return await people.find(name)
    except UserFacingError:
        raise ConfigurationError(f"{setting}: there is no one person called {name!r}") from None


def paced(automation: CampaignAutomation, pacer: Pacer, calls_per_minute: int) -> Execute:
    """`execute` of which each person has so many a minute."""
    pace = Pace(count=calls_per_minute, seconds=_MINUTE)

    async def execute(
        action: str, parameters: Mapping[str, Any], context: Mapping[str, Any]
    ) -> dict[str, Any]:
        wait = await pacer.take({f"program:{context['user_id']}": pace})
        if wait > 0:
            return automation.refuse(action, TooManyCalls(wait), context)
        return await automation.execute(action, parameters, context)

    return execute


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
