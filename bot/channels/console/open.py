"""Makes the console chat of one person."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.channels.console.channel import ConsoleChannel
from bot.channels.console.lines import open_lines
from bot.channels.console.screen import Screen
from config.i18n import Language, say


def open_console(
    *,
    account: str,
    person: str,
    role: str,
    language: Language,
    folder: Path,
    settled: Callable[[], Awaitable[None]],
) -> ConsoleChannel:
    """`folder` is the data folder: history and received files are kept there."""
    screen = Screen(say(language, "console.agent"), saved_as=say(language, "console.saved_as"))
    word = say(language, f"roles.{role}")
    screen.note(say(language, "console.welcome", name=person, role=word))
    kind = "customer" if role == "customer" else "staff"
    screen.note(say(language, f"console.examples_{kind}") + "\n")
    return ConsoleChannel(
        account=account,
        person=person,
        lines=open_lines(f"{person} > ", folder / "console_history"),
        screen=screen,
        folder=folder / "files",
        settled=settled,
    )
