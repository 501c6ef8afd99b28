"""Letters in a folder. One is taken away when it is kept, so what a crash leaves is read again."""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from bot.channels.base import Capabilities, Handler, Pace, WebhookAnswer, WebhookCall
from bot.messages import Address, File, InboundMessage, OutboundMessage, RemoteFile
from bot.splitting import cut
from config.errors import PermanentError, TransientError
from config.section import Section

_LONGEST, _LOOK_SECONDS = 2_000, 0.02


class MailboxSettings(Section):
    folder: Path


class MailboxChannel:
    name = "mailbox"
    capabilities = Capabilities(buttons=True, files=True)
    chats: frozenset[str] | None = None

    def __init__(self, settings: MailboxSettings) -> None:
        self._in, self._out = settings.folder / "in", settings.folder / "out"

    async def __aenter__(self) -> Self:
        for folder in (self._in, self._out):
            folder.mkdir(parents=True, exist_ok=True)
        return self

    async def __aexit__(self, *error: object) -> None:
        return None

    async def run(self, handler: Handler) -> None:
        while True:
            for letter in sorted(self._in.glob("*.json")):
                try:
                    await handler(_read(letter))
                except TransientError:
                    break
                letter.unlink()
            await asyncio.sleep(_LOOK_SECONDS)

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        pieces = [message.text[start:end] for start, end in cut(message.text, _LONGEST)]
        blank = replace(message, files=(), buttons=())
        parts = [
            replace(blank, text=piece, key=f"{message.key}/{number}")
            for number, piece in enumerate(pieces)
        ]
        return [*parts[:-1], replace(parts[-1], files=message.files, buttons=message.buttons)]

    def paces(self, address: Address) -> Mapping[str, Pace]:
        return {f"mailbox:{address.chat}": Pace(count=100, seconds=1)}

    async def send(self, part: OutboundMessage) -> str:
        number = f"{len(list(self._out.iterdir())):06}"
        letter = {
            "to": part.address.chat, "text": part.text,
            "buttons": {each.label: each.key for each in part.buttons},
            "files": [each.name for each in part.files],
        }  # fmt: skip
        (self._out / f"{number}.json").write_text(json.dumps(letter, ensure_ascii=False))
        return number

    async def draft(self, so_far: OutboundMessage) -> None:
        raise PermanentError("a letter is not shown while it is written")

    async def download(self, file: RemoteFile) -> File:
        raise PermanentError("files come with their letter")

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        raise PermanentError("a mailbox has no menu")

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        return WebhookAnswer(status=404)


def drop(folder: Path, sender: str, text: str, pressed: str = "", file: File | None = None) -> None:
    """What somebody does who writes."""
    (folder / "in").mkdir(parents=True, exist_ok=True)
    number = len(list((folder / "in").iterdir()))
    letter = {"id": uuid4().hex, "from": sender, "text": text, "pressed": pressed}
    if file is not None:
        content = base64.b64encode(file.content).decode()
        letter |= {"file": file.name, "type": file.media_type, "content": content}
    whole = folder / "in" / f"{number:06}.json"
    written = whole.with_suffix(".part")
    written.write_text(json.dumps(letter, ensure_ascii=False))
    written.replace(whole)


def letters(folder: Path) -> list[dict[str, Any]]:
    """The answers, oldest first."""
    return [json.loads(each.read_text()) for each in sorted((folder / "out").glob("*.json"))]


def _read(path: Path) -> InboundMessage:
    letter = json.loads(path.read_text())
    files: tuple[File, ...] = ()
    if "file" in letter:
        content = base64.b64decode(letter["content"])
        files = (File(name=letter["file"], media_type=letter["type"], content=content),)
    return InboundMessage(
        external_id=letter["id"],
        address=Address(channel="mailbox", bot="mailbox", chat=letter["from"]),
        sender_id=letter["from"], sender_name=letter["from"], text=letter["text"], files=files,
        pressed=letter["pressed"] or None,
    )  # fmt: skip
