"""What the page's script asks for."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.base import PageAnswer, PageCall
from bot.channels.web.door import Door
from bot.channels.web.files import Files
from bot.channels.web.reading import Malformed, Written, in_frame, written
from bot.channels.web.signing import Signer
from bot.channels.web.streams import Streams
from bot.messages import RemoteFile
from config.channels import WebSettings
from storage.web import Saying, WebLog

_FILE = re.compile(r"file/([\w-]{10,64})", re.ASCII)
_BODY_SECONDS = 10.0
# A letter takes up to twelve bytes in JSON.
_LETTER_BYTES, _REST_BYTES = 12, 2_000
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
}
_SOON = {"retry-after": "2"}

Receive = Callable[[str, str, str, str | None, tuple[RemoteFile, ...]], Awaitable[None]]


class Api:
    def __init__(
        self,
        settings: WebSettings,
        door: Door,
        signer: Signer,
        *,
        log: WebLog,
        files: Files,
        streams: Streams,
        receive: Receive,
    ) -> None:
        self._settings = settings
        self._door = door
        self._signer = signer
        self._log = log
        self._files = files
        self._streams = streams
        self._receive = receive

    async def answer(self, call: PageCall) -> PageAnswer:
        """Raises Refused, and TransientError when the message could not be kept."""
        try:
            answer = await self._chosen(call)
        except Malformed as malformed:
            answer = _json({"wrong": malformed.why}, status=400)
        return PageAnswer(
            status=answer.status, body=answer.body, media_type=answer.media_type,
            headers={**_HEADERS, **answer.headers},
        )  # fmt: skip

    async def _chosen(self, call: PageCall) -> PageAnswer:
        if call.method == "GET" and (file := _FILE.fullmatch(call.path)):
            return await self._files.hand_out(call, file[1])
        match call.method, call.path:
            case "POST", "hello":
                return await self._hello(call)
            case "POST", "messages":
                return await self._for_visitor(call, self._message)
            case "POST", "files":
                return await self._for_visitor(call, self._upload)
            case "GET", "stream":
                return await self._for_visitor(call, self._stream)
            case _, "hello" | "messages" | "files" | "stream":
                return PageAnswer(status=405)
        return PageAnswer(status=404)

    async def _hello(self, call: PageCall) -> PageAnswer:
        """Says who the browser is from now on: in a cookie, or, inside another site, where browsers
        keep no cookie of ours, in words."""
        if self._door.foreign(call):
            return PageAnswer(status=403)
        frame = in_frame(await call.read(_REST_BYTES, _BODY_SECONDS))
        visitor = self._door.visitor(call)
        if visitor is None:
            refusal = await self._door.may_begin(call)
            if refusal is not None:
                return refusal
            visitor = self._signer.new_visitor()
        if frame:
            return _json({"pass": self._signer.pass_of(visitor)})
        return _json({}, headers={"set-cookie": self._door.cookie(visitor)})

    async def _for_visitor(
        self, call: PageCall, serve: Callable[[PageCall, str], Awaitable[PageAnswer]]
    ) -> PageAnswer:
        if self._door.foreign(call):
            return PageAnswer(status=403)
        visitor = self._door.visitor(call)
        return PageAnswer(status=401) if visitor is None else await serve(call, visitor)

    async def _message(self, call: PageCall, visitor: str) -> PageAnswer:
        refusal = await self._door.may_say(call, visitor)
        if refusal is not None:
            return refusal
        letters = self._settings.limits.letters
        body = await call.read(letters * _LETTER_BYTES + _REST_BYTES, _BODY_SECONDS)
        message = written(body, letters)
        files = await self._files.sent(visitor, message.files)
        if files is None:
            return _json({"wrong": "files"}, status=400)
        # Shown first: the answer must not stand above its question. What is not received then is
        # sent again by the browser, under the same id.
        number = await self._log.append(visitor, _shown(message))
        self._streams.wake(visitor)
        await self._receive(visitor, message.id, message.text, message.pressed, files)
        return _json({"number": number})

    async def _upload(self, call: PageCall, visitor: str) -> PageAnswer:
        refusal = await self._door.may_upload(call, visitor)
        if refusal is not None:
            return refusal
        taken = await self._files.take(call, visitor)
        if isinstance(taken, int):
            return PageAnswer(status=taken)
        return _json(self._files.described(taken))

    async def _stream(self, call: PageCall, visitor: str) -> PageAnswer:
        address = self._door.address(call)
        if self._streams.closed or self._streams.full(visitor, address):
            return PageAnswer(status=503, headers=_SOON)
        seen = _number(call.query.get("after") or call.headers.get("last-event-id", ""))
        if seen is None:
            seen = await self._streams.first(visitor)
        return PageAnswer(
            body=self._streams.follow(visitor, address, seen),
            media_type="text/event-stream",
            # Proxies must not collect what is to be seen at once.
            headers={"x-accel-buffering": "no"},
        )


def _shown(message: Written) -> Saying:
    return Saying(key=message.id, mine=True, text=message.text, uploads=message.files)


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None


def _json(
    said: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None
) -> PageAnswer:
    body = json.dumps(said, ensure_ascii=False).encode()
    return PageAnswer(
        status=status, body=body, media_type="application/json", headers=headers or {}
    )
