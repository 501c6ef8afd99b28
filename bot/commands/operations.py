"""/audit /health: what happened, and is everything well."""

import time

from agent.contract import Reply
from bot.commands.base import Invocation
from config.errors import InvalidInput
from storage.audit import AuditLog
from storage.inbox import Inbox
from storage.tables.trust import AuditEntry
from storage.tables.work import OutboxStatus
from tools.people.service import PeopleService

_DEFAULT_ENTRIES = 10
_MOST_ENTRIES = 50


async def audit(use: Invocation) -> Reply:
    """The newest entries, and whether the chain is whole."""
    limit = _limit(use)
    log = AuditLog(use.organisation_id, use.services.clock)
    async with use.services.database.reading() as session:
        entries = await log.latest(session, limit)
        check = await log.verify(session)
        people = {
            person.id: person.name
            for person in await PeopleService(session, use.organisation_id).everyone()
        }
    verdict = "commands.audit_whole" if check.broken_at is None else "commands.audit_broken"
    title = use.say(verdict, n=check.length, position=check.broken_at)
    return Reply(text="\n".join([title, *(_line(use, entry, people) for entry in entries)]))


async def health(use: Invocation) -> Reply:
    """One line per part; times in milliseconds."""
    services = use.services
    started = time.perf_counter()
    async with services.database.reading() as session:
        waiting = await Inbox(use.organisation_id, services.clock).open_count(session)
        sends = await services.outbox.counts(session)
        doubts = await services.outbox.doubts(session)
        chain = await AuditLog(use.organisation_id, services.clock).verify(session)
    database_ms = (time.perf_counter() - started) * 1000
    started = time.perf_counter()
    await services.ping_memory()
    memory_ms = (time.perf_counter() - started) * 1000
    unknown = sends.get(OutboxStatus.unknown, 0)
    lines = [
        use.say("commands.health_title"),
        use.say("commands.health_database", engine=services.database.url.get_backend_name(),
                ms=f"{database_ms:.1f}"),
        use.say("commands.health_memory", ms=f"{memory_ms:.1f}"),
        # The message that asked is being worked on itself.
        use.say("commands.health_inbox", n=max(0, waiting - 1)),
        use.say("commands.health_outbox", queued=sends.get(OutboxStatus.queued, 0),
                failed=sends.get(OutboxStatus.failed, 0), unknown=unknown, doubts=doubts),
        use.say("commands.health_audit_whole" if chain.broken_at is None
                else "commands.health_audit_broken"),
    ]  # fmt: skip
    return Reply(text="\n".join(lines))


def _line(use: Invocation, entry: AuditEntry, people: dict[int, str]) -> str:
    at = entry.at.astimezone(use.turn.organisation.timezone)
    who = people.get(entry.person_id or 0, "—")
    known = ("tool", "approval", "role", "person", "ref", "field", "before", "after")
    details = " ".join(str(entry.details[name]) for name in known if entry.details.get(name))
    return f"{entry.position}. {at:%m-%d %H:%M} {who} · {entry.event} {details}".rstrip()


def _limit(use: Invocation) -> int:
    if not use.words:
        return _DEFAULT_ENTRIES
    if not use.words[0].isdecimal() or not 1 <= int(use.words[0]) <= _MOST_ENTRIES:
        raise InvalidInput("commands.audit_limit", most=_MOST_ENTRIES)
    return int(use.words[0])
