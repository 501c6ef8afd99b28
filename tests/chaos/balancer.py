"""In front of the workers' webhooks: each call goes to any worker that answers, as behind a load
balancer; a worker that dies with a call in hand leaves the caller with an error."""

from collections.abc import Mapping
from random import Random
from typing import Any

import aiohttp

from tests.emulators.telegram.wire import Answer, answer, read_body

_UNAVAILABLE = Answer(502, b"")


class Balancer:
    """`app` is an ASGI application; `ports` are the workers' by name. `favourite` is the worker that
    gets every call while it lives."""

    def __init__(self, ports: Mapping[str, int], session: aiohttp.ClientSession, seed: int) -> None:
        self._ports = ports
        self._session = session
        self._random = Random(seed)
        self.favourite = ""

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        body = await read_body(receive)
        headers = {
            key.decode(): value.decode()
            for key, value in scope["headers"]
            if key in (b"content-type", b"x-telegram-bot-api-secret-token")
        }
        for name in self._order():
            try:
                given = await self._forwarded(self._ports[name], scope["path"], headers, body)
            except aiohttp.ClientConnectorError:
                continue
            except (aiohttp.ClientError, OSError):
                break
            await answer(send, given)
            return
        await answer(send, _UNAVAILABLE)

    def _order(self) -> list[str]:
        names = self._random.sample([*self._ports], len(self._ports))
        return sorted(names, key=lambda name: name != self.favourite)

    async def _forwarded(
        self, port: int, path: str, headers: dict[str, str], body: bytes
    ) -> Answer:
        url = f"http://127.0.0.1:{port}{path}"
        async with self._session.post(url, data=body, headers=headers) as response:
            return Answer(response.status, await response.read())
