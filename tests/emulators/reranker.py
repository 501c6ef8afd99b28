"""A reranker's endpoint for tests. It holds a passage the better, the more often it has the
question's words in it; `broken` makes it answer something else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from tests.emulators.serving import served


class RerankerEmulator:
    """`asked` are the bodies of all requests, `keys` their Authorization headers."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.broken: Response | None = None
        self.hanging = asyncio.Event()
        self.hanging.set()
        self.app = FastAPI()
        self.app.add_api_route("/v1/rerank", self._rerank, methods=["POST"])

    async def _rerank(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append(body)
        self.keys.append(request.headers.get("authorization"))
        await self.hanging.wait()
        if self.broken:
            return self.broken
        words = body["query"].split()
        scored = [
            {"index": index, "relevance_score": float(sum(text.count(word) for word in words))}
            for index, text in enumerate(body["documents"])
        ]
        scored.sort(key=lambda each: each["relevance_score"], reverse=True)
        return JSONResponse({"id": "1", "results": scored[: body["top_n"]]})


@asynccontextmanager
async def serving_reranker(emulator: RerankerEmulator) -> AsyncIterator[str]:
    """Yields the base URL of the settings."""
    async with served(emulator.app) as url:
        yield f"{url}/v1"
        emulator.hanging.set()
