"""The other end of the webhook benchmark: a stand-in for Telegram that costs little. It posts updates
and takes sends; it checks nothing (tests/emulators/telegram does)."""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count

from aiohttp import ClientSession, TCPConnector, web

TOKEN = "70001:benchmark-of-the-webhook"
SECRET = "benchmark-benchmark-benchmark"
_LONGEST_WAIT = 60.0


@dataclass
class Tally:
    """Milliseconds from the webhook's post to the reply, per message, and how long all took."""

    took: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.took) / self.seconds


class TelegramEnd:
    """Users write again when they have been answered, as people do."""

    def __init__(self, url: str, sentences: Iterator[str]) -> None:
        self._url = url
        self._sentences = sentences
        self._numbers = count(1)
        self._answers: dict[int, asyncio.Future[None]] = {}

    async def serve(self, port: int) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/bot{token}/{method}", self._take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        return runner

    async def chat(self, users: Sequence[int], messages: int) -> Tally:
        """`messages` by every one of `users`, all at the same time."""
        tally = Tally()
        headers = {
            "X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json",
        }  # fmt: skip
        async with ClientSession(headers=headers, connector=TCPConnector(limit=0)) as session:
            started = time.perf_counter()
            async with asyncio.TaskGroup() as tasks:
                for user in users:
                    tasks.create_task(self._talk(session, user, messages, tally))
            tally.seconds = time.perf_counter() - started
        return tally

    async def _talk(self, session: ClientSession, user: int, messages: int, tally: Tally) -> None:
        for _ in range(messages):
            number = next(self._numbers)
            text = next(self._sentences)
            answered = asyncio.get_running_loop().create_future()
            self._answers[user] = answered
            started = time.perf_counter()
            async with session.post(self._url, data=_update(number, user, text)) as answer:
                assert answer.status == 200, answer.status
            async with asyncio.timeout(_LONGEST_WAIT):
                await answered
            tally.took.append((time.perf_counter() - started) * 1000)

    async def _take(self, request: web.Request) -> web.Response:
        fields = await request.post()
        chat = int(str(fields.get("chat_id", 0)))
        match request.match_info["method"]:
            case "getMe":
                result: object = {
                    "id": 70001, "is_bot": True, "first_name": "bench", "username": "bench_bot",
                }  # fmt: skip
            case "sendMessage" | "sendPhoto" | "sendDocument":
                result = _message(next(self._numbers), chat)
                waiting = self._answers.pop(chat, None)
                if waiting is not None:
                    waiting.set_result(None)
            case _:
                result = True
        return web.json_response({"ok": True, "result": result})


def _update(number: int, user: int, text: str) -> bytes:
    person = {"id": user, "is_bot": False, "first_name": f"User {user}", "language_code": "zh-hans"}
    message = _message(number, user) | {"from": person, "text": text}
    return json.dumps({"update_id": number, "message": message}).encode()


def _message(number: int, chat: int) -> dict[str, object]:
    return {
        "message_id": number, "date": 1_700_000_000,
        "chat": {"id": chat, "type": "private", "first_name": f"User {chat}"},
    }  # fmt: skip
