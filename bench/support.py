"""A customer's questions over the demo's documents, from receive() to the queued reply, in local mode:
how long, how often the answer is there, and how often nothing is claimed that no document says.

How sure to be was fitted on bench/support.jsonl, among others (bench/answers.py). tests/eval/answers_heldout.jsonl
was written before anybody saw a score of it; nothing is set on it, and only its totals are shown."""

import json
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import uvloop
from sqlalchemy import select

from agent.models.opening import LanguageModels
from bench.figures import percentile
from bench.turn import Planning, open_demo, take_turn
from bot.service import Service
from config.clock import SystemClock
from config.settings import Settings
from memory.knowledge_index import waiting
from storage.tables.work import OutboxMessage
from tests.builders.service import until
from tools.knowledge.demo.seeding import seed

_TUNED = Path(__file__).with_name("support.jsonl")
_HELD_OUT = Path(__file__).parent.parent / "tests" / "eval" / "answers_heldout.jsonl"
_INDEXED_WITHIN = 600.0


@dataclass(frozen=True, slots=True)
class Asked:
    """`answer` are words of the right answer, or of several ("7 days|7 天"); None when no document
    has one."""

    question: str
    answer: str | None
    reply: str
    milliseconds: float

    @property
    def right(self) -> bool:
        if self.answer is None:
            return "[1]" not in self.reply
        said = any(words in self.reply for words in self.answer.split("|"))
        return said and "[1]" in self.reply


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        uvloop.run(_measure(Path(folder)))


async def _measure(folder: Path) -> None:
    tuned, held_out = _lines(_TUNED), _lines(_HELD_OUT)
    async with AsyncExitStack() as stack:
        settings = Settings(data_dir=folder)
        url = f"sqlite+aiosqlite:///{folder / 'bench.db'}"
        service, _ = await open_demo(stack, url, Planning(), settings, LanguageModels())
        await seed(service.database, service.organisation_id, SystemClock())
        await _indexed(service)
        first = [await _ask(service, line, f"first-{at}") for at, line in enumerate(tuned)]
        again = [await _ask(service, line, f"again-{at}") for at, line in enumerate(tuned)]
        unseen = [await _ask(service, line, f"unseen-{at}") for at, line in enumerate(held_out)]
    _print("first time", first)
    _print("again", again)
    _print("held out", unseen)
    for each in first:
        if not each.right:
            print(f"  {each.question} → {each.reply[:120]!r}")


def _lines(file: Path) -> list[dict[str, str | None]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


async def _indexed(service: Service) -> None:
    """Wait for the indexer in the background; it is not what is measured."""

    async def done() -> bool:
        return not await waiting(service.database)

    await until(done, within=_INDEXED_WITHIN)


async def _ask(service: Service, line: dict[str, str | None], account: str) -> Asked:
    question = str(line["question"])
    # The first words to somebody say that it is an AI; that is measured, too.
    started = time.perf_counter()
    await take_turn(service, account, question)
    took = (time.perf_counter() - started) * 1000
    return Asked(question, line["answer"], await _reply(service), took)


async def _reply(service: Service) -> str:
    async with service.database.reading() as session:
        query = select(OutboxMessage.text).order_by(OutboxMessage.id.desc()).limit(1)
        return await session.scalar(query) or ""


def _print(name: str, asked: list[Asked]) -> None:
    took = [each.milliseconds for each in asked]
    answered = [each for each in asked if each.answer is not None]
    silent = [each for each in asked if each.answer is None]
    print(
        f"{name}: P50 {percentile(took, 0.5):.0f} ms, P95 {percentile(took, 0.95):.0f} ms; "
        f"answered rightly {sum(each.right for each in answered)}/{len(answered)}, "
        f"nothing claimed {sum(each.right for each in silent)}/{len(silent)}"
    )
