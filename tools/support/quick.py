"""Words that the staff sends often, under a name or the number that the list shows."""

from collections.abc import Sequence

from sqlalchemy import select

from config.errors import InvalidInput
from storage.database import Session
from storage.tables.case import QuickReply
from tools.support.case_errors import NoQuickReply

_NAME_LETTERS, _TEXT_LETTERS, _MOST = 40, 2_000, 50


class TooManyQuickReplies(InvalidInput):
    def __init__(self) -> None:
        super().__init__("cases.too_many_quick", most=_MOST)


class QuickReplies:
    def __init__(self, session: Session, organisation_id: int) -> None:
        self._session = session
        self._organisation_id = organisation_id

    async def all(self) -> Sequence[QuickReply]:
        """The oldest first, as they are numbered."""
        rows = await self._session.scalars(
            select(QuickReply)
            .where(QuickReply.organisation_id == self._organisation_id)
            .order_by(QuickReply.id)
        )
        return rows.all()

    async def find(self, said: str) -> QuickReply:
        """By number or name. Raises NoQuickReply."""
        known = await self.all()
        if said.isdecimal() and 0 < int(said) <= len(known):
            return known[int(said) - 1]
        for each in known:
            if each.name.casefold() == said.casefold():
                return each
        raise NoQuickReply(said, [each.name for each in known])

    async def add(self, name: str, text: str) -> QuickReply:
        """In place of the one with this name. Raises TooManyQuickReplies."""
        name, text = name[:_NAME_LETTERS], text[:_TEXT_LETTERS]
        known = await self.all()
        for each in known:
            if each.name.casefold() == name.casefold():
                each.text = text
                return each
        if len(known) >= _MOST:
            raise TooManyQuickReplies
        row = QuickReply(organisation_id=self._organisation_id, name=name, text=text)
        self._session.add(row)
        await self._session.flush()
        return row

    async def remove(self, said: str) -> str:
        """Its name. Raises NoQuickReply."""
        row = await self.find(said)
        await self._session.delete(row)
        return row.name
