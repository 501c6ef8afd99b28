"""The context of every run of a model: somebody pays."""

from dataclasses import dataclass
from typing import Any, Protocol

from config.models import ModelSettings


class Payer(Protocol):
    """tools.usage.service.Purse, or nobody in a run that touches no storage."""

    async def check(self) -> None:
        """Raises QuotaUsedUp."""

    async def pay(self, model: ModelSettings, input_tokens: int, output_tokens: int) -> None: ...


@dataclass(kw_only=True)
class Spending:
    purse: Payer


class Calling(Protocol):
    """What receives the calls of a model."""

    async def call(self, tool: str, args: dict[str, Any]) -> str:
        """What the model reads of the result."""
