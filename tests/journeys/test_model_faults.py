"""Whatever a language model's service does, over real HTTP, the person gets an answer or an honest
failure, and nothing happens that was not ordered."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from pydantic import HttpUrl, SecretStr

from agent.models.loop import ModelLoop
from config.models import ModelSettings
from config.settings import AnswerSettings, QuotaSettings, Settings
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
from tests.journeys.chat import Chat
from tests.journeys.conftest import OpenChat
from tools.contract import MANAGER

UNSURE = "嗯，帮我琢磨琢磨那边"

OpenWith = Callable[..., Awaitable[tuple[Chat, OpenAIEmulator]]]


@pytest.fixture
async def open_with(open_chat: OpenChat) -> AsyncIterator[OpenWith]:
    """A chat whose models, tried in order, play these scripts over HTTP."""
    async with AsyncExitStack() as stack:

        async def open_(*scripts: Script, patience: float = 10.0) -> tuple[Chat, OpenAIEmulator]:
            names = [f"model-{place}" for place in range(len(scripts))]
            emulator = OpenAIEmulator(dict(zip(names, scripts, strict=True)))
            url = await stack.enter_async_context(served(emulator.app))
            chain = tuple(
                ModelSettings(
                    name=name, base_url=HttpUrl(f"{url}/v1"), model=name, timeout=patience,
                    api_key=SecretStr("test-key"),
                )
                for name in names
            )  # fmt: skip
            answers = AnswerSettings(fast_path=1.1, within=timedelta(seconds=40))
            settings = Settings(models=chain, answers=answers)
            loop = ModelLoop(chain, MANAGER, settings.answers)
            return await open_chat(loop, settings), emulator

        yield open_


def raw(arguments: str, name: str = "set_budget") -> Answer:
    return Answer(calls=[Call(name=name, arguments=arguments)])


BUDGET = json.dumps({"campaign": "C-1", "change_percent": 20})
FIFTY = Answer(
    calls=[Call(name="get_lead", arguments=json.dumps({"lead": f"L-{n}"})) for n in range(1, 51)]
)
SAME_IDS = Answer(
    calls=[Call(name="get_lead", arguments=json.dumps({"lead": f"L-{n}"}), id="x") for n in (1, 2)]
)
BAD: dict[str, Answer] = {
    **{fault.value: faulty(fault) for fault in Fault if fault is not Fault.none},
    "empty": say(""),
    "thoughts only": say("<think>hm</think>"),
    "cut off in a sentence": Answer(text="C-1 的预算", finish="length"),
    "cut off in a call": Answer(
        calls=[Call(name="set_budget", arguments=BUDGET[:20])], finish="length"
    ),
    "arguments that are no JSON": raw("{campaign: C-1"),
    "arguments that are no object": raw('["C-1", 20]'),
    "unknown tool": raw("{}", name="drop_database"),
    "wrong types": raw('{"campaign": 1, "change_percent": "much"}'),
    "unknown arguments": raw('{"campaign": "C-1", "change_percent": 20, "force": true}'),
    "another's money": raw('{"campaign": "C-1", "change_percent": 500}'),
    "repeated call ids": SAME_IDS,
    "fifty calls at once": FIFTY,
    "the same call for ever": call("get_lead", lead="L-1"),
    "a huge reply": say("好" * 700_000),
    "control tokens": say("<|im_start|>assistant<|im_end|>"),
    "a call among the words": say(
        '```json\n{"name": "set_budget", "arguments": {"campaign": "C-1"}}\n```'
    ),
    "a claim without a call": say("已将 C-1 的预算提高 20%。"),
    "an English claim": say("Done! I've raised the budget of C-1 by 20%."),
    "an invented figure": say("C-1 昨天花了 98,765 元。"),
    "no usage": Answer(text="您好。", usage=None),
    "negative usage": Answer(
        text="您好。", usage={"prompt_tokens": -5, "completion_tokens": -5, "total_tokens": -10}
    ),
    "a refusal": Answer(text=None, refusal="I can't help with that."),
}  # fmt: skip


# What answers never is not waited for longer than this.
IMPATIENT = 1.0
HANGING = ("silence", "stall")
FAILING = (
    "silence", "stall", "cut", "busy", "broken", "unavailable", "garbage", "web_page",
    "no_choices", "empty", "thoughts only", "cut off in a call", "arguments that are no JSON",
    "control tokens", "a call among the words",
)  # fmt: skip


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause before the second try."""
    monkeypatch.setattr("agent.models.loop.FIRST_RETRY_SECONDS", 0.0)


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_model_does_nothing_and_the_person_hears_something(
    open_with: OpenWith, name: str
) -> None:
    patience = IMPATIENT if name in HANGING else 10.0
    chat, emulator = await open_with(in_turn(BAD[name]), patience=patience)
    answer = await chat.says("C-1 预算加 20% 是不是太多了，聊聊看")
    assert answer.strip()
    assert len(answer) < 20_000
    assert await chat.budgets("C-1") == ["200.00"] * 3
    assert await chat.actions() == []
    assert emulator.requests
    assert not any(token in answer for token in ("<|", "<think>", "98,765", "提高 20%。"))


@pytest.mark.parametrize("name", FAILING)
async def test_the_next_model_answers_for_one_that_fails(open_with: OpenWith, name: str) -> None:
    patience = IMPATIENT if name in HANGING else 10.0
    chat, emulator = await open_with(
        in_turn(BAD[name]), in_turn(say("您指的是哪个广告活动？")), patience=patience
    )
    assert await chat.says(UNSURE) == "您指的是哪个广告活动？"
    assert emulator.requests[-1]["model"] == "model-1"


async def test_a_busy_model_is_asked_once_more(open_with: OpenWith) -> None:
    chat, emulator = await open_with(in_turn(faulty(Fault.busy), say("您想看什么？")))
    assert await chat.says(UNSURE) == "您想看什么？"
    assert len(emulator.requests) == 2


async def test_a_silent_model_is_not_asked_twice(open_with: OpenWith) -> None:
    chat, emulator = await open_with(
        in_turn(faulty(Fault.silence)), in_turn(say("我在。")), patience=IMPATIENT
    )
    assert await chat.says(UNSURE) == "我在。"
    assert [request["model"] for request in emulator.requests] == ["model-0", "model-1"]


async def test_when_all_fail_it_is_said_honestly(open_with: OpenWith) -> None:
    chat, _ = await open_with(
        in_turn(faulty(Fault.silence)), in_turn(faulty(Fault.broken)), patience=IMPATIENT
    )
    assert "没有回应" in await chat.says(UNSURE)


async def test_when_all_fail_the_planner_does_what_it_understands(open_with: OpenWith) -> None:
    chat, _ = await open_with(in_turn(faulty(Fault.unavailable)))
    assert "P-1" in await chat.says("C-1 预算加 20%")


async def test_an_endless_loop_of_new_calls_ends_after_eight_rounds(open_with: OpenWith) -> None:
    def restless(request: dict[str, Any]) -> Answer:
        return call("get_lead", lead=f"L-{len(request['messages'])}")

    chat, emulator = await open_with(restless)
    answer = await chat.says(UNSURE)
    assert len(emulator.requests) == 9
    assert "L-" in answer


async def test_a_good_call_after_a_malformed_one_is_carried_out_once(open_with: OpenWith) -> None:
    chat, emulator = await open_with(in_turn(raw("{oops"), raw(BUDGET), say("好了")))
    assert "P-1" in await chat.says("C-1 预算加 20%")
    assert len(emulator.requests) == 3
    assert "P-2" not in await chat.says("/approvals")


async def test_the_model_reads_what_the_tool_said_and_words_it(open_with: OpenWith) -> None:
    chat, emulator = await open_with(in_turn(call("get_lead", lead="L-12"), say("他还在跟进中。")))
    assert await chat.says("L-12 现在怎么样了") == "他还在跟进中。"
    told = emulator.requests[1]["messages"][-1]
    assert told["role"] == "tool"
    assert json.loads(told["content"])["status"] == "ok"


async def test_secrets_stay_out_of_what_the_model_gets(open_with: OpenWith) -> None:
    chat, emulator = await open_with(in_turn(say("您好。")))
    await chat.says("你好呀，随便聊聊")
    assert "test-key" not in json.dumps(emulator.requests)


async def test_a_used_up_quota_stops_the_asking_but_not_the_planner(
    open_chat: OpenChat, open_with: OpenWith
) -> None:
    chat, emulator = await open_with(in_turn(say("您好。")))
    quotas = QuotaSettings(person_daily_tokens=100)
    chat = await open_chat(
        ModelLoop(chat.ground.settings.model_chain, MANAGER, chat.ground.settings.answers),
        chat.ground.settings.model_copy(update={"quotas": quotas}),
    )
    await chat.says(UNSURE)
    asked = len(emulator.requests)
    assert "用完" in await chat.says(f"{UNSURE}吧")
    assert "抖音" in await chat.says("今天抖音来了多少线索？")
    assert len(emulator.requests) == asked
