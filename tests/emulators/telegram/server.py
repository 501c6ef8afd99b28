"""The emulator as a server: the Bot API and its control paths in one ASGI application."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from tests.emulators.serving import served
from tests.emulators.telegram.control import Control
from tests.emulators.telegram.emulated import Emulated
from tests.emulators.telegram.wire import Message, Receive, Send


class TelegramEmulator(Emulated):
    """`async with` serves it at `url`; or serve `app` yourself and `await close()` at the end."""

    def __init__(self, *tokens: str, **options: Any) -> None:
        super().__init__(*tokens, **options)
        self._control = Control(self)
        self._serving = AsyncExitStack()
        self.url = ""

    async def app(self, scope: Message, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if str(scope.get("path", "")).startswith("/__emu__/"):
            await self._control.serve(scope, receive, send)
        else:
            await self.api.serve(scope, receive, send)

    async def __aenter__(self) -> Self:
        self.url = await self._serving.enter_async_context(served(self.app))
        self._serving.push_async_callback(self.close)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._serving.aclose()


def parse_tokens(tokens: Sequence[str]) -> tuple[str, ...]:
    """Raises ValueError for one that has no bot id before its colon."""
    for token in tokens:
        if not token.partition(":")[0].isdigit():
            raise ValueError(f"{token!r} is not <bot id>:<secret>")
    return tuple(tokens)
