"""A chat in the terminal: typed lines in, coloured answers out; it also reads a pipe.

A line is acknowledged (and the prompt comes back) when it is on disk and answered. A number
presses the button of the last message with that number; `/file PATH`, or a line that is the path
of a file, sends that file.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Self
from uuid import uuid4

from bot.channels.base import Capabilities, Handler, Pace
from bot.channels.console.lines import LineSource
from bot.channels.console.screen import Screen
from bot.channels.console.sending import file_meant, read_file
from bot.messages import Address, Button, File, InboundMessage, OutboundMessage, RemoteFile
from config.errors import PermanentError, TransientError

NAME = "console"
_RETRY_SECONDS = 1.0


class ConsoleChannel:
    """One person's chat. `settled` waits until what was said is answered; files that arrive are
    saved below `folder`."""

    name = NAME

    def __init__(
        self,
        *,
        account: str,
        person: str,
        lines: LineSource,
        screen: Screen,
        folder: Path,
        settled: Callable[[], Awaitable[None]],
    ) -> None:
        self._account = account
        self._person = person
        self._lines = lines
        self._screen = screen
        self._folder = folder
        self._settled = settled
        self._buttons: tuple[Button, ...] = ()

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(buttons=True, files=True, drafts=self._screen.is_terminal)

    @property
    def chats(self) -> frozenset[str]:
        return frozenset({self._account})

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    async def run(self, handler: Handler) -> None:
        """Until the end of input, or a line that says quit."""
        await self._settled()
        async for line in self._lines:
            text = line.strip()
            if text.lower() in ("/quit", "/exit", "exit", "quit"):
                break
            if text:
                await _kept(handler, self._message(text))
                await self._settled()

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return (message,)

    def paces(self, address: Address) -> Mapping[str, Pace]:
        return {}

    async def send(self, part: OutboundMessage) -> str:
        """Print it; the id is made here, as a terminal has none."""
        saved = await asyncio.to_thread(self._save, part.files)
        self._buttons = part.buttons
        self._screen.show(part, saved)
        return uuid4().hex

    async def download(self, file: RemoteFile) -> File:
        raise PermanentError("a terminal keeps no files")

    async def draft(self, so_far: OutboundMessage) -> None:
        self._screen.draft(so_far.text)

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        raise PermanentError("a terminal has no menu")

    def _message(self, text: str) -> InboundMessage:
        pressed = self._pressed(text)
        if pressed is not None:
            self._screen.echo(pressed.label)
            text = pressed.send
        path = file_meant(text)
        files = (read_file(path),) if path else ()
        return InboundMessage(
            external_id=uuid4().hex,
            address=Address(channel=NAME, bot=NAME, chat=self._account),
            sender_id=self._account,
            sender_name=self._person,
            text="" if files else text,
            files=files,
        )

    def _pressed(self, text: str) -> Button | None:
        number = int(text) if text.isdecimal() and len(text) < 3 else 0
        return self._buttons[number - 1] if 1 <= number <= len(self._buttons) else None

    def _save(self, files: tuple[File, ...]) -> list[Path]:
        saved = []
        for file in files:
            self._folder.mkdir(parents=True, exist_ok=True)
            path = _free_name(self._folder / Path(file.name).name)
            path.write_bytes(file.content)
            saved.append(path)
        return saved


async def _kept(handler: Handler, message: InboundMessage) -> None:
    """A terminal says nothing twice, so nothing that it said may be dropped."""
    while True:
        try:
            return await handler(message)
        except TransientError:
            await asyncio.sleep(_RETRY_SECONDS)


def _free_name(path: Path) -> Path:
    """`path`, or the first of its numbered siblings that does not exist."""
    candidate, number = path, 1
    while candidate.exists():
        number += 1
        candidate = path.with_stem(f"{path.stem}-{number}")
    return candidate
