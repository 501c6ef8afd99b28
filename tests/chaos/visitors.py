"""Visitors of the web page: each message is posted to any worker, again and again until one of them
takes it, as the script of the page does; some are posted once more after that."""

import asyncio
from collections.abc import Sequence
from random import Random
from uuid import UUID

import httpx

from tests.builders.web import a_visitor

_NAMES = ("visitor-one", "visitor-two", "visitor-three")
_AGAIN_SECONDS, _POSTED_TWICE = 0.1, 0.2
_LAST_WORDS_SECONDS = 60.0


class Visitors:
    """`taken` are the names of the messages that a worker took, as the inbox calls them. Raises
    AssertionError at the end when one was refused."""

    def __init__(self, ports: Sequence[int], seed: int, *, pace: float = 2.0) -> None:
        self._ports = ports
        self._random = Random(seed)
        self._pace = pace
        self._visiting: list[asyncio.Task[None]] = []
        self._going = True
        self.taken: list[str] = []

    def start(self) -> None:
        self._visiting = [asyncio.create_task(self._visit(name)) for name in _NAMES]

    async def stop(self) -> None:
        """Everybody has said what they had begun to say."""
        self._going = False
        async with asyncio.timeout(_LAST_WORDS_SECONDS):
            await asyncio.gather(*self._visiting)

    async def _visit(self, name: str) -> None:
        while self._going:
            await asyncio.sleep(self._random.uniform(0.2, 1.8) * self._pace)
            number = UUID(int=self._random.getrandbits(128), version=4)
            body = {"id": str(number), "text": self._words(), "pressed": None}
            while not await self._took(name, body):
                await asyncio.sleep(_AGAIN_SECONDS)
            self.taken.append(f"{name}:{number}")
            if self._random.random() < _POSTED_TWICE:
                await self._took(name, body)

    def _words(self) -> str:
        number = self._random.randrange(10**8)
        return self._random.choice(
            [f"你们几点开门？第 {number} 次问", f"帮我想三个春天的口号，编号 {number}", "转人工"]
        )

    async def _took(self, name: str, body: dict[str, str | None]) -> bool:
        url = f"http://127.0.0.1:{self._random.choice(self._ports)}/web/"
        try:
            async with a_visitor(url, as_=name) as visitor:
                answer = await visitor.post("messages", body)
        except httpx.TransportError:
            return False
        refused = 400 <= answer.status_code < 500
        assert not refused, f"{name}: {answer.status_code} {answer.text[:80]}"
        return answer.is_success
