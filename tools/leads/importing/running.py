"""The import job: batch by batch, each with its position in one transaction, so that a killed
process goes on where it stopped."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from config.errors import InvalidInput
from config.i18n import Language, say
from config.notices import NoticeKind
from storage.database import Session
from storage.tables.lead import Source
from storage.tables.lead_work import ImportedRow, ImportStatus, LeadImport
from tools.context import ToolContext
from tools.leads.arguments import CreateLead
from tools.leads.assignment import place
from tools.leads.importing.reader import Row
from tools.leads.importing.rejecting import rejected_file
from tools.leads.importing.repository import ImportRepository
from tools.leads.importing.table import UnreadableFile, read_table
from tools.leads.service import LeadService, NewLead

BATCH = 200
_TELL_ABOVE, _QUARTERS = 500, (25, 50, 75)
_CREATE = ("name", "phone", "wechat", "email", "company", "note")


async def run_import(context: ToolContext, payload: dict[str, Any]) -> None:
    """Job leads.import: `payload` has the import's id. May run again."""
    async with context.database.reading() as session:
        imports = ImportRepository(session, context.organisation_id)
        row = await imports.by_id(payload["import"])
        if row is None or row.status is not ImportStatus.running:
            return
        file = await imports.file(row.file_id)
    context = replace(context, language=Language(row.language))
    try:
        rows = await read_table(file)
    except UnreadableFile as error:
        await _finish(context, row.id, ImportStatus.failed, context.say(error.key, **error.values))
        return
    body = rows[1:] if row.has_header else rows
    for start in range(row.position, len(body), BATCH):
        if not await _batch(context, row.id, start, body[start : start + BATCH]):
            return
    await _finish(context, row.id, ImportStatus.done, None)


async def _batch(context: ToolContext, import_id: int, start: int, rows: Sequence[Row]) -> bool:
    """False when somebody else has worked here: then they go on."""
    async with context.database.unit_of_work() as session:
        held = await _hold(session, context, import_id)
        if held is None or held.position != start:
            return False
        rejected = list(held.rejected)
        for line, cells in rows:
            try:
                await _row(session, context, held, line, cells)
            except InvalidInput as error:
                why = context.say(error.key, **error.values)
                rejected.append({"line": str(line), "why": why})
        before = held.position
        held.rejected, held.position = rejected, start + len(rows)
        await _tell_progress(session, context, held, before)
    return True


async def _row(
    session: Session, context: ToolContext, held: LeadImport, line: int, cells: Sequence[str]
) -> None:
    """Raises InvalidInput for a row that cannot be a lead; nothing is written then."""
    given = {
        field: cells[position]
        for field, position in held.mapping.items()
        if position < len(cells) and cells[position]
    }
    checked, tags = _checked(given), _tags(given.get("tags", ""))
    key = f"import:{held.id}:{line}"
    service = LeadService.of(session, context)
    captured = await service.capture(
        session,
        NewLead(
            order_key=key, author_id=held.person_id, source=_source(given.get("source", "")),
            industry=given.get("industry"), region=given.get("region"),
            **checked.model_dump(exclude={"note", "source"}),
        ),
    )  # fmt: skip
    lead = captured.lead
    if captured.created:
        lead.raw_data = dict(zip(held.columns, cells, strict=False))
    changes = await service.update(session, lead, add_tags=tags)
    if checked.note:
        await service.note(session, lead, checked.note, author_id=held.person_id, order_key=key)
    await place(session, context, lead)
    added = {field: getattr(lead, field) for field in captured.added}
    session.add(
        ImportedRow(
            organisation_id=context.organisation_id, import_id=held.id, row=line,
            lead_id=lead.id, created=captured.created,
            added={
                "fields": added, "tags": changes.added, "updated_at": lead.updated_at.isoformat(),
                "before": (captured.changed_before or lead.created_at).isoformat(),
            },
        )
    )  # fmt: skip
    held.created += captured.created
    held.merged += not captured.created
    await session.flush()


def _checked(given: dict[str, str]) -> CreateLead:
    """Under the rules of create_lead."""
    if not given.get("name"):
        raise InvalidInput("leads.imports.row_without_name")
    try:
        return CreateLead(**{field: given[field] for field in _CREATE if field in given})
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise InvalidInput(f"leads.imports.bad_values.{field}", value=given[field][:40]) from None


def _tags(said: str) -> list[str]:
    """VIP、雅思 are two tags."""
    for mark in "、，;；|/":
        said = said.replace(mark, ",")
    tags = list(dict.fromkeys(tag.strip(" #＃") for tag in said.split(",") if tag.strip(" #＃")))
    if any(len(tag) > 60 for tag in tags):
        raise InvalidInput("leads.imports.bad_values.tags", value=max(tags, key=len)[:40])
    return tags


def _source(said: str) -> str:
    """A source by its word or its name; anything else came by this import."""
    word = said.strip().casefold()
    for source in Source:
        names = {say(language, f"leads.sources.{source}").casefold() for language in Language}
        if word in {source.value, *names}:
            return source.value
    return Source.imported.value


async def _tell_progress(
    session: Session, context: ToolContext, held: LeadImport, before: int
) -> None:
    if held.total <= _TELL_ABOVE:
        return
    for percent in _QUARTERS:
        if before * 100 < held.total * percent <= held.position * 100:
            text = context.say(
                "leads.imports.progress", ref=held.ref, percent=percent,
                position=held.position, total=held.total,
            )  # fmt: skip
            key = f"import:{held.id}:{percent}"
            await context.notifier.to_person(session, NoticeKind.job, key, held.person_id, text)


async def _hold(session: Session, context: ToolContext, import_id: int) -> LeadImport | None:
    held = await ImportRepository(session, context.organisation_id).by_id(import_id)
    if held is None:
        return None
    await session.refresh(held, with_for_update=True)
    return held if held.status is ImportStatus.running else None


async def _finish(
    context: ToolContext, import_id: int, status: ImportStatus, failure: str | None
) -> None:
    async with context.database.reading() as session:
        imports = ImportRepository(session, context.organisation_id)
        row = await imports.by_id(import_id)
        file = await imports.file(row.file_id) if row else None
    if row is None or file is None:
        return
    rows = await read_table(file) if row.rejected and not failure else []
    async with context.database.unit_of_work() as session:
        held = await _hold(session, context, import_id)
        if held is None:
            return
        held.status, held.finished_at = status, context.clock.now()
        text = failure or context.say(
            "leads.imports.done", ref=held.ref, created=held.created, merged=held.merged,
            rejected=len(held.rejected),
        )  # fmt: skip
        files = (rejected_file(context, held, rows),) if held.rejected and not failure else ()
        await context.notifier.to_person(
            session, NoticeKind.job, f"import:{held.id}:done", held.person_id, text,
            attachments=files,
        )  # fmt: skip
