"""How answers name what they are taken from: a mark behind each statement, the list at the end."""

from collections.abc import Iterable
from dataclasses import dataclass

from config.i18n import Language, say
from memory.knowledge import Passage


@dataclass(frozen=True, slots=True)
class Source:
    """`label` leads to the place ("Returns > Shoes"); `link` is empty unless everybody can open
    it."""

    label: str
    link: str = ""


def source_of(passage: Passage) -> Source:
    ways = [passage.title, *passage.heading.split(" > ")]
    label = " > ".join(dict.fromkeys(way.strip() for way in ways if way.strip()))
    public = passage.source.startswith(("https://", "http://"))
    return Source(label or f"D-{passage.number}", passage.source if public else "")


def marked(text: str, *numbers: int) -> str:
    """A statement with its marks: "…15 天内可退。[1]", "… within 15 days. [1]"."""
    marks = "".join(f"[{number}]" for number in numbers)
    return f"{text}{' ' if text[-1:].isascii() else ''}{marks}"


def joined(parts: Iterable[str]) -> str:
    """Sentences in one paragraph: a space stands behind marks and English words alone."""
    text = ""
    for part in parts:
        text += f" {part}" if text and text[-1].isascii() else part
    return text


def listed(language: Language, sources: Iterable[tuple[int, Source]]) -> str:
    """The list, in the order given."""
    named = [
        " ".join(part for part in (source.label, f"[{number}]", source.link) if part)
        for number, source in sources
    ]
    return say(language, "answers.sources", sources=say(language, "answers.between").join(named))
