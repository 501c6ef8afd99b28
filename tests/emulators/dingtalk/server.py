"""The emulator as a server: both APIs, the stream and the control paths in one ASGI application."""

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from tests.emulators.dingtalk.control import Control
from tests.emulators.dingtalk.emulated import Emulated
from tests.emulators.serving import served
from tests.emulators.telegram.wire import Answer, Message, Receive, Send, answer


class DingtalkEmulator(Emulated):
    """`async with` serves it; or serve `app` yourself, say where by `serve_at`, and `await close()`
    at the end. `url` is the new API's address, `old_url` the old one's."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._control = Control(self)
        self._serving = AsyncExitStack()

    @property
    def url(self) -> str:
        return self.world.url

    @property
    def old_url(self) -> str:
        return self.world.old_url

    def serve_at(self, url: str) -> None:
        self.world.url = url

    async def app(self, scope: Message, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        path = str(scope.get("path", ""))
        if scope["type"] == "websocket":
            await self.streams.serve(scope, receive, send)
        elif path.startswith("/__emu__/"):
            await self._control.serve(scope, receive, send)
        elif path.startswith("/storage/"):
            await answer(send, self._stored(path))
        else:
            await self.api.serve(scope, receive, send)

    def _stored(self, path: str) -> Answer:
        stored, expires = self.world.links.get(path.removeprefix("/storage/"), (None, 0.0))
        if stored is None or expires <= self.clock.ticks():
            return Answer(403, b"<Error><Code>AccessDenied</Code></Error>", b"application/xml")
        return Answer(200, stored.content, b"application/octet-stream")

    async def __aenter__(self) -> Self:
        self.serve_at(await self._serving.enter_async_context(served(self.app)))
        self._serving.push_async_callback(self.close)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._serving.aclose()
