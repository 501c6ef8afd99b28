"""An OpenAI-compatible server for tests: chat completions, streamed or whole, by a script, and with
the faults that real services show. It says 401 to a wrong key and 404 to a model it does not have.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

Json = dict[str, Any]
_PIECE = 7
_USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}


class Fault(StrEnum):
    """How an answer goes wrong on its way."""

    none = "none"
    silence = "silence"  # the request is never answered
    stall = "stall"  # a few words, then nothing more
    cut = "cut"  # a few words, then the connection is gone
    busy = "busy"  # 429
    broken = "broken"  # 500
    unavailable = "unavailable"  # 503
    garbage = "garbage"  # 200 with bytes that are no JSON
    web_page = "web_page"  # 200 with HTML, as a proxy answers
    no_choices = "no_choices"  # 200 with JSON of another form


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A tool call; `arguments` is the raw text that the model sends."""

    name: str
    arguments: str
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One completion."""

    text: str | None = ""
    calls: Sequence[Call] = ()
    finish: str = ""
    usage: Mapping[str, int] | None = field(default_factory=lambda: _USAGE)
    refusal: str | None = None
    fault: Fault = Fault.none

    @property
    def finish_reason(self) -> str:
        return self.finish or ("tool_calls" if self.calls else "stop")


Script = Callable[[Json], Answer]


def say(text: str) -> Answer:
    return Answer(text=text)


def call(name: str, /, **arguments: Any) -> Answer:
    return Answer(calls=[Call(name=name, arguments=json.dumps(arguments, ensure_ascii=False))])


def faulty(fault: Fault) -> Answer:
    return Answer(text="one two three four five six", fault=fault)


def in_turn(*answers: Answer) -> Script:
    """One answer a request, the last one for ever."""
    left = [*answers]
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


class OpenAIEmulator:
    """`scripts` by model name. `requests` are the bodies of all completions, in order."""

    def __init__(self, scripts: Mapping[str, Script], key: str = "test-key") -> None:
        self.scripts = dict(scripts)
        self.requests: list[Json] = []
        self._key = key
        self.app = FastAPI()
        self.app.add_api_route("/v1/models", self._models, methods=["GET"])
        self.app.add_api_route("/v1/chat/completions", self._complete, methods=["POST"])

    async def _models(self, request: Request) -> Response:
        if refused := self._refusal(request):
            return refused
        listed = [{"id": name, "object": "model", "owned_by": "test"} for name in self.scripts]
        return JSONResponse({"object": "list", "data": listed})

    async def _complete(self, request: Request) -> Response:
        if refused := self._refusal(request):
            return refused
        body: Json = await request.json()
        script = self.scripts.get(body["model"])
        if script is None:
            return _error(404, "model_not_found", f"The model {body['model']!r} does not exist")
        self.requests.append(body)
        answer = script(body)
        spoiled = await _spoiled(answer)
        if spoiled is not None:
            return spoiled
        if body.get("stream"):
            return StreamingResponse(_stream(answer, body), media_type="text/event-stream")
        return JSONResponse(_whole(answer, body))

    def _refusal(self, request: Request) -> Response | None:
        if request.headers.get("authorization") == f"Bearer {self._key}":
            return None
        return _error(401, "invalid_api_key", "Incorrect API key provided")


def _error(status: int, code: str, message: str, **headers: str) -> Response:
    error = {"message": message, "type": code, "param": None, "code": code}
    return JSONResponse({"error": error}, status_code=status, headers=headers)


async def _spoiled(answer: Answer) -> Response | None:
    """What comes instead of a completion; None when one comes, whole or in part."""
    match answer.fault:
        case Fault.silence:
            await asyncio.sleep(3600)
        case Fault.busy:
            return _error(429, "rate_limit_exceeded", "Rate limit reached", **{"retry-after": "1"})
        case Fault.broken:
            return _error(500, "server_error", "The server had an error")
        case Fault.unavailable:
            return _error(503, "overloaded", "The engine is overloaded")
        case Fault.garbage:
            return Response(b"\xff\xfe{]", media_type="application/json")
        case Fault.web_page:
            return Response("<html>Bad gateway</html>", media_type="text/html")
        case Fault.no_choices:
            return JSONResponse({"choices": None})
    return None


def _whole(answer: Answer, body: Json) -> Json:
    calls = [
        {"id": each.id or f"call_{place}", "type": "function",
         "function": {"name": each.name, "arguments": each.arguments}}
        for place, each in enumerate(answer.calls)
    ]  # fmt: skip
    message: Json = {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
    if calls:
        message["tool_calls"] = calls
    choice = {"index": 0, "message": message, "finish_reason": answer.finish_reason}
    return {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"],
        "choices": [choice], "usage": answer.usage,
    }  # fmt: skip


async def _stream(answer: Answer, body: Json) -> AsyncIterator[str]:
    """Server-sent events as the official service sends them."""
    for place, delta in enumerate(_deltas(answer)):
        yield _event(body, [{"index": 0, "delta": delta, "finish_reason": None}])
        if place == 2 and answer.fault is Fault.stall:
            await asyncio.sleep(3600)
        if place == 2 and answer.fault is Fault.cut:
            raise ConnectionResetError
    yield _event(body, [{"index": 0, "delta": {}, "finish_reason": answer.finish_reason}])
    if answer.usage and (body.get("stream_options") or {}).get("include_usage"):
        yield _event(body, [], usage=answer.usage)
    yield "data: [DONE]\n\n"


def _deltas(answer: Answer) -> Iterator[Json]:
    yield {"role": "assistant", "content": None if answer.calls else ""}
    text = answer.text or ""
    for start in range(0, len(text), _PIECE):
        yield {"content": text[start : start + _PIECE]}
    if answer.refusal:
        yield {"refusal": answer.refusal}
    for place, each in enumerate(answer.calls):
        named = {"name": each.name, "arguments": ""}
        yield {"tool_calls": [{"index": place, "id": each.id or f"call_{place}",
                               "type": "function", "function": named}]}  # fmt: skip
        for start in range(0, len(each.arguments), _PIECE):
            piece = {"arguments": each.arguments[start : start + _PIECE]}
            yield {"tool_calls": [{"index": place, "function": piece}]}


def _event(body: Json, choices: list[Json], **more: Any) -> str:
    chunk = {
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1,
        "model": body["model"], "choices": choices, **more,
    }  # fmt: skip
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n"
