"""The tree of what the knowledge is about, as paths like 售后/退货."""

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select

from storage.database import Session
from storage.repository import Repository
from storage.tables.knowledge import Category
from tools.knowledge.errors import BadCategory

_SEPARATOR = re.compile(r"\s*[/／>＞]\s*")
_MOST_LETTERS, _MOST_LEVELS = 80, 6

Path = tuple[str, ...]


def path_of(said: str) -> Path:
    """The names from the top of the tree down; nothing said is the top. Raises BadCategory."""
    said = said.strip().strip("/／ ")
    path = tuple(" ".join(name.split()) for name in _SEPARATOR.split(said)) if said else ()
    if len(path) > _MOST_LEVELS or any(not 0 < len(name) <= _MOST_LETTERS for name in path):
        raise BadCategory(said)
    return path


def written(path: Sequence[str]) -> str:
    return "/".join(path)


class CategoryRepository(Repository[Category]):
    async def ensure(self, session: Session, path: Path) -> int | None:
        """The id of the category at `path`, made when it is new; None for the top. Names are the
        same in capitals and small letters."""
        rows, parent = await self.all(self._own()), None
        for name in path:
            known = next(
                (row for row in rows if row.parent_id == parent and _same(row.name, name)), None
            )
            if known is None:
                known = await self.add(
                    Category(organisation_id=self.organisation_id, name=name, parent_id=parent)
                )
            parent = known.id
        return parent

    async def paths(self) -> Mapping[int, Path]:
        """Every category by its id."""
        rows = {row.id: row for row in await self.all(self._own())}
        return {id_: _up(rows, id_) for id_ in rows}

    async def below(self, path: Path) -> frozenset[int]:
        """The ids of the category at `path` and of all below it."""
        wanted = [name.casefold() for name in path]
        return frozenset(
            id_
            for id_, names in (await self.paths()).items()
            if [name.casefold() for name in names[: len(wanted)]] == wanted
        )

    def _own(self) -> Select[Category]:
        return select(Category).where(Category.organisation_id == self.organisation_id)


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _up(rows: Mapping[int, Category], id_: int) -> Path:
    row = rows[id_]
    return (*(_up(rows, row.parent_id) if row.parent_id else ()), row.name)
