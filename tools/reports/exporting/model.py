"""What an exported report is, before anybody decided on a file format."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | date | datetime | None

# What neither XML nor a person can read; half a surrogate pair cannot be encoded at all.
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


class Kind(StrEnum):
    """How a value is shown. A moment is shown on the clock of its own zone."""

    text = "text"
    number = "number"
    ratio = "ratio"
    money = "money"
    percent = "percent"  # a part of one: 0.25 is 25 %
    day = "day"
    moment = "moment"
    mixed = "mixed"  # each row has a kind of its own: Sheet.kinds


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """`width` is in characters; a column that is not `printed` is too much for a sheet of paper."""

    title: str
    kind: Kind = Kind.text
    width: int = 12
    printed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A native chart of a spreadsheet: the columns `values` over the column `over`."""

    title: str
    shape: str  # "line" or "bar"
    over: int
    values: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table. `kinds` gives the kind of each row's mixed cells."""

    name: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    kinds: Sequence[Kind] = ()
    plots: Sequence[Plot] = ()

    def kind(self, row: int, column: Column) -> Kind:
        return self.kinds[row] if column.kind is Kind.mixed else column.kind


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Where the numbers come from, in words; `title` names this page."""

    title: str
    lines: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """One export. The first sheet is the main one; `picture` is a PNG; `page` is the text of a
    page number, with {page} and {pages}."""

    title: str
    organisation: str
    period: str
    currency: str
    about: About
    summary: Sequence[str]
    sheets: Sequence[Sheet]
    made_at: datetime
    page: str
    more_rows: str
    picture: bytes | None = None

    @property
    def rows(self) -> int:
        return len(self.sheets[0].rows)


def plain(text: str) -> str:
    """The text without control characters; line breaks are \\n."""
    return _UNREADABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
