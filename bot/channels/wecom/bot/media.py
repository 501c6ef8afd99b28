"""Files of people, which lie encrypted at an address for five minutes; and files of ours."""

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import Message
from http import HTTPStatus
from mimetypes import guess_type
from urllib.parse import urlsplit

import httpx

from bot.channels.wecom.bot.frames import Command, Json
from bot.channels.wecom.bot.receiving import nameless
from bot.channels.wecom.bot.session import Session
from bot.channels.wecom.crypto import Forged, decrypt_file
from bot.channels.wecom.errors import without_effect
from bot.messages import File, RemoteFile, fetched
from config.errors import PermanentError, TransientError

_MOST_FETCHED = 20_000_000
_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_CHUNK = 512 * 1024
_MOST_CHUNKS = 100
_MOST_PICTURE = 10_000_000
_PICTURES = ("image/png", "image/jpeg")
_GONE = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


class Downloads:
    """`api` is the one address that may be without https. `aes_key` opens files that came without
    a key of their own."""

    def __init__(self, api: str, aes_key: str = "") -> None:
        self._http: httpx.AsyncClient | None = None
        self._api = _origin(api)
        self._aes_key = aes_key

    async def close(self) -> None:
        if self._http is not None:
            await self._http.aclose()
            self._http = None

    async def fetch(self, file: RemoteFile) -> File:
        """Raises TransientError, or PermanentError when it is gone, too large, or damaged."""
        url, key = self._place(file)
        pieces: list[bytes] = []
        size = 0
        async with self._answer(url) as answer:
            told = _file_name(answer.headers.get("content-disposition", ""))
            async for piece in answer.aiter_bytes():
                size += len(piece)
                if size > _MOST_FETCHED:
                    raise PermanentError("the file is too large")
                pieces.append(piece)
        try:
            content = decrypt_file(b"".join(pieces), key)
        except Forged as error:
            raise PermanentError(f"the file cannot be decrypted: {error}") from None
        if not told or not nameless(file):
            return fetched(file, content)
        return File(name=told, media_type=guess_type(told)[0] or file.media_type, content=content)

    def _place(self, file: RemoteFile) -> tuple[str, str]:
        try:
            found = json.loads(file.remote)
            url, key = str(found["url"]), str(found.get("key", "")) or self._aes_key
            allowed = urlsplit(url).scheme == "https" or _origin(url) == self._api
        except (ValueError, TypeError, KeyError, AttributeError):
            raise PermanentError("this file cannot be found") from None
        if not allowed:
            raise PermanentError("files are fetched by https alone")
        return url, key

    @asynccontextmanager
    async def _answer(self, url: str) -> AsyncIterator[httpx.Response]:
        # What httpx says holds the address, and so the right to read the file.
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False)
        try:
            async with self._http.stream("GET", url) as answer:
                if answer.status_code in _GONE:
                    raise PermanentError("the file is gone")
                if answer.status_code != HTTPStatus.OK:
                    raise TransientError(f"the file was answered with {answer.status_code}")
                yield answer
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise TransientError(f"the file: {type(error).__name__}") from None


async def upload(session: Session, file: File) -> tuple[str, str]:
    """The kind and the media id of what can be sent as a message. Raises as Session.ask does, but
    for TransientError: nobody saw it yet."""
    picture = file.media_type in _PICTURES and file.size <= _MOST_PICTURE
    kind = "image" if picture else "file"
    chunks = [file.content[at : at + _CHUNK] for at in range(0, len(file.content), _CHUNK)] or [b""]
    if len(chunks) > _MOST_CHUNKS:
        raise PermanentError("WeCom takes no file of this size")
    begin: Json = {
        "type": kind, "filename": file.name, "total_size": len(file.content),
        "total_chunks": len(chunks),
        "md5": hashlib.md5(file.content, usedforsecurity=False).hexdigest(),
    }  # fmt: skip
    with without_effect():
        upload_id = (await session.ask(Command.upload_init, begin)).get("upload_id")
        for index, chunk in enumerate(chunks):
            data = base64.b64encode(chunk).decode()
            body = {"upload_id": upload_id, "chunk_index": index, "base64_data": data}
            await session.ask(Command.upload_chunk, body)
        done = await session.ask(Command.upload_finish, {"upload_id": upload_id})
    return kind, str(done.get("media_id", ""))


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _file_name(disposition: str) -> str:
    """Empty when there is none."""
    header = Message()
    header["content-disposition"] = disposition
    return header.get_filename("")
