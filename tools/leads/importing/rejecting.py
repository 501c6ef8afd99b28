"""The rows that were not imported, as a file to correct and send again."""

import csv
import io
from collections.abc import Sequence

from storage.tables.lead_work import LeadImport
from tools.context import ToolContext
from tools.leads.importing.reader import Row
from tools.result import Attachment

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rejected_file(context: ToolContext, held: LeadImport, rows: Sequence[Row]) -> Attachment:
    """CSV with the columns of the original, and the line and reason of each row."""
    cells_of = dict(rows)
    text = io.StringIO()
    writer = csv.writer(text)
    extra = [context.say("leads.imports.line"), context.say("leads.imports.reason")]
    writer.writerow([*map(_harmless, held.columns), *extra])
    for row in held.rejected:
        cells = cells_of[int(row["line"])]
        padded = [*cells, *[""] * (len(held.columns) - len(cells))]
        writer.writerow([*map(_harmless, padded), row["line"], _harmless(row["why"])])
    return Attachment(
        name=f"{held.ref}-rejected.csv", media_type="text/csv",
        content=text.getvalue().encode("utf-8-sig"),
    )  # fmt: skip


def _harmless(cell: str) -> str:
    """A spreadsheet program would run a cell that begins like a formula; +86 138… is a number."""
    digits = cell.lstrip("+-").replace(" ", "").replace("-", "").isdecimal()
    return f"'{cell}" if cell.startswith(_FORMULA) and not digits else cell
