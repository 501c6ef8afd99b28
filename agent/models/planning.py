"""The planner as it runs with models, for measuring: it plans, and nothing is carried out."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from agent.contract import Ask, Plan, PlannedCall, PlanRequest, Utterance
from agent.evaluate import Planner
from agent.models.acting import ASK
from agent.models.errors import ModelsUnavailable
from agent.models.port import Models
from agent.models.spending import Spending
from agent.nodes.route import sure
from agent.prompts.build import instructions
from config.models import ModelSettings
from tools.registry import Persona


class Nobody:
    """Pays for nothing and forbids nothing."""

    async def check(self) -> None:
        return None

    async def pay(self, model: ModelSettings, input_tokens: int, output_tokens: int) -> None:
        return None


@dataclass(kw_only=True)
class Recording(Spending):
    """Keeps the calls instead of carrying them out."""

    calls: list[PlannedCall] = field(default_factory=list)
    asked: Ask | None = None

    async def call(self, tool: str, args: dict[str, Any]) -> str:
        given = {name: value for name, value in args.items() if value is not None}
        if tool == ASK:
            known = given.get("args")
            call = PlannedCall(
                tool=str(given.get("tool")), args=known if isinstance(known, dict) else {}
            )
            self.asked = Ask(call=call, argument=str(given.get("argument")))
        else:
            self.calls.append(PlannedCall(tool=tool, args=given))
        return '{"status": "ok", "text": "noted; end your turn"}'


class ModelPlanner:
    """The local planner where it is sure, else a model; a context manager."""

    def __init__(self, local: Planner, models: Mapping[Persona, Models], fast_path: float) -> None:
        self._local = local
        self._models = models
        self._fast_path = fast_path
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        for models in self._models.values():
            self._runner.run(models.aclose())
        self._runner.close()

    def plan(self, request: PlanRequest) -> Plan:
        local = self._local.plan(request)
        if sure(local, self._fast_path):
            return local
        return self._runner.run(self._ask_model(request, local))

    async def _ask_model(self, request: PlanRequest, local: Plan) -> Plan:
        recording = Recording(purse=Nobody())
        conversation = [*request.history, Utterance(role="user", text=request.text)]

        async def unheard(text: str) -> None:
            return None

        try:
            await self._models[request.persona].run(
                recording, _instructions(request, local), conversation, unheard
            )
        except ModelsUnavailable:
            return local
        if recording.asked:
            return Plan(language=local.language, confidence=1.0, ask=recording.asked)
        if recording.calls:
            calls = tuple(recording.calls)
            return Plan(language=local.language, confidence=1.0, calls=calls)
        return Plan(language=local.language, confidence=1.0, talk=local.talk or "unclear")


def _instructions(request: PlanRequest, local: Plan) -> str:
    return instructions(
        request.persona, now=request.now, language=local.language, platforms=request.platforms
    )
