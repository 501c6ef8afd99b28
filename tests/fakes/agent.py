"""An agent that answers what the test wrote, and shows what it was asked."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from agent.contract import Progress, Reply, Turn

Answer = Callable[[Turn], Awaitable[Reply]]


async def echo(turn: Turn) -> Reply:
    return Reply(text=f"echo: {turn.text}")


class FakeAgent:
    def __init__(self, answer: Answer = echo) -> None:
        self.answer = answer
        self.turns: list[Turn] = []
        self.at_work: set[int] = set()
        self.overlapped = False
        self.reread_chats: list[int] = []

    async def take(self, turn: Turn, progress: Progress) -> Reply:
        self.overlapped |= turn.conversation_id in self.at_work
        self.at_work.add(turn.conversation_id)
        self.turns.append(turn)
        try:
            await asyncio.sleep(0)
            return await self.answer(turn)
        finally:
            self.at_work.discard(turn.conversation_id)

    async def answer_approval(self, turn: Turn, ref: str, *, agreed: bool) -> Reply:
        self.turns.append(turn)
        return Reply(text=f"{'yes' if agreed else 'no'} to {ref}")

    async def revise_approval(self, turn: Turn, ref: str, change: Mapping[str, Any]) -> Reply:
        self.turns.append(turn)
        return Reply(text=f"changed {ref}")

    async def show_approval(self, turn: Turn, ref: str) -> Reply:
        self.turns.append(turn)
        return Reply(text=f"this is {ref}")

    async def order(self, turn: Turn, tool: str, args: Mapping[str, Any]) -> Reply:
        self.turns.append(turn)
        return Reply(text=f"ordered {tool}")

    async def reread(self, organisation_id: int, conversation_id: int) -> None:
        self.reread_chats.append(conversation_id)

    async def undo(self, turn: Turn) -> Reply:
        self.turns.append(turn)
        return Reply(text="undone")
