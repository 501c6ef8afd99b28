"""The reranker's endpoint: what it is asked, and what happens when it does not answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import HttpUrl, SecretStr

from config.retrieval import RerankerSettings
from memory.reranking import Reranker
from tests.emulators.reranker import RerankerEmulator, serving_reranker

TEXTS = ["about milk", "about tea", "tea and tea"]


@asynccontextmanager
async def a_reranker(
    emulator: RerankerEmulator, *, key: str | None = None, patience: float = 5
) -> AsyncIterator[Reranker]:
    async with serving_reranker(emulator) as url:
        reranker = Reranker(
            RerankerSettings(
                base_url=HttpUrl(url), model="judge", timeout=patience,
                api_key=SecretStr(key) if key else None,
            )
        )  # fmt: skip
        yield reranker
        await reranker.aclose()


async def test_the_endpoint_puts_the_texts_in_order() -> None:
    emulator = RerankerEmulator()
    async with a_reranker(emulator, key="secret-key") as reranker:
        assert await reranker.order("tea", TEXTS) == [2, 1, 0]
    assert emulator.asked == [
        {"model": "judge", "query": "tea", "documents": TEXTS, "top_n": len(TEXTS)}
    ]
    assert emulator.keys == ["Bearer secret-key"]


async def test_without_a_key_none_is_sent() -> None:
    emulator = RerankerEmulator()
    async with a_reranker(emulator) as reranker:
        await reranker.order("tea", TEXTS)
    assert emulator.keys == [None]


@pytest.mark.parametrize(
    "broken",
    [
        Response(status_code=500), Response(status_code=401), Response("tea first!"),
        RedirectResponse("http://127.0.0.1:9/"), JSONResponse({"results": "none"}),
        JSONResponse({"results": [{"index": "first"}]}), JSONResponse([]),
    ],
)  # fmt: skip
async def test_an_endpoint_that_fails_leaves_the_order(broken: Response) -> None:
    emulator = RerankerEmulator()
    emulator.broken = broken
    async with a_reranker(emulator) as reranker:
        assert await reranker.order("tea", TEXTS) == [0, 1, 2]
    assert len(emulator.asked) == 1


async def test_one_that_hangs_is_not_waited_for() -> None:
    emulator = RerankerEmulator()
    emulator.hanging.clear()
    async with a_reranker(emulator, patience=0.2) as reranker:
        assert await reranker.order("tea", TEXTS) == [0, 1, 2]


async def test_one_that_is_not_there_leaves_the_order() -> None:
    gone = Reranker(RerankerSettings(base_url=HttpUrl("http://127.0.0.1:9/v1"), model="judge"))
    assert await gone.order("tea", TEXTS) == [0, 1, 2]
    await gone.aclose()


async def test_what_it_leaves_out_or_invents_does_no_harm() -> None:
    emulator = RerankerEmulator()
    results = [{"index": 9, "relevance_score": 1.0}, {"index": 1, "relevance_score": 0.5},
               {"index": -1, "relevance_score": 0.4}]  # fmt: skip
    emulator.broken = JSONResponse({"results": results})
    async with a_reranker(emulator) as reranker:
        assert await reranker.order("tea", TEXTS) == [1, 0, 2]
