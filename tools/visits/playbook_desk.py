"""The door for what the staff does with playbooks, and for the start-up."""

from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path

import structlog

from config.clock import Clock
from config.i18n import Language
from storage.database import Database, Session
from storage.tables.visit import PlaybookVersion
from tools.context import ToolContext
from tools.result import Offer, ToolResult
from tools.visits.playbook_files import Problem
from tools.visits.playbook_text import listed, shown
from tools.visits.repository import VisitRepository
from tools.visits.service import readable
from tools.visits.versions import PlaybookVersions, read_all, used_of

__all__ = [
    "broken_files", "list_playbooks", "load_playbooks", "reload_playbooks", "show_difference",
    "show_history", "show_playbook", "switch_playbook", "use_version",
]  # fmt: skip

log = structlog.get_logger()

_LINES = 60


async def load_playbooks(
    database: Database, organisation_id: int, clock: Clock, folder: Path
) -> None:
    """At the start. What is wrong is logged, and told by `/playbooks` and the doctor."""
    async with database.unit_of_work() as session:
        loaded = await PlaybookVersions(session, organisation_id, clock).load(folder)
    for problem in loaded.problems:
        log.warning("playbook.broken", what=problem.worded(Language.en))


def broken_files(folder: Path) -> tuple[int, list[str]]:
    """How many playbooks there are, and what is wrong with files, for a terminal."""
    files, problems = read_all(folder)
    return len(files), [each.worded(Language.en) for each in problems]


async def list_playbooks(context: ToolContext, folder: Path) -> ToolResult:
    """Each with its versions and the visits in its stages, and what is wrong with files."""
    files, problems = read_all(folder)
    async with context.database.unit_of_work() as session:
        versions = await _opened(session, context).rows.versions()
        visits = VisitRepository(session, context.organisation_id)
        by_name: dict[str, list[PlaybookVersion]] = {}
        for row in versions:
            by_name.setdefault(row.name, []).append(row)
        lines = []
        for name, rows in by_name.items():
            used = used_of(rows)
            changed = name in files and files[name].digest != rows[-1].digest
            state = "changed" if changed else "" if name in files else "gone"
            counts = await visits.by_stage(name)
            lines.append(listed(context, rows[-1], used, counts, state))
    title = context.say("playbooks.title", n=len(by_name))
    offers = [
        Offer(label=context.say("playbooks.button_show", name=name), send=f"/playbooks show {name}")
        for name in by_name
    ]
    return _told([title, *lines, *_wrong(context, problems)], offers[:3])


async def reload_playbooks(context: ToolContext, folder: Path) -> ToolResult:
    async with context.database.unit_of_work() as session:
        loaded = await _opened(session, context).load(folder, context.asker.id)
    new = [context.say("playbooks.new_version", name=name, number=n) for name, n in loaded.new]
    title = context.say("playbooks.reloaded" if new else "playbooks.unchanged", n=loaded.read)
    return _told([title, *new, *_wrong(context, loaded.problems)])


async def show_playbook(context: ToolContext, name: str, number: int | None) -> ToolResult:
    """Raises PlaybookNotFound, PlaybookVersionNotFound."""
    async with context.database.unit_of_work() as session:
        row = await _opened(session, context).one(name, number)
        counts = await VisitRepository(session, context.organisation_id).by_stage(name)
    playbook = readable(row)
    if playbook is None:
        return _told([context.say("playbooks.unreadable", name=name, number=row.number)])
    offer = Offer(label=context.say("playbooks.button_history"), send=f"/playbooks history {name}")
    return _told(shown(context, playbook, row.number, counts), [offer])


async def show_history(context: ToolContext, name: str) -> ToolResult:
    """The newest first. Raises PlaybookNotFound."""
    async with context.database.unit_of_work() as session:
        versions = await _opened(session, context).of(name)
    used = used_of(versions)
    lines = [
        context.say(
            "playbooks.version_used" if used is row else "playbooks.version_line",
            number=row.number, digest=row.digest[:8],
            at=f"{row.created_at.astimezone(context.timezone):%Y-%m-%d %H:%M}",
        )
        for row in reversed(versions)
    ]  # fmt: skip
    offers = []
    if len(versions) > 1:
        before, after = versions[-2].number, versions[-1].number
        offers = [
            Offer(
                label=context.say("playbooks.button_diff", before=before, after=after),
                send=f"/playbooks diff {name} {before} {after}",
            )
        ]
    return _told([context.say("playbooks.history", name=name), *lines], offers)


async def show_difference(context: ToolContext, name: str, before: int, after: int) -> ToolResult:
    """Raises PlaybookNotFound, PlaybookVersionNotFound."""
    async with context.database.unit_of_work() as session:
        versions = _opened(session, context)
        old, new = await versions.one(name, before), await versions.one(name, after)
    found = list(
        unified_diff(old.content.splitlines(), new.content.splitlines(), lineterm="", n=1)
    )[2:]
    if not found:
        return _told([context.say("playbooks.same", name=name, before=before, after=after)])
    rest = [context.say("playbooks.more_lines", n=len(found) - _LINES)] * (len(found) > _LINES)
    title = context.say("playbooks.difference", name=name, before=before, after=after)
    return _told([title, *found[:_LINES], *rest])


async def use_version(context: ToolContext, name: str, number: int) -> ToolResult:
    """Raises PlaybookNotFound, PlaybookVersionNotFound, PlaybookOff."""
    async with context.database.unit_of_work() as session:
        await _opened(session, context).use(name, number)
    return _told([context.say("playbooks.used", name=name, number=number)])


async def switch_playbook(context: ToolContext, name: str, *, on: bool) -> ToolResult:
    """Raises PlaybookNotFound."""
    async with context.database.unit_of_work() as session:
        used = await _opened(session, context).switch(name, on=on)
    if used is None:
        return _told([context.say("playbooks.switched_off", name=name)])
    return _told([context.say("playbooks.switched_on", name=name, number=used.number)])


def _opened(session: Session, context: ToolContext) -> PlaybookVersions:
    return PlaybookVersions(session, context.organisation_id, context.clock)


def _wrong(context: ToolContext, problems: Sequence[Problem]) -> list[str]:
    if not problems:
        return []
    title = context.say("playbooks.broken", n=len(problems))
    return ["", title, *(f"· {each.worded(context.language)}" for each in problems)]


def _told(lines: Sequence[str], offers: Sequence[Offer] = ()) -> ToolResult:
    return ToolResult(status="ok", text="\n".join(lines).strip(), offers=tuple(offers))
