"""Middleware around the answers of models: quota first, a time limit, usable form, usage after."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import httpx2
import structlog
from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage
from openai import (
    APIConnectionError,
    APITimeoutError,
    InternalServerError,
    OpenAIError,
    RateLimitError,
)

from agent.models.errors import AskAgain, ModelFailed, NoAnswer, NoUsableReply
from agent.models.reading import usable
from agent.models.spending import Spending
from config.models import ModelSettings
from memory.tokens import estimate_tokens

log = structlog.get_logger()

# What the client's parsing raises over a body that is none.
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError)


S = TypeVar("S", bound=Spending)
Ask = Callable[[ModelRequest[S]], Awaitable[ModelResponse[Any]]]


def worth_retrying(error: Exception) -> bool:
    """Whether the same model may do better at once."""
    return isinstance(error, AskAgain | NoUsableReply)


class QuotaFirst(AgentMiddleware[Any, S]):
    """Outermost: nothing is asked of any model when the quota is used up."""

    async def awrap_model_call(self, request: ModelRequest[S], handler: Ask[S]) -> Any:
        await request.runtime.context.purse.check()
        return await handler(request)


class OneAnswer(AgentMiddleware[Any, S]):
    """Innermost: one question to one model. Raises only ModelFailed."""

    def __init__(self, chain: Mapping[str, ModelSettings], known_tools: frozenset[str]) -> None:
        self._chain = chain
        self._known_tools = known_tools

    async def awrap_model_call(self, request: ModelRequest[S], handler: Ask[S]) -> Any:
        model = self._chain[(request.model.metadata or {})["name"]]
        try:
            message = await self._answer(model, request, handler)
            await _pay(request, model, message)
            return ModelResponse(result=[usable(message, self._known_tools)])
        except ModelFailed as error:
            # Never the words of the other side: they may quote what we sent.
            log.warning("model.failed", model=model.name, kind=type(error).__name__)
            raise

    async def _answer(
        self, model: ModelSettings, request: ModelRequest[S], handler: Ask[S]
    ) -> AIMessage:
        try:
            async with asyncio.timeout(model.timeout):
                response = await handler(request)
        except (OpenAIError, httpx2.HTTPError, TimeoutError, *_UNREADABLE) as error:
            raise _translated(error) from error
        message = response.result[-1]
        if not isinstance(message, AIMessage):
            raise NoUsableReply("the reply is no message of a model")
        return message


async def _pay(request: ModelRequest[S], model: ModelSettings, message: AIMessage) -> None:
    """Tokens as the endpoint counted them, or estimated when it did not or cannot have."""
    counted = message.usage_metadata
    if counted and counted["input_tokens"] > 0 and counted["output_tokens"] >= 0:
        await request.runtime.context.purse.pay(
            model, counted["input_tokens"], counted["output_tokens"]
        )
        return
    asked = sum(estimate_tokens(str(each.text)) for each in request.messages)
    await request.runtime.context.purse.pay(model, asked, estimate_tokens(str(message.text)))


def _translated(error: Exception) -> ModelFailed:
    if isinstance(error, APITimeoutError | TimeoutError | httpx2.TimeoutException):
        return NoAnswer("no answer in time")
    again = RateLimitError | InternalServerError | APIConnectionError
    if isinstance(error, OpenAIError) and not isinstance(error, again):
        return NoAnswer(type(error).__name__)
    return AskAgain(type(error).__name__)
