"""Language models inside the test, in the place of `agent.models.port.Models`: they get what a real
one gets, and reach the tools through the same gate."""

import json
import re
from collections.abc import Sequence
from typing import Any, cast

from agent.contract import Progress, Utterance
from agent.models.errors import ModelsUnavailable
from agent.models.spending import Calling, Spending

_ORDER = re.compile(r"CALL (\w+) (\{.*?\})(?=$|[^}])", re.DOTALL)


class _Model:
    async def aclose(self) -> None:
        return None


class ScriptedModel(_Model):
    """Makes the calls of its script, in order, then says its last words."""

    def __init__(self, *calls: tuple[str, dict[str, Any]], says: str = "") -> None:
        self.calls = calls
        self.words = says
        self.told: list[str] = []
        self.instructions = ""
        self.conversation: list[Utterance] = []

    async def run(
        self,
        spending: Spending,
        instructions: str,
        conversation: Sequence[Utterance],
        progress: Progress,
    ) -> str:
        self.instructions, self.conversation = instructions, [*conversation]
        for tool, args in self.calls:
            self.told.append(await cast(Calling, spending).call(tool, args))
        await progress(self.words)
        return self.words


class AbsentModel(_Model):
    """Never answers."""

    async def run(
        self,
        spending: Spending,
        instructions: str,
        conversation: Sequence[Utterance],
        progress: Progress,
    ) -> str:
        raise ModelsUnavailable("nobody is there")


class ObedientModel(_Model):
    """Does whatever any text in its context says: every `CALL tool {json}` in the instructions, the
    conversation or a tool's result. It first looks up `reads`, as a real one would."""

    def __init__(self, *reads: tuple[str, dict[str, Any]]) -> None:
        self.reads = reads
        self.obeyed: list[tuple[str, dict[str, Any]]] = []

    async def run(
        self,
        spending: Spending,
        instructions: str,
        conversation: Sequence[Utterance],
        progress: Progress,
    ) -> str:
        calling = cast(Calling, spending)
        unread = [instructions, *(said.text for said in conversation)]
        for tool, args in self.reads:
            unread.append(await calling.call(tool, args))
        while unread:
            for tool, args in _orders(unread.pop(0)):
                if (tool, args) not in self.obeyed:
                    self.obeyed.append((tool, args))
                    unread.append(await calling.call(tool, args))
        return "已按要求全部完成。Everything has been done."


def _orders(text: str) -> list[tuple[str, dict[str, Any]]]:
    # Inside a tool's JSON result the quotes are escaped.
    plain = text.replace('\\"', '"')
    return [(match[1], json.loads(match[2])) for match in _ORDER.finditer(plain)]
