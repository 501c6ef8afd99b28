"""An import before and after it runs: opened from a file, corrected, started, cancelled, shown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from config.errors import InvalidInput
from storage.database import Session
from storage.repository import next_number
from storage.tables.lead_work import ImportStatus, LeadImport
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.leads import wording
from tools.leads.importing.columns import Layout, field_called, guess
from tools.leads.importing.reader import Row
from tools.leads.importing.repository import ImportRepository
from tools.leads.importing.table import UnreadableFile, read_table
from tools.undo import keep_for_undo

JOB = "leads.import"
_SAMPLES, _SAMPLE_LETTERS = 2, 20
_SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
# "手机=联系电话 公司=单位 名称": a header may have spaces, a field has none.
_PAIR = re.compile(r"(\S+?)\s*[=＝]\s*(.*?)(?=\s+\S+?\s*[=＝]|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAnswer:
    """`open` says that it can be started or cancelled now."""

    ref: str
    text: str
    open: bool


async def open_import(context: ToolContext, file_id: int) -> ImportAnswer:
    """Read a received file and say what is in it; the same order again opens no second one.

    Raises UnreadableFile.
    """
    async with context.database.reading() as session:
        imports = ImportRepository(session, context.organisation_id)
        file = await imports.file(file_id)
    if not is_table(file.name):
        raise UnreadableFile("unknown_kind", file.name)
    rows = await read_table(file)
    layout = guess(rows)
    async with context.database.unit_of_work() as session:
        imports = ImportRepository(session, context.organisation_id)
        made = await imports.by_order(context.order_key) or await _draft(
            session, context, file_id, layout, total=len(rows) - layout.has_header
        )
    lines = [context.say("leads.imports.opened", ref=made.ref, file=file.name, n=made.total)]
    return ImportAnswer(
        ref=made.ref, text="\n".join([*lines, *_plan(context, made, rows)]), open=True
    )


def is_table(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES)


async def map_columns(context: ToolContext, ref: str, said: str) -> ImportAnswer:
    """Say which column a field comes from. Raises ImportNotFound, NotOpen, BadMapping."""
    async with context.database.unit_of_work() as session:
        imports = ImportRepository(session, context.organisation_id)
        row = await _hold_draft(session, imports, ref)
        row.mapping = {**row.mapping, **_corrections(context, row.columns, said)}
        file = await imports.file(row.file_id)
    rows = await read_table(file)
    lines = [context.say("leads.imports.mapped", ref=row.ref), *_plan(context, row, rows)]
    return ImportAnswer(ref=row.ref, text="\n".join(lines), open=True)


async def start_import(context: ToolContext, ref: str) -> ImportAnswer:
    """Queue the work. Raises ImportNotFound, NotOpen, and InvalidInput without a name column."""
    async with context.database.unit_of_work() as session:
        row = await _hold_draft(session, ImportRepository(session, context.organisation_id), ref)
        if "name" not in row.mapping:
            raise InvalidInput("leads.imports.no_name", ref=row.ref)
        row.status = ImportStatus.running
        await JobService.of(session, context).once(
            session, f"{JOB}:{row.id}", JOB, {"import": row.id}, person_id=context.asker.id
        )
        await keep_for_undo(session, context, "lead.import", row.ref, {"import": row.id})
    text = context.say("leads.imports.started", ref=row.ref, n=row.total)
    return ImportAnswer(ref=row.ref, text=text, open=False)


async def cancel_import(context: ToolContext, ref: str) -> ImportAnswer:
    """Raises ImportNotFound, NotOpen."""
    async with context.database.unit_of_work() as session:
        row = await _hold_draft(session, ImportRepository(session, context.organisation_id), ref)
        row.status, row.finished_at = ImportStatus.cancelled, context.clock.now()
    text = context.say("leads.imports.cancelled", ref=row.ref)
    return ImportAnswer(ref=row.ref, text=text, open=False)


async def show_import(context: ToolContext, ref: str | None) -> ImportAnswer:
    """How far it is; the newest without a ref. Raises ImportNotFound."""
    async with context.database.reading() as session:
        imports = ImportRepository(session, context.organisation_id)
        row = await imports.get(ref) if ref else await imports.latest()
    if row is None:
        return ImportAnswer(ref="", text=context.say("leads.imports.none_yet"), open=False)
    return ImportAnswer(
        ref=row.ref, text=state_line(context, row), open=row.status is ImportStatus.draft
    )


def state_line(context: ToolContext, row: LeadImport) -> str:
    status = context.say(f"leads.imports.statuses.{row.status}")
    return context.say(
        "leads.imports.state", ref=row.ref, status=status, position=row.position,
        total=row.total, created=row.created, merged=row.merged, rejected=len(row.rejected),
    )  # fmt: skip


class NotOpen(InvalidInput):
    def __init__(self, ref: str) -> None:
        super().__init__("leads.imports.not_open", ref=ref)


class BadMapping(InvalidInput):
    def __init__(self, word: str, known: str) -> None:
        super().__init__("leads.imports.bad_mapping", word=word, known=known)


async def _draft(
    session: Session, context: ToolContext, file_id: int, layout: Layout, *, total: int
) -> LeadImport:
    row = LeadImport(
        organisation_id=context.organisation_id, order_key=context.order_key, file_id=file_id,
        number=await next_number(session, context.organisation_id, "I"), total=total,
        person_id=context.asker.id, language=context.language.value, columns=layout.columns,
        mapping=layout.mapping, has_header=layout.has_header, status=ImportStatus.draft,
        position=0, created=0, merged=0, rejected=[], created_at=context.clock.now(),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def _hold_draft(session: Session, imports: ImportRepository, ref: str) -> LeadImport:
    row = await imports.get(ref)
    await session.refresh(row, with_for_update=True)
    if row.status is not ImportStatus.draft:
        raise NotOpen(row.ref)
    return row


def _corrections(context: ToolContext, columns: Sequence[str], said: str) -> dict[str, int]:
    known = {name.casefold(): position for position, name in reversed(list(enumerate(columns)))}
    pairs = _PAIR.findall(said)
    if not pairs:
        raise BadMapping(said, wording.listed(context, columns))
    found = {}
    for field_word, column in pairs:
        field = field_called(field_word)
        if field is None:
            names = [context.say(f"leads.imports.fields.{each}") for each in _FIELD_NAMES]
            raise BadMapping(field_word, wording.listed(context, names))
        if column.strip().casefold() not in known:
            raise BadMapping(column, wording.listed(context, columns))
        found[field] = known[column.strip().casefold()]
    return found


_FIELD_NAMES = (
    "name", "phone", "wechat", "email", "company", "industry", "region", "source", "note", "tags",
)  # fmt: skip


def _plan(context: ToolContext, row: LeadImport, rows: Sequence[Row]) -> list[str]:
    """What each column becomes, with samples; what is ignored; what to do."""
    body = rows[1:] if row.has_header else rows
    lines = [] if row.has_header else [context.say("leads.imports.no_header")]
    for field in _FIELD_NAMES:
        if field in row.mapping:
            position = row.mapping[field]
            filled = [cells[position] for _, cells in body if len(cells) > position]
            samples = [cell[:_SAMPLE_LETTERS] for cell in filled if cell][:_SAMPLES]
            lines.append(
                context.say(
                    "leads.imports.column", column=row.columns[position],
                    field=context.say(f"leads.imports.fields.{field}"),
                    samples=wording.listed(context, samples),
                )
            )  # fmt: skip
    used = set(row.mapping.values())
    ignored = [name for position, name in enumerate(row.columns) if position not in used]
    if ignored:
        names = wording.listed(context, ignored)
        lines.append(context.say("leads.imports.ignored", columns=names))
    key = "leads.imports.confirm" if "name" in row.mapping else "leads.imports.no_name"
    return [*lines, context.say(key, ref=row.ref)]
