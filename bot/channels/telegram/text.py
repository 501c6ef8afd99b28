"""Texts as Telegram shows them: Markdown as entities, in pieces of its size."""

from collections.abc import Sequence

from aiogram.types import MessageEntity
from telegramify_markdown import convert

from bot.splitting import cut

# Telegram takes 4,096 and 1,024 code points; a note about a repeated send may be added.
MAX_TEXT = 4_096 - 120
MAX_CAPTION = 1_024 - 120
_MAX_ENTITIES = 100
# A link hides where it leads: a model may have been told what to hide.
_REFUSED = ("text_link", "text_mention", "custom_emoji")
_KEPT_WHOLE = ("pre", "code")

Piece = tuple[str, tuple[MessageEntity, ...]]


def formatted(text: str, *, markdown: bool) -> Piece:
    """The text and what is bold, code … in it; offsets in UTF-16 units, as Telegram counts."""
    if not markdown:
        return text, ()
    plain, found = convert(text, latex_escape=False)
    entities = tuple(
        MessageEntity(
            type=each.type, offset=each.offset, length=each.length, language=each.language
        )
        for each in found
        if each.type not in _REFUSED
    )
    return plain.rstrip() or text, entities


def pieces(text: str, entities: Sequence[MessageEntity], limit: int = MAX_TEXT) -> list[Piece]:
    """Cut at `limit` code points; code is kept together, and what is cut keeps its look."""
    units = _Units(text)
    whole = [units.span(each) for each in entities if each.type in _KEPT_WHOLE]
    return [
        (text[start:end], tuple(units.within(entities, start, end)[:_MAX_ENTITIES]))
        for start, end in cut(text, limit, whole=whole)
    ]


def shifted(entities: Sequence[MessageEntity], words: str) -> tuple[MessageEntity, ...]:
    """The entities when `words` come before their text."""
    by = len(words.encode("utf-16-le", "surrogatepass")) // 2
    return tuple(each.model_copy(update={"offset": each.offset + by}) for each in entities)


class _Units:
    """Between positions in code points and in UTF-16 units."""

    def __init__(self, text: str) -> None:
        self._at = [0]
        for character in text:
            self._at.append(self._at[-1] + (2 if ord(character) > 0xFFFF else 1))
        self._position = {unit: position for position, unit in enumerate(self._at)}

    def span(self, entity: MessageEntity) -> tuple[int, int]:
        last = len(self._at) - 1
        return (
            self._position.get(entity.offset, last),
            self._position.get(entity.offset + entity.length, last),
        )

    def within(
        self, entities: Sequence[MessageEntity], start: int, end: int
    ) -> list[MessageEntity]:
        first, last = self._at[start], self._at[end]
        found = []
        for each in entities:
            begin, stop = max(each.offset, first), min(each.offset + each.length, last)
            if begin < stop:
                moved = {"offset": begin - first, "length": stop - begin}
                found.append(each.model_copy(update=moved))
        return found
