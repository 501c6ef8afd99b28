"""What the graph needs of the models; the implementation is imported only when one is configured,
because LangChain costs seconds and 80 MB."""

from collections.abc import Sequence
from typing import Protocol

from agent.contract import Progress, Utterance
from agent.models.acting import Acting


class Models(Protocol):
    async def run(
        self,
        acting: Acting,
        instructions: str,
        conversation: Sequence[Utterance],
        progress: Progress,
    ) -> str:
        """Let a model act, and return its last words, which may be empty when it only acted.
        What was done is in `acting`, whatever happens. Raises ModelsUnavailable, QuotaUsedUp."""
