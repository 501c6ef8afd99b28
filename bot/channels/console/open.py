"""Makes the console chat of one person."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bot.channels.console.channel import ConsoleChannel
from bot.channels.console.lines import open_lines
from bot.channels.console.screen import Screen
from config.i18n import Language, say

_RECAP_LETTERS = 100


def open_console(
    *,
    account: str,
    person: str,
    role: str,
    language: Language,
    folder: Path,
    settled: Callable[[], Awaitable[None]],
    recap: Sequence[tuple[bool, str]],
) -> ConsoleChannel:
    """`folder` is the data folder: history and received files are kept there. `recap` is what was
    said last time: whether the person said it, and the words."""
    screen = Screen(
        say(language, "console.agent"), saved_as=say(language, "console.saved_as", path="{path}")
    )
    word = say(language, f"roles.{role}")
    screen.note(say(language, "console.welcome", name=person, role=word))
    kind = "customer" if role == "customer" else "staff"
    screen.note(say(language, f"console.examples_{kind}") + "\n")
    if recap:
        screen.note(say(language, "console.recap"))
    for own, text in recap:
        screen.note(f"  {person if own else say(language, 'console.agent')}: {_shortened(text)}")
    return ConsoleChannel(
        account=account,
        person=person,
        lines=open_lines(f"{person} > ", folder / "console_history"),
        screen=screen,
        folder=folder / "files",
        settled=settled,
    )


def _shortened(text: str) -> str:
    """The first line of a long answer."""
    first, _, rest = text.partition("\n")
    cut = first[:_RECAP_LETTERS]
    return f"{cut} …" if rest or len(first) > _RECAP_LETTERS else cut
