"""An answer while it comes: a card that is written into, until it is the answer.

Another process may end an answer than the one that began it, so the state of a card stands on the
shelf. A card that is refused costs nothing: the answer goes out as a message.
"""

import json
import time
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum

import structlog

from bot.channels.dingtalk.cards import CONTENT, FINISHED, FLOW, Cards, card_name, live_values
from bot.channels.dingtalk.errors import Forbidden
from bot.channels.dingtalk.frames import read_object
from bot.channels.dingtalk.parts import Part, markdown_of, parts_of
from bot.channels.dingtalk.places import Chat, ReplyToken
from bot.errors import Busy, NotDelivered
from bot.messages import OutboundMessage
from bot.shelf import Shelf
from config.errors import AppError, PermanentError, TransientError
from config.i18n import Language

log = structlog.get_logger()

_EVERY_SECONDS = 0.5
_KEPT_FOR = timedelta(days=1)
_MOST_OPEN = 1_000
# So often nobody knows whether the last words came through; then they are sent as a message.
_MOST_DOUBTS = 3
# DingTalk says so for a right that is missing, too.
_QUIET_SECONDS = 600.0
_TEMPLATE = "templateUnpublished"


class Stage(StrEnum):
    """asked: nobody knows whether it stands; done: it shows the answer."""

    asked = "asked"
    stands = "stands"
    done = "done"


@dataclass(slots=True, kw_only=True)
class Card:
    name: str
    stage: Stage = Stage.asked
    doubts: int = 0


class LiveAnswers:
    """By the key of the message."""

    def __init__(self, cards: Cards, template: str, shelf: Shelf, language: Language) -> None:
        self._cards = cards
        self._template = template
        self._shelf = shelf
        self._language = language
        self._open: dict[str, Card] = {}
        self._shown_at: dict[str, float] = {}
        self._writing: set[str] = set()
        self._without: set[str] = set()
        self._quiet_until = 0.0
        self._failures = 0

    async def show(self, so_far: OutboundMessage) -> None:
        """The newest words win: what comes while others are on their way, or too soon, is left
        out. Raises what Cards do, but for refusals, which are remembered."""
        chat, now = Chat.at(so_far.address), time.monotonic()
        if chat.is_guest or not so_far.key or not so_far.text.strip():
            return
        if now < self._quiet_until or not self._without.isdisjoint(("", so_far.address.chat)):
            return
        name = _shelf_name(so_far, so_far.key)
        if name in self._writing or now - self._shown_at.get(name, -1e9) < _EVERY_SECONDS:
            return
        if len(self._shown_at) >= _MOST_OPEN:
            self._shown_at.clear()
        self._writing.add(name)
        self._shown_at[name] = now
        try:
            await self._write(name, chat, so_far)
            self._failures = 0
        except PermanentError as error:
            self._refused(so_far.address.chat, error)
        except Busy as error:
            self._quiet_until = now + error.seconds
            raise
        except TransientError:
            self._failures += 1
            if self._failures >= _MOST_DOUBTS:
                self._failures, self._quiet_until = 0, now + _QUIET_SECONDS
            raise
        finally:
            self._writing.discard(name)

    async def finish(self, part: Part, *, lines: bool) -> str | None:
        """Make the card the answer: its name, or None when there is none that could be, and the
        part has to be sent. The same part may be finished again. `lines`: its buttons stand below
        as lines to write."""
        name = _shelf_name(part, part.of)
        card = await self._standing(name) if part.of and part.first else None
        if card is None:
            return None
        buttons = part.buttons if lines else ()
        content = markdown_of(part, buttons=buttons, language=self._language)
        try:
            await self._end(name, card, content)
        except PermanentError as error:
            log.info("dingtalk.card_refused", error=str(error))
            await self._forget(name)
            return None
        except TransientError as error:
            await self._doubt(name, card, error)
        finally:
            self._shown_at.pop(name, None)
        return card.name

    async def _write(self, name: str, chat: Chat, so_far: OutboundMessage) -> None:
        card = await self._standing(name)
        if card is None:
            asked = ReplyToken.read(so_far.reply_token).message
            card = Card(name=card_name("a", so_far.address, so_far.key, asked))
            await self._keep(name, card)
            await self._deliver(name, card, chat)
        content = markdown_of(parts_of(so_far)[0])
        try:
            await self._cards.stream(card.name, content, last=False)
        except PermanentError as error:
            if card.stage is not Stage.asked or isinstance(error, Forbidden):
                raise
            await self._deliver(name, card, chat)
            await self._cards.stream(card.name, content, last=False)

    async def _deliver(self, name: str, card: Card, chat: Chat) -> None:
        try:
            await self._cards.deliver(chat, card.name, self._template, live_values(), forward=True)
        except (PermanentError, NotDelivered):
            # It surely does not stand there.
            await self._forget(name)
            raise
        card.stage = Stage.stands
        await self._keep(name, card)

    async def _end(self, name: str, card: Card, content: str) -> None:
        streamed = False
        if card.stage is not Stage.done:
            try:
                await self._cards.stream(card.name, content, last=True)
                streamed = True
            except PermanentError:
                if card.stage is Stage.asked:
                    # Nobody may see it: it could be changed all the same.
                    raise
                # It was ended before, or may not be streamed into.
                log.info("dingtalk.card_changed", card=card.name)
        if not streamed:
            await self._cards.update(card.name, {CONTENT: content, FLOW: FINISHED})
        card.stage = Stage.done
        await self._keep(name, card)
        if streamed:
            await self._say_finished(card)

    async def _say_finished(self, card: Card) -> None:
        """The answer is out already: whatever goes wrong here, it is not sent again."""
        try:
            await self._cards.update(card.name, {FLOW: FINISHED})
        except AppError as error:
            log.warning("dingtalk.card_unfinished", error=type(error).__name__)

    async def _doubt(self, name: str, card: Card, error: TransientError) -> None:
        """To end it again has no second effect, so we may; but not for ever. Raises NotDelivered,
        or TransientError when the part is to go out as a message."""
        card.doubts += 1
        if card.doubts < _MOST_DOUBTS:
            await self._keep(name, card)
            raise NotDelivered(f"the card is to be ended again: {error}") from None
        await self._forget(name)
        raise error

    def _refused(self, chat: str, error: PermanentError) -> None:
        everywhere = isinstance(error, Forbidden) or _TEMPLATE in str(error)
        self._without.add("" if everywhere else chat)
        log.warning("dingtalk.no_cards", everywhere=everywhere, error=str(error))

    async def _standing(self, name: str) -> Card | None:
        if card := self._open.get(name):
            return card
        try:
            found = read_object(await self._shelf.get(name) or "")
        except TransientError as error:
            log.warning("dingtalk.shelf", error=str(error))
            return None
        return _read(found) if found else None

    async def _keep(self, name: str, card: Card) -> None:
        if len(self._open) >= _MOST_OPEN:
            self._open.pop(next(iter(self._open)))
        self._open[name] = card
        try:
            await self._shelf.put(name, json.dumps(asdict(card)), _KEPT_FOR)
        except TransientError as error:
            log.warning("dingtalk.shelf", error=str(error))

    async def _forget(self, name: str) -> None:
        self._open.pop(name, None)
        try:
            await self._shelf.take(name)
        except TransientError as error:
            log.warning("dingtalk.shelf", error=str(error))


def _shelf_name(message: OutboundMessage, key: str) -> str:
    return f"dingtalk:card:{message.address.bot}:{key}"


def _read(found: dict[str, object]) -> Card | None:
    name, stage, doubts = found.get("name"), found.get("stage"), found.get("doubts")
    if not isinstance(name, str) or stage not in set(Stage) or not isinstance(doubts, int):
        return None
    return Card(name=name, stage=Stage(str(stage)), doubts=doubts)
