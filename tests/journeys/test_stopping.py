"""Long work is stopped by a word: what is done stays and is told, what is not begun never happens."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agent.contract import Course
from agent.models.acting import Acting
from agent.stopping import unless_stopped
from storage.tables.lead import LeadStatus
from tests.journeys.chat import MANAGER, Chat
from tools.layer import ToolLayer

Call = Callable[..., Awaitable[Any]]


async def ask_to_stop(chat: Chat, monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    """The answer to an order whose asker wants no more while its first call is carried out."""
    real: Call = ToolLayer.call
    asked = False

    async def call(*given: Any) -> Any:
        nonlocal asked
        if not asked:
            asked = True
            await chat.writes("停")
        return await real(*given)

    monkeypatch.setattr(ToolLayer, "call", call)
    return await chat.says(text)


async def test_what_is_being_done_is_finished_and_the_rest_never_begun(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = (await chat.lead("L-12")).assigned_to
    answer = await ask_to_stop(chat, monkeypatch, "给 L-12 打上 VIP 标签，并分配给李雷")
    assert answer.startswith("已停止。停之前做完的：")
    assert "VIP" in answer
    assert "分配线索" in answer
    assert (await chat.lead("L-12")).assigned_to == owner
    assert "VIP" in await chat.says("看一下 L-12")


async def test_an_order_of_one_call_is_done_when_the_word_comes_too_late(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = await ask_to_stop(chat, monkeypatch, "把 L-12 标记为已流失")
    assert "已停止" not in answer
    assert (await chat.lead("L-12")).status is LeadStatus.lost


async def test_nothing_of_a_stop_is_answered_twice(
    chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(chat.sent())
    await ask_to_stop(chat, monkeypatch, "给 L-12 打上 VIP 标签，并分配给李雷")
    assert len(chat.sent()) == before + 1
    assert (await chat.last(MANAGER)).text.startswith("已停止。")


class Calls:
    """Stands for what a model carries out: `between_calls` is held while nothing is."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.done: list[str] = []

    def between_calls(self) -> asyncio.Lock:
        return self.lock


async def test_a_model_is_stopped_after_the_call_that_is_carried_out(chat: Chat) -> None:
    calls, course = Calls(), Course()
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work() -> str:
        async with calls.lock:
            begun.set()
            await go_on.wait()
            calls.done.append("first")
        await asyncio.Event().wait()
        return "never"

    def stop_and_finish() -> None:
        course.stop.set()
        asyncio.get_running_loop().call_soon(go_on.set)

    acting: Acting = calls  # type: ignore[assignment]
    running = asyncio.create_task(unless_stopped(work(), acting, course))
    await begun.wait()
    stop_and_finish()
    async with asyncio.timeout(60):
        assert await running is None
    assert calls.done == ["first"]


async def test_a_model_that_is_not_stopped_says_its_words(chat: Chat) -> None:
    async def work() -> str:
        return "words"

    acting: Acting = Calls()  # type: ignore[assignment]
    assert await unless_stopped(work(), acting, Course()) == "words"
