"""The writer of one turn: a model at the asker's cost, or nobody."""

from dataclasses import dataclass
from typing import Protocol

from tools.usage.service import Purse


class NoWriter:
    """For a service without models: the tools fall back to their templates."""

    async def write(self, instructions: str, material: str) -> None:
        return None


class Writing(Protocol):
    async def write(self, purse: Purse, instructions: str, material: str) -> str | None: ...

    async def aclose(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidWriter:
    """Implements tools.ports.Writer."""

    writing: Writing
    purse: Purse

    async def write(self, instructions: str, material: str) -> str | None:
        return await self.writing.write(self.purse, instructions, material)
