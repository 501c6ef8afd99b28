"""The emulator is a faithful one: both official clients take it for the service, good and bad."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import openai
import pytest
from langchain_core.messages import AIMessageChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tests.emulators.openai_api import (
    Answer,
    Call,
    Fault,
    OpenAIEmulator,
    Script,
    call,
    faulty,
    in_turn,
    say,
)
from tests.emulators.serving import served

ASKED: list[Any] = [{"role": "user", "content": "hi"}]
SCRIPT: dict[str, Script] = {"m": in_turn(say("你好, world"))}
GET_LEAD: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_lead",
        "description": "Look up a lead.",
        "parameters": {
            "type": "object",
            "properties": {"lead": {"type": "string"}},
            "required": ["lead"],
        },
    },
}


@pytest.fixture
async def emulator() -> OpenAIEmulator:
    return OpenAIEmulator(dict(SCRIPT))


@pytest.fixture
async def client(emulator: OpenAIEmulator) -> AsyncIterator[openai.AsyncOpenAI]:
    async with (
        served(emulator.app) as url,
        openai.AsyncOpenAI(
            base_url=f"{url}/v1", api_key="test-key", max_retries=0, timeout=60
        ) as client,
    ):
        yield client


@pytest.fixture
async def chain(emulator: OpenAIEmulator) -> AsyncIterator[ChatOpenAI]:
    """LangChain's client, with a connection pool that is closed at the end."""
    async with served(emulator.app) as url, httpx.AsyncClient() as pool:
        yield ChatOpenAI(
            model="m", base_url=f"{url}/v1", api_key=SecretStr("test-key"), max_retries=0,
            timeout=10, stream_usage=True, http_async_client=pool,
        )  # fmt: skip


async def test_a_whole_answer_with_its_usage(client: openai.AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model="m", messages=ASKED)
    assert answer.choices[0].message.content == "你好, world"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 120


async def test_a_streamed_answer_is_the_same_words(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="m", messages=ASKED, stream=True, stream_options={"include_usage": True}
    )
    parts = [part async for part in stream]
    words = "".join(part.choices[0].delta.content or "" for part in parts if part.choices)
    assert words == "你好, world"
    assert parts[-1].usage is not None


async def test_tool_calls_come_whole_and_in_pieces(
    emulator: OpenAIEmulator, client: openai.AsyncOpenAI
) -> None:
    emulator.scripts["m"] = in_turn(call("get_lead", lead="L-1"))
    answer = await client.chat.completions.create(model="m", messages=ASKED)
    assert answer.choices[0].finish_reason == "tool_calls"
    (made,) = answer.choices[0].message.tool_calls or []
    assert made.type == "function"
    assert (made.function.name, made.function.arguments) == ("get_lead", '{"lead": "L-1"}')
    stream = await client.chat.completions.create(model="m", messages=ASKED, stream=True)
    deltas = [part.choices[0].delta.tool_calls async for part in stream if part.choices]
    pieces = [each[0].function for each in deltas if each and each[0].function]
    assert "".join(piece.arguments or "" for piece in pieces) == '{"lead": "L-1"}'
    assert len(pieces) > 2


async def test_the_models_are_listed(client: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in client.models.list()] == ["m"]


async def test_a_wrong_key_and_an_unknown_model_are_refused(client: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        await client.chat.completions.create(model="other", messages=ASKED)
    with pytest.raises(openai.AuthenticationError):
        await client.with_options(api_key="wrong").chat.completions.create(
            model="m", messages=ASKED
        )


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.busy, openai.RateLimitError),
        (Fault.broken, openai.InternalServerError),
        (Fault.unavailable, openai.InternalServerError),
        (Fault.silence, openai.APITimeoutError),
    ],
)
async def test_faults_are_the_errors_of_the_client(
    emulator: OpenAIEmulator, client: openai.AsyncOpenAI, fault: Fault, error: type[Exception]
) -> None:
    emulator.scripts["m"] = in_turn(faulty(fault))
    asked = client.with_options(timeout=1) if fault is Fault.silence else client
    with pytest.raises(error):
        await asked.chat.completions.create(model="m", messages=ASKED)


@pytest.mark.parametrize("fault", [Fault.stall, Fault.cut])
async def test_a_stream_that_breaks_off_fails_after_its_first_words(
    emulator: OpenAIEmulator, client: openai.AsyncOpenAI, fault: Fault
) -> None:
    emulator.scripts["m"] = in_turn(faulty(fault))
    asked = client.with_options(timeout=3) if fault is Fault.stall else client
    stream = await asked.chat.completions.create(model="m", messages=ASKED, stream=True)
    words = ""
    with pytest.raises((openai.APIError, httpx.HTTPError)):
        async for part in stream:
            words += part.choices[0].delta.content or ""
    assert words.startswith("one")


async def test_what_was_asked_is_kept(emulator: OpenAIEmulator, client: openai.AsyncOpenAI) -> None:
    await client.chat.completions.create(model="m", messages=ASKED)
    (request,) = emulator.requests
    assert request["messages"] == ASKED


async def test_ids_and_usage_can_be_anything(
    emulator: OpenAIEmulator, client: openai.AsyncOpenAI
) -> None:
    same = Call(name="get_lead", arguments="{}", id="same")
    emulator.scripts["m"] = in_turn(Answer(calls=[same, same], usage=None))
    answer = await client.chat.completions.create(model="m", messages=ASKED)
    assert [each.id for each in answer.choices[0].message.tool_calls or []] == ["same", "same"]
    assert answer.usage is None


async def test_a_busy_service_says_when_to_come_back(
    emulator: OpenAIEmulator, client: openai.AsyncOpenAI
) -> None:
    emulator.scripts["m"] = in_turn(faulty(Fault.busy))
    with pytest.raises(openai.RateLimitError) as caught:
        await client.chat.completions.create(model="m", messages=ASKED)
    assert caught.value.response.headers["retry-after"] == "1"
    assert caught.value.code == "rate_limit_exceeded"


async def test_bytes_that_are_no_json_cannot_be_read(
    emulator: OpenAIEmulator, client: openai.AsyncOpenAI
) -> None:
    emulator.scripts["m"] = in_turn(faulty(Fault.garbage))
    with pytest.raises(ValueError):  # noqa: PT011 - which one depends on where the bytes break
        await client.chat.completions.create(model="m", messages=ASKED)


async def test_the_official_client_lets_wrong_forms_through(
    emulator: OpenAIEmulator, client: openai.AsyncOpenAI
) -> None:
    """Why the caller has to look at what it got: neither of these is an error to the client."""
    emulator.scripts["m"] = in_turn(faulty(Fault.web_page), faulty(Fault.no_choices))
    page: Any = await client.chat.completions.create(model="m", messages=ASKED)
    assert page == "<html>Bad gateway</html>"
    other: Any = await client.chat.completions.create(model="m", messages=ASKED)
    assert other.choices is None


async def test_langchain_hears_the_same_words_whole_and_streamed(chain: ChatOpenAI) -> None:
    whole = await chain.ainvoke("hi")
    assert whole.content == "你好, world"
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["total_tokens"] == 120
    assert "".join([part.text async for part in chain.astream("hi")]) == "你好, world"


async def test_langchain_puts_a_streamed_tool_call_together(
    emulator: OpenAIEmulator, chain: ChatOpenAI
) -> None:
    emulator.scripts["m"] = in_turn(call("get_lead", lead="L-1"))
    bound = chain.bind_tools([GET_LEAD])
    whole = await bound.ainvoke("hi")
    streamed = AIMessageChunk(content="")
    async for part in bound.astream("hi"):
        assert isinstance(part, AIMessageChunk)
        streamed += part
    for answer in (whole, streamed):
        (made,) = answer.tool_calls
        assert (made["name"], made["args"]) == ("get_lead", {"lead": "L-1"})
    assert [request["tools"] for request in emulator.requests] == [[GET_LEAD]] * 2
    assert emulator.requests[1]["stream_options"] == {"include_usage": True}
