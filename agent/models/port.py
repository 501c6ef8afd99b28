"""What the graph needs of the models; the implementation is imported only when one is configured,
because LangChain costs seconds and 80 MB."""

from collections.abc import Sequence
from typing import Protocol

from agent.contract import Progress, Utterance
from agent.models.spending import Spending


class Models(Protocol):
    async def run(
        self,
        spending: Spending,
        instructions: str,
        conversation: Sequence[Utterance],
        progress: Progress,
    ) -> str:
        """Let a model act, and return its last words, which may be empty when it only acted. Its
        calls go to `spending`, which is a `Calling` too. Raises ModelsUnavailable, QuotaUsedUp."""

    async def aclose(self) -> None: ...
