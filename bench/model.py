"""What a language model costs us beside its own time: whole turns with a model that answers at once,
over real HTTP on this machine, one tool call and then the words."""

import asyncio
import json
import tempfile
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from pydantic import HttpUrl, SecretStr

from agent.models.opening import LanguageModels, open_language_models
from bench.figures import percentile
from bench.turn import Planning, open_demo, take_turn
from config.models import ModelSettings
from config.settings import AnswerSettings, Settings
from tests.emulators.openai_api import Answer, OpenAIEmulator, call, say
from tests.emulators.serving import served

_TURNS = 100
_TEXT = "L-12 现在什么情况，跟我说说"


def main() -> None:
    asyncio.run(_measure())


async def _measure() -> None:
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = await stack.enter_async_context(served(OpenAIEmulator({"m": _at_once}).app))
        settings = Settings(
            data_dir=Path(folder), answers=AnswerSettings(fast_path=1.1),
            models=(
                ModelSettings(
                    name="m", model="m", base_url=HttpUrl(f"{url}/v1"),
                    api_key=SecretStr("test-key"),
                ),
            ),
        )  # fmt: skip
        models = await stack.enter_async_context(open_language_models(settings))
        for name, given, used in (
            ("planner alone", LanguageModels(), settings.model_copy(update={"models": ()})),
            ("with a model", models, settings),
        ):
            database = f"sqlite+aiosqlite:///{Path(folder) / f'{name}.db'}"
            service, account = await open_demo(stack, database, Planning(), used, given)
            took = []
            for number in range(_TURNS + 5):
                started = time.perf_counter()
                await take_turn(service, account, _TEXT)
                if number >= 5:
                    took.append((time.perf_counter() - started) * 1000)
            print(
                f"{name}: P50 {percentile(took, 0.5):.1f} ms, P95 {percentile(took, 0.95):.1f} ms"
            )


def _at_once(request: dict[str, Any]) -> Answer:
    if request["messages"][-1]["role"] == "tool":
        return say(json.loads(request["messages"][-1]["content"])["text"][:80])
    return call("get_lead", lead="L-12")
