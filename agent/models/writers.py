"""The writer of one turn: a model at the asker's cost, or nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tools.usage.service import Purse


class NoWriter:
    """For a service without models: the tools fall back to their templates."""

    models: Sequence[str] = ()

    async def write(
        self, instructions: str, material: str, *, model: str | None = None,
        within: float | None = None,
    ) -> None:  # fmt: skip
        return None


class Writing(Protocol):
    @property
    def models(self) -> Sequence[str]: ...

    async def write(
        self, purse: Purse, instructions: str, material: str, *, model: str | None = None,
        within: float | None = None,
    ) -> str | None: ...  # fmt: skip

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidWriter:
    """Implements tools.ports.Writer."""

    writing: Writing
    purse: Purse

    @property
    def models(self) -> Sequence[str]:
        return self.writing.models

    async def write(
        self, instructions: str, material: str, *, model: str | None = None,
        within: float | None = None,
    ) -> str | None:  # fmt: skip
        return await self.writing.write(
            self.purse, instructions, material, model=model, within=within
        )
