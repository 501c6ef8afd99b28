"""Chat models at OpenAI-compatible endpoints."""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from typing import Any

from httpx2 import AsyncClient, Timeout
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI

from config.models import ModelSettings

_LONGEST = 20_000


class StrictChat(ChatOpenAI):
    """Refuses a streamed call whose arguments are no JSON object. The library completes what was
    cut off ("20" to 2), and a call that was not sent whole is none."""

    async def _astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        sent: defaultdict[int, str] = defaultdict(str)
        length = 0
        async for chunk in super()._astream(*args, **kwargs):
            if isinstance(chunk.message, AIMessageChunk):
                for piece in chunk.message.tool_call_chunks:
                    sent[piece["index"] or 0] += piece["args"] or ""
            length += len(chunk.text)
            yield chunk
            if length > _LONGEST:
                # Nobody reads on, and every piece costs time.
                break
        if not all(isinstance(json.loads(text or "{}"), dict) for text in sent.values()):
            raise ValueError("the arguments of a call are no object")


def open_models(
    settings: Sequence[ModelSettings], http: AsyncClient, *, longest: int
) -> list[BaseChatModel]:
    """In the order in which they are tried; `longest` is the tokens of one reply. The client does
    not retry by itself: the retries are counted in one place, the middleware."""
    return [
        StrictChat(
            model=each.model,
            base_url=str(each.base_url),
            # Local servers want some key, whichever.
            api_key=each.api_key or "none",
            timeout=Timeout(each.timeout, connect=min(5.0, each.timeout)),
            http_async_client=http,
            max_retries=0,
            max_tokens=longest,
            streaming=True,
            stream_usage=True,
            extra_body=each.extra or None,
            metadata={"name": each.name},
        )
        for each in settings
    ]
