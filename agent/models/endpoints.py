"""Chat models at OpenAI-compatible endpoints."""

from collections.abc import Sequence

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI

from config.models import ModelSettings


def open_models(settings: Sequence[ModelSettings], *, longest: int) -> list[BaseChatModel]:
    """In the order in which they are tried; `longest` is the tokens of one reply. The client does
    not retry by itself: the retries are counted in one place, the middleware."""
    return [
        ChatOpenAI(
            model=each.model,
            base_url=str(each.base_url),
            # Local servers want some key, whichever.
            api_key=each.api_key or "none",
            timeout=httpx.Timeout(each.timeout, connect=min(5.0, each.timeout)),
            max_retries=0,
            max_tokens=longest,
            temperature=0,
            streaming=True,
            stream_usage=True,
            extra_body=each.extra or None,
            metadata={"name": each.name},
        )
        for each in settings
    ]
