"""`run_bot.py knowledge`: the documents of an organisation, from the command line."""

import argparse
import sys
from zoneinfo import ZoneInfo

from config.clock import Clock
from config.errors import TransientError, UserFacingError
from config.settings import Settings
from memory.embeddings import LocalEmbedder
from memory.opening import open_knowledge
from storage.database import Database
from storage.tables.organisation import Organisation
from tools.knowledge.terminal import Terminal


async def stock(
    settings: Settings,
    database: Database,
    organisation_id: int,
    clock: Clock,
    arguments: argparse.Namespace,
) -> int:
    """Do what the words say, and tell how it went. The exit status is 1 when something could not
    be done."""
    async with database.reading() as session:
        organisation = await session.get_one(Organisation, organisation_id)
    terminal = Terminal(
        database=database, organisation_id=organisation_id, clock=clock,
        language=settings.language, timezone=ZoneInfo(organisation.timezone),
    )  # fmt: skip
    try:
        match arguments.action:
            case "add":
                return await _add(settings, terminal, arguments)
            case "reindex":
                return await _reindex(settings, terminal)
            case "remove":
                _tell(await terminal.remove(arguments.document))
            case _:
                _tell(await terminal.listed())
    except UserFacingError as error:
        _tell(terminal.say(error.key, **error.values))
        return 1
    return 0


async def _add(settings: Settings, terminal: Terminal, arguments: argparse.Namespace) -> int:
    fine = True
    async for went_well, line in terminal.add(arguments.sources, arguments.category):
        fine = fine and went_well
        _tell(line)
    if settings.embedded:
        # Elsewhere the service that runs tells the index.
        async with open_knowledge(
            settings, terminal.database, terminal.organisation_id, LocalEmbedder(), terminal.clock
        ) as knowledge:
            try:
                await knowledge.indexer.reindex_missing()
            except TransientError:
                _tell(terminal.say("documents.index_away"))
    return 0 if fine else 1


async def _reindex(settings: Settings, terminal: Terminal) -> int:
    async with open_knowledge(
        settings, terminal.database, terminal.organisation_id, LocalEmbedder(), terminal.clock
    ) as knowledge:
        try:
            count = await knowledge.indexer.reindex()
        except TransientError:
            _tell(terminal.say("documents.index_away"))
            return 1
    _tell(terminal.say("documents.reindexed", n=count))
    return 0


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
