"""Files in the chat: what is taken in, and how they are shown and handed out."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from bot.channels.base import PageAnswer, PageCall
from bot.channels.web.signing import Signer
from bot.media import checked
from bot.messages import File, RemoteFile
from bot.storable import named
from config.channels import WebSettings
from config.media import MediaSettings
from storage.inbox import REFUSED
from storage.web import Said, SharedFile, WebLog

# What a browser shows as a picture and never runs.
_PICTURES = frozenset(("image/png", "image/jpeg", "image/gif", "image/webp"))
_UPLOAD_SECONDS = 120.0


class Files:
    def __init__(
        self, log: WebLog, signer: Signer, settings: WebSettings, media: MediaSettings
    ) -> None:
        self._log = log
        self._signer = signer
        self._settings = settings
        self._media = media

    async def take(self, call: PageCall, visitor: str) -> SharedFile | int:
        """The file that was sent, or the status that says why it is not taken. Raises Refused."""
        name = named(call.query.get("name", "")) or "file"
        content = await call.read(largest(self._media), _UPLOAD_SECONDS)
        said = call.headers.get("content-type", "").partition(";")[0].strip()
        file = File(name=name, media_type=said[:80] or "application/octet-stream", content=content)
        kept, media_type = checked(file, content, self._media)
        if not kept:
            return 415 if media_type == REFUSED or not content else 413
        return await self._log.upload(visitor, name, media_type, kept)

    async def sent(self, visitor: str, tokens: Sequence[str]) -> tuple[RemoteFile, ...] | None:
        """As a message brings them; None when one of them is not the visitor's."""
        if not tokens:
            return ()
        found = await self._log.uploads(visitor, tokens)
        if len(found) < len(tokens):
            return None
        return tuple(
            RemoteFile(name=each.name, media_type=each.media_type, remote=each.token, size=each.size)
            for each in found
        )  # fmt: skip

    async def hand_out(self, call: PageCall, token: str) -> PageAnswer:
        """To whoever has an address that we signed and that is still good."""
        until, sign = call.query.get("until", ""), call.query.get("sign", "")
        if not self._signer.admits(token, until, sign):
            return PageAnswer(status=403)
        found = await self._log.content(token)
        if found is None:
            return PageAnswer(status=410)
        file, content = found
        is_picture = file.media_type in _PICTURES
        how = "inline" if is_picture else "attachment"
        return PageAnswer(
            body=content,
            media_type=file.media_type if is_picture else "application/octet-stream",
            headers={
                "content-disposition": f"{how}; filename*=UTF-8''{quote(file.name, safe='')}",
                "content-security-policy": "default-src 'none'; sandbox",
                "cache-control": "private, max-age=3600",
            },
        )

    def shown(self, line: Said) -> dict[str, Any]:
        """A message as the page wants it."""
        return {
            "number": line.number, "key": line.key, "mine": line.mine, "text": line.text,
            "markdown": line.markdown, "buttons": list(line.buttons), "at": line.at.isoformat(),
            "files": [self.described(file) for file in line.files],
        }  # fmt: skip

    def described(self, file: SharedFile) -> dict[str, Any]:
        ticket = self._signer.ticket(file.token, self._settings.links_for)
        return {
            "token": file.token, "name": file.name, "size": file.size,
            "picture": file.media_type in _PICTURES, "url": f"file/{file.token}?{ticket}",
        }  # fmt: skip


def largest(media: MediaSettings) -> int:
    """Bytes of the largest file of any kind."""
    return max((media.most_bytes(kind) for kind in media.kinds), default=0)
