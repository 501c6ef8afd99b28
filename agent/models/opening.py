"""What the settings name: models at the tools, a writer, a planner to measure; none without models.

LangChain costs two seconds and 80 MB: it is imported only for those who have a model.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field

from agent.evaluate import Planner
from agent.models.port import Models
from agent.models.writers import Writing
from config.settings import Settings
from tools.registry import REGISTRY, Persona


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageModels:
    """`at_tools` by persona; empty, and without `writing`, when no model is configured."""

    at_tools: Mapping[Persona, Models] = field(default_factory=dict)
    writing: Writing | None = None


@asynccontextmanager
async def open_language_models(settings: Settings) -> AsyncIterator[LanguageModels]:
    if not settings.model_chain:
        yield LanguageModels()
        return
    from agent.models.writing import ModelWriting

    async with AsyncExitStack() as stack:
        loops = _loops(settings)
        for loop in loops.values():
            stack.push_async_callback(loop.aclose)
        writing = ModelWriting(settings.model_chain, settings.answers)
        stack.push_async_callback(writing.aclose)
        yield LanguageModels(at_tools=loops, writing=writing)


def open_planner(settings: Settings, local: Planner) -> AbstractContextManager[Planner]:
    """The planner as it runs with these settings."""
    if not settings.model_chain:
        return nullcontext(local)
    from agent.models.planning import ModelPlanner

    return ModelPlanner(local, _loops(settings), settings.answers.fast_path)


def _loops(settings: Settings) -> dict[Persona, Models]:
    from agent.models.loop import ModelLoop

    return {
        persona: ModelLoop(
            settings.model_chain, {name: spec.arguments for name, spec in tools.items()},
            settings.answers,
        )
        for persona, tools in REGISTRY.items()
    }  # fmt: skip
