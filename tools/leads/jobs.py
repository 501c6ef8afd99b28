"""The work of leads that runs by itself, by kind of job."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tools.context import ToolContext
from tools.leads.importing.asking import JOB
from tools.leads.importing.running import run_import

__all__ = ["HANDLERS", "run_import"]

Handler = Callable[[ToolContext, dict[str, Any]], Awaitable[None]]

HANDLERS: Mapping[str, Handler] = {JOB: run_import}
