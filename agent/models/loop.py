"""A model at the tools: LangChain's agent loop, with its middleware for fallback, retries and
limits, and ours for quota, usable replies and the gate.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, cast

import structlog
from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelFallbackMiddleware,
    ModelRetryMiddleware,
)
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    AnyMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
)
from openai import DefaultAsyncHttpxClient

from agent.contract import Progress, Utterance
from agent.models.endpoints import open_models
from agent.models.errors import ModelFailed, ModelsUnavailable
from agent.models.gate import ThroughTheGate
from agent.models.guard import OneAnswer, QuotaFirst, worth_retrying
from agent.models.reading import cleaned
from agent.models.spending import Spending
from agent.models.tools import model_tools
from config.models import ModelSettings
from config.settings import AnswerSettings
from tools.spec import Arguments

log = structlog.get_logger()

# Pieces come by the hundred; a draft is looked at by a person.
_DRAFT_EVERY_SECONDS = 0.2
FIRST_RETRY_SECONDS = 0.4


class ModelLoop:
    """Implements `agent.models.port.Models`. One for each persona; a turn is one `run`."""

    def __init__(
        self,
        chain: Sequence[ModelSettings],
        contract: Mapping[str, type[Arguments]],
        answers: AnswerSettings,
    ) -> None:
        tools = model_tools(contract, contract)
        self._within = answers.within.total_seconds()
        self._steps = 4 * answers.rounds + 8
        self._http = DefaultAsyncHttpxClient()
        models = open_models(chain, self._http, longest=answers.longest)
        middleware: list[AgentMiddleware[Any, Spending]] = [
            # One answer more than rounds of tools: the last one words the reply.
            ModelCallLimitMiddleware(run_limit=answers.rounds + 1, exit_behavior="error"),
            *answering(models, chain, answers, frozenset(tool.name for tool in tools)),
            ThroughTheGate(),
        ]
        self._agent = create_agent(models[0], tools, context_schema=Spending, middleware=middleware)

    async def aclose(self) -> None:
        await self._http.aclose()

    async def run(
        self,
        spending: Spending,
        instructions: str,
        conversation: Sequence[Utterance],
        progress: Progress,
    ) -> str:
        words, draft = "", Draft(progress)
        try:
            async with asyncio.timeout(self._within):
                async for mode, part in self._stream(spending, instructions, conversation):
                    if mode == "values":
                        words = _last_words(part["messages"])
                    else:
                        await draft.more(part[0])
        except ModelCallLimitExceededError:
            log.warning("model.too_many_rounds")
        except (ModelFailed, TimeoutError) as error:
            raise ModelsUnavailable(str(error)) from error
        return words

    def _stream(
        self, spending: Spending, instructions: str, conversation: Sequence[Utterance]
    ) -> AsyncIterator[tuple[str, Any]]:
        messages: list[AnyMessage | dict[str, Any]] = [SystemMessage(instructions)]
        messages += map(_message, conversation)
        # Its type covers every combination of modes; ours is pairs.
        return cast(
            AsyncIterator[tuple[str, Any]],
            self._agent.astream(
                {"messages": messages}, {"recursion_limit": self._steps}, context=spending,
                stream_mode=["messages", "values"],
            ),
        )  # fmt: skip


class Draft:
    """Puts the parts of a reply together while they come; another reply begins anew."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._id: str | None = None
        self._text = ""
        self._shown_at = 0.0

    async def more(self, part: BaseMessage) -> None:
        if not isinstance(part, AIMessageChunk) or not part.text:
            return
        if part.id != self._id:
            self._id, self._text = part.id, ""
        self._text += str(part.text)
        if time.monotonic() - self._shown_at < _DRAFT_EVERY_SECONDS:
            return
        self._shown_at = time.monotonic()
        await self._progress(cleaned(self._text))


def answering(
    models: Sequence[BaseChatModel],
    chain: Sequence[ModelSettings],
    answers: AnswerSettings,
    known_tools: frozenset[str],
) -> list[AgentMiddleware[Any, Any]]:
    """How one answer is got out of several models; the first is outermost."""
    others = [ModelFallbackMiddleware(*models[1:])] if models[1:] else []
    return [
        QuotaFirst(),
        *others,
        ModelRetryMiddleware(
            max_retries=answers.retries, retry_on=worth_retrying, on_failure="error",
            initial_delay=FIRST_RETRY_SECONDS,
        ),
        OneAnswer({each.name: each for each in chain}, known_tools),
    ]  # fmt: skip


def _message(said: Utterance) -> AnyMessage:
    return HumanMessage(said.text) if said.role == "user" else AIMessage(said.text)


def _last_words(messages: Sequence[BaseMessage]) -> str:
    last = messages[-1]
    return str(last.text) if isinstance(last, AIMessage) and not last.tool_calls else ""
