"""A message in the pieces that DingTalk takes, and the words of one piece."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from bot.channels.dingtalk.text import (
    MAX_TEXT,
    Span,
    formatted,
    json_bytes,
    pieces,
    rendered,
    shifted,
)
from bot.messages import Button, OutboundMessage
from config.i18n import Language, say
from config.i18n.detect import detect

# Of what may be added to a part's text.
_MOST_LINES_BYTES = 700
_TITLE_LETTERS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(OutboundMessage):
    """A text, or one file. `of` is the key of its message, `first` says that nothing of that
    message stands before it."""

    spans: tuple[Span, ...] = ()
    of: str = ""
    first: bool = False

    def behind(self, words: str) -> Self:
        spans = shifted(self.spans, len(words))
        return replace(self, text=f"{words}{self.text}", spans=spans)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a text message of DingTalk has: `text` is in its Markdown when it is `marked`."""

    title: str
    text: str
    marked: bool


def parts_of(message: OutboundMessage) -> Sequence[Part]:
    """The text in pieces, then the files. The buttons stand under the last words, or behind them
    when both are too long for one message."""
    text, spans = formatted(message.text) if message.markdown else (message.text, ())
    found = [
        Part(address=message.address, text=piece, spans=inside, markdown=message.markdown)
        for piece, inside in pieces(text, spans, marked=message.markdown)
    ]
    if message.files and not text.strip():
        found = []
    if message.buttons:
        if not found or json_bytes(lines_of(message.buttons, text)) > _MOST_LINES_BYTES:
            found.append(Part(address=message.address, text=""))
        found[-1] = replace(found[-1], buttons=message.buttons)
    found += [Part(address=message.address, text="", files=(file,)) for file in message.files]
    return [
        replace(
            part, key=f"{message.key}/{number}" if message.key else "", of=message.key,
            reply_token=message.reply_token, first=number == 0,
        )
        for number, part in enumerate(found)
    ]  # fmt: skip


def words_of(
    part: OutboundMessage,
    *,
    buttons: Sequence[Button] = (),
    language: Language = Language.zh_cn,
) -> Words:
    """`buttons` are lines to write, in `language` where the text has none."""
    lines = lines_of(buttons, part.text, language)
    spans = part.spans if isinstance(part, Part) else ()
    text = "\n\n".join(each for each in (part.text, lines) if each.strip()) or "…"
    title = next((line.strip() for line in text.splitlines() if line.strip()), "…")
    words = Words(
        title=title[:_TITLE_LETTERS],
        text=rendered(text, spans) if part.markdown else text,
        marked=part.markdown,
    )
    # What formatting has made too long for one message goes without it.
    too_long = words.marked and json_bytes(words.title + words.text) > MAX_TEXT
    return replace(words, text=text, marked=False) if too_long else words


def markdown_of(
    part: OutboundMessage,
    *,
    buttons: Sequence[Button] = (),
    language: Language = Language.zh_cn,
) -> str:
    """The same where only Markdown is taken."""
    words = words_of(part, buttons=buttons, language=language)
    return words.text if words.marked else rendered(words.text)


def lines_of(buttons: Sequence[Button], about: str, language: Language = Language.zh_cn) -> str:
    """What to write instead of pressing them, in the language of what they are about."""
    language = detect(about) or language
    return "\n".join(
        say(language, "dingtalk.write", send=each.send, label=each.label or each.send)
        for each in buttons
    )
