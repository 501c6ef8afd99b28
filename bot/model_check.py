"""The doctor's look at the language models: can each be reached, with this key, under this name."""

import asyncio
import time

import httpx

from bot.findings import Finding
from config.models import ModelSettings
from config.settings import Settings

_TIMEOUT_SECONDS = 8.0


async def check_models(settings: Settings) -> list[Finding]:
    chain = settings.model_chain
    if not chain:
        seen = "none: the local planner does everything"
        return [Finding(part="language models", fine=True, seen=seen)]
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
        return [*await asyncio.gather(*(_check(client, model) for model in chain))]


async def _check(client: httpx.AsyncClient, model: ModelSettings) -> Finding:
    part = f"model {model.name}"
    key = model.api_key.get_secret_value() if model.api_key else "none"
    started = time.perf_counter()
    try:
        answer = await client.get(
            f"{str(model.base_url).rstrip('/')}/models",
            headers={"Authorization": f"Bearer {key}"},
        )
    except httpx.HTTPError as error:
        return Finding(
            part=part, fine=False, seen=f"{model.base_url.host}: {type(error).__name__}",
            advice="check its base_url and the network; until then the next model answers",
        )  # fmt: skip
    if answer.status_code in (401, 403):
        return Finding(
            part=part, fine=False, seen=f"the key is refused ({answer.status_code})",
            advice="set the right api_key",
        )  # fmt: skip
    took = (time.perf_counter() - started) * 1000
    known = _names(answer)
    if known and model.model not in known:
        return Finding(
            part=part, fine=False, seen=f"no model {model.model!r} there",
            advice=f"set model to one of: {', '.join(known[:8])}",
        )  # fmt: skip
    return Finding(
        part=part, fine=True, seen=f"{model.model} at {model.base_url.host}, {took:.0f} ms"
    )


def _names(answer: httpx.Response) -> list[str]:
    """The models that the endpoint lists; empty when it lists none."""
    try:
        listed = answer.json()["data"]
        # Gemini writes models/ in front.
        return [str(each["id"]).removeprefix("models/") for each in listed]
    except (ValueError, KeyError, TypeError):
        return []
