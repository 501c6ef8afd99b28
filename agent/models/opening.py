"""What the settings name: models at the tools, a writer, a planner to measure; none without models.

LangChain costs two seconds and 80 MB: it is imported only for those who have a model.
"""

from contextlib import AbstractContextManager, nullcontext

from agent.evaluate import Planner
from agent.models.port import Models
from agent.models.writers import Writing
from config.settings import Settings
from tools.registry import REGISTRY, Persona


def open_models_at_tools(settings: Settings) -> dict[Persona, Models]:
    """By persona."""
    if not settings.model_chain:
        return {}
    from agent.models.loop import ModelLoop

    return {
        persona: ModelLoop(
            settings.model_chain, {name: spec.arguments for name, spec in tools.items()},
            settings.answers,
        )
        for persona, tools in REGISTRY.items()
    }  # fmt: skip


def open_writing(settings: Settings) -> Writing | None:
    if not settings.model_chain:
        return None
    from agent.models.writing import ModelWriting

    return ModelWriting(settings.model_chain, settings.answers)


def open_planner(settings: Settings, local: Planner) -> AbstractContextManager[Planner]:
    """The planner as it runs with these settings."""
    models = open_models_at_tools(settings)
    if not models:
        return nullcontext(local)
    from agent.models.planning import ModelPlanner

    return ModelPlanner(local, models, settings.answers.fast_path)
