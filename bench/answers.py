"""Which statements answer, and when to be sure: the coefficients of tools/support/judging.py are fitted
here, and measured company by company with those of the other companies.

The questions are those of bench/answers_dev.jsonl, about the documents of the demo and of the companies
in bench/answers_docs, and of bench/support.jsonl. The held-out ones are not read here."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.retrieval import empty
from config.clock import SystemClock
from config.i18n import Language
from config.i18n.detect import detect
from config.retrieval import RetrievalSettings
from memory.embeddings import LocalEmbedder
from memory.knowledge import Knowledge, Passage
from memory.meaning import Meanings
from memory.terms import in_han
from storage.tables.knowledge import DocumentKind
from tools.knowledge.parsing.document import as_text
from tools.knowledge.parsing.text import from_text
from tools.knowledge.service import Incoming, KnowledgeService
from tools.support.asked import Question
from tools.support.choosing import Choice, choose, headed, judge
from tools.support.judging import FITTED, Coefficients, Judge
from tools.support.knowledge import SURE
from tools.support.statements import Statement, statements

_HERE = Path(__file__).parent
_DEMO = _HERE.parent / "tools" / "knowledge" / "demo" / "documents"
_PASSAGES = 8
# Of both regressions: the strength of the prior, and Newton's steps, of which ten are enough.
_RIDGE_RANKING, _RIDGE_SURE, _STEPS = 1.0, 1.0, 30

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question with the passages read for it, and how near each of their statements is. It is also
    the meanings that `choose` asks for."""

    company: str
    question: Question
    answer: str | None
    passages: Sequence[Passage]
    found: Sequence[Statement]
    near: dict[str, float]

    async def nearness(self, question: str, said: Sequence[str]) -> list[float]:
        return [self.near[each] for each in said]

    def answered_by(self, text: str) -> bool:
        return self.answer is not None and any(each in text for each in self.answer.split("|"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`right`: the words of the answer are among what is told when it is told."""

    case: Case
    choice: Choice

    @property
    def right(self) -> bool:
        return self.case.answered_by("\n".join(each.text for each in self.choice.chosen))


def main() -> None:
    asyncio.run(_measure())


async def _measure() -> None:
    cases = [case async for case in _cases()]
    outcomes: list[Outcome] = []
    for company in dict.fromkeys(each.company for each in cases):
        others = await fitted([each for each in cases if each.company != company])
        tested = [each for each in cases if each.company == company]
        new = [Outcome(case=each, choice=await _chosen(each, others)) for each in tested]
        _print(company, new)
        outcomes += new
    _print("Chinese", [each for each in outcomes if in_han(each.case.question.text)])
    _print("English", [each for each in outcomes if not in_han(each.case.question.text)])
    _print("all, each with the others' coefficients", outcomes)
    for share in (0.1, 0.15, 0.2):
        silent = [each.choice.sure for each in outcomes if each.case.answer is None]
        limit = float(np.quantile(silent, 1 - share))
        _print(f"threshold {limit:.2f}", outcomes, limit)
    print(await fitted(cases))


async def _chosen(case: Case, coefficients: Coefficients) -> Choice:
    return await choose(case.question, case.passages, case, coefficients)


def _print(name: str, outcomes: Sequence[Outcome], limit: float = SURE) -> None:
    answerable = [each for each in outcomes if each.case.answer is not None]
    silent = [each for each in outcomes if each.case.answer is None]
    right = sum(each.right and each.choice.sure >= limit for each in answerable)
    chosen = sum(each.right for each in answerable)
    wrong = sum(not each.right and each.choice.sure >= limit for each in answerable)
    nothing = sum(each.choice.sure < limit for each in silent)
    print(
        f"{name}: answered rightly {right}/{len(answerable)} (rightly chosen, sure or not, {chosen}; "
        f"something else quoted {wrong}), nothing claimed {nothing}/{len(silent)}"
    )


async def _cases() -> AsyncIterator[Case]:
    lines = _lines("answers_dev.jsonl")
    lines += [line | {"company": "demo"} for line in _lines("support.jsonl")]
    meanings = Meanings(LocalEmbedder())
    for company in dict.fromkeys(str(line["company"]) for line in lines):
        async with _documents_of(company) as knowledge:
            for line in lines:
                if line["company"] == company:
                    yield await _case(line, knowledge, meanings)


def _lines(name: str) -> list[dict[str, str | None]]:
    return [json.loads(line) for line in (_HERE / name).read_text(encoding="utf-8").splitlines()]


async def _case(line: dict[str, str | None], knowledge: Knowledge, meanings: Meanings) -> Case:
    text = str(line["question"])
    language = detect(text) or Language.zh_cn
    passages = await knowledge.search(text, limit=_PASSAGES, language=language)
    found = statements(passages)
    said = [headed(each, passages[each.passage]) for each in found]
    near = dict(zip(said, await meanings.nearness(text, said), strict=True))
    return Case(
        company=str(line["company"]), question=Question(text), answer=line["answer"],
        passages=passages, found=found, near=near,
    )  # fmt: skip


@asynccontextmanager
async def _documents_of(company: str) -> AsyncIterator[Knowledge]:
    folder = _DEMO if company == "demo" else _HERE / "answers_docs" / company
    async with empty() as (database, index):
        clock = SystemClock()
        knowledge = Knowledge(database, 1, index, LocalEmbedder(), clock, RetrievalSettings())
        async with database.unit_of_work() as session:
            service = KnowledgeService(session, 1, clock)
            for file in sorted(folder.glob("*.md")):
                await service.add(session, _incoming(file))
        while await knowledge.indexer.reindex_missing():
            await knowledge.indexer.reconcile()
        yield knowledge


def _incoming(file: Path) -> Incoming:
    parsed = from_text(file.read_text(encoding="utf-8"))
    return Incoming(
        kind=DocumentKind.file, source=file.name, title=parsed.title, text=as_text(parsed),
        sha256=sha256(file.read_bytes()).hexdigest(), language=str(parsed.language or ""),
        order_key=file.name, category=(),
    )  # fmt: skip


async def fitted(cases: Sequence[Case]) -> Coefficients:
    """The ranking first, from pairs of a statement that answers and one that does not; then how sure
    to be of its best."""
    pairs, weights = _pairs(cases)
    labels = np.ones(len(pairs))
    ranking = _logistic(pairs, labels, weights, _RIDGE_RANKING)
    start = Coefficients(ranking=[*map(float, ranking)], sureness=FITTED.sureness)
    signs = [
        (1.0, *(await judge(each.question, each.passages, each.found, each, start)).signs)
        for each in cases
    ]
    answerable = np.array([float(each.answer is not None) for each in cases])
    sure = _logistic(np.array(signs), answerable, np.ones(len(cases)), _RIDGE_SURE)
    return Coefficients(
        ranking=[round(each, 2) for each in start.ranking],
        sureness=[round(float(each), 2) for each in sure],
    )


def _pairs(cases: Sequence[Case]) -> tuple[Floats, Floats]:
    """What two statements differ in. Every question weighs about as much."""
    differences, weights = [], []
    for case in cases:
        judge_ = Judge(case.question, case.passages)
        traits = [
            np.array([case.near[headed(each, case.passages[each.passage])], *judge_.traits(each)])
            for each in case.found
        ]
        right = [case.answered_by(each.text) for each in case.found]
        yes = [one for one, is_right in zip(traits, right, strict=True) if is_right]
        no = [one for one, is_right in zip(traits, right, strict=True) if not is_right]
        for one in yes:
            differences += [one - other for other in no]
            weights += [1 / (len(yes) * max(1, len(no)) ** 0.5)] * len(no)
    return np.array(differences), np.array(weights)


def _logistic(values: Floats, labels: Floats, weights: Floats, ridge: float) -> Floats:
    """Logistic regression by Newton's method; `ridge` times the squares is added."""
    found = np.zeros(values.shape[1])
    for _ in range(_STEPS):
        expected = 1 / (1 + np.exp(-(values @ found)))
        gradient = values.T @ (weights * (labels - expected)) - ridge * found
        curvature = (values.T * (weights * expected * (1 - expected))) @ values
        found = found + np.linalg.solve(curvature + ridge * np.eye(len(found)), gradient)
    return np.asarray(found)
