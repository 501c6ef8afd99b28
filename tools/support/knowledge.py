"""Customers' questions, answered in the words of the company's documents or not at all."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from config.i18n import Language
from config.i18n.detect import detect
from config.roles import Role
from memory.knowledge import Passage
from storage.tables.knowledge import ChunkKind
from tools.citing import Source, listed, marked, source_of
from tools.context import ToolContext
from tools.result import Offer, ToolResult
from tools.spec import Risk, ToolSpec, always
from tools.support.arguments import SearchKnowledge
from tools.support.asked import Question, has_subject
from tools.support.choosing import Choice, choose
from tools.support.statements import Statement

# Of questions that nothing answers one in six or seven lies above (`python -m bench answers`).
SURE = 0.67
_PASSAGES = 8
_QUESTIONS = 3
_SUGGESTIONS = 3
# What a model is given to read, in characters: all of a result is bounded (agent/models/acting.py).
_READ, _READ_OF_ONE = 3_600, 900
_ENDS = re.compile(r"(?<=[?？])")


@dataclass(frozen=True, slots=True)
class Found:
    """What the documents have on one question."""

    question: Question
    passages: Sequence[Passage]
    choice: Choice

    @property
    def sure(self) -> bool:
        return self.choice.sure >= SURE


async def search_knowledge(context: ToolContext, arguments: SearchKnowledge) -> ToolResult:
    """Answer from the company's documents, every statement with its source."""
    found = [await _find(context, each) for each in questions_in(arguments.question)]
    passages = _together(found)
    data = {"sure": all(each.sure for each in found), "passages": _to_read(passages)}
    if not any(each.sure for each in found):
        return _unsure(context, found, data)
    text = _worded(context, found)
    return ToolResult(status="ok", text=text, data=data)


def questions_in(text: str) -> list[Question]:
    """The questions of a message, at most three; lines before the last one are what it follows
    from."""
    context, _, asked = text.strip().rpartition("\n")
    parts: list[str] = []
    for part in filter(str.strip, _ENDS.split(asked)):
        if parts and not (has_subject(parts[-1]) and has_subject(part)):
            parts[-1] += part
        else:
            parts.append(part)
    if len(parts) > _QUESTIONS:
        parts = [asked]
    return [Question(part.strip(), context) for part in parts]


async def _find(context: ToolContext, question: Question) -> Found:
    if context.knowledge is None:
        return Found(question, (), Choice())
    passages = await context.knowledge.search(
        question.whole, limit=_PASSAGES, language=context.language
    )
    return Found(question, passages, await choose(question, passages, context.meanings))


def _together(found: Sequence[Found]) -> list[Passage]:
    """What was found for all questions, those cited first, in the order of the answer."""
    cited = [
        each.passages[chosen.passage]
        for each in found
        if each.sure
        for chosen in each.choice.chosen
    ]
    every = {passage.chunk_id: passage for passage in cited}
    for each in found:
        every |= {passage.chunk_id: passage for passage in each.passages[:_PASSAGES]
                  if passage.chunk_id not in every}  # fmt: skip
    return list(every.values())[:_PASSAGES]


def _to_read(passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """Data, whatever the words in it say."""
    left = _READ
    read: list[dict[str, Any]] = []
    for number, passage in enumerate(passages, 1):
        source = source_of(passage)
        text = passage.text[: min(_READ_OF_ONE, left)]
        if not text:
            break
        left -= len(text) + len(passage.question)
        entry = {"number": number, "source": source.label, "link": source.link,
                 "question": passage.question, "text": text}  # fmt: skip
        read.append({name: value for name, value in entry.items() if value})
    return read


def _worded(context: ToolContext, found: Sequence[Found]) -> str:
    """The statements with their marks, and the sources in the order in which they come."""
    parts: list[str] = []
    said: set[str] = set()
    numbers: dict[Source, int] = {}
    for each in found:
        if not each.sure:
            key = "answers.unsure_part_staff" if _of_staff(context) else "answers.unsure_part"
            parts.append(context.say(key, question=each.question.text))
            continue
        new = [one for one in each.choice.chosen if one.text not in said]
        said |= {one.text for one in new}
        told = [
            (one, numbers.setdefault(source_of(each.passages[one.passage]), len(numbers) + 1))
            for one in new
        ]
        parts += [
            _quoted(context, foreign, [*group])
            for foreign, group in groupby(
                told, key=lambda pair: _foreign(pair[0].text, context.language)
            )
        ]
    sources = [(number, source) for source, number in numbers.items()]
    return "\n\n".join([*parts, listed(context.language, sources)])


def _quoted(
    context: ToolContext, foreign: Language | None, said: Sequence[tuple[Statement, int]]
) -> str:
    """Statements of one language with their marks, under a word about it when it is not the
    asker's."""
    text, apart = "", False
    for statement, number in said:
        # A space stands behind the mark of the statement before.
        between = "\n" if statement.apart or apart else " "
        text = f"{text}{between}{marked(statement.text, number)}"
        apart = statement.apart
    if foreign is None:
        return text.strip()
    key = "answers.in_english" if foreign is Language.en else "answers.in_chinese"
    return f"{context.say(key)}\n{text.strip()}"


def _foreign(text: str, asked: Language) -> Language | None:
    """The language of the words when the asker does not write in it."""
    language = detect(text)
    if language is None or (language is Language.en) == (asked is Language.en):
        return None
    return language


def _unsure(context: ToolContext, found: Sequence[Found], data: dict[str, Any]) -> ToolResult:
    near = [
        each.passages[place].question
        for each in found
        for place in each.choice.near
        if each.passages[place].kind is ChunkKind.faq
        and _foreign(each.passages[place].question, context.language) is None
    ]
    meant = [*dict.fromkeys(near)][:_SUGGESTIONS]
    text = context.say("answers.unsure_staff" if _of_staff(context) else "answers.unsure")
    if meant:
        text = f"{text}\n\n{context.say('answers.did_you_mean')}"
    if _of_staff(context):
        offers = tuple(Offer(label=each, send=f"/ask {each}") for each in meant)
        return ToolResult(status="ok", text=text, data=data, offers=offers)
    person = context.say("answers.ask_person")
    offers = (*(Offer(label=each, send=each) for each in meant), Offer(label=person, send=person))
    return ToolResult(status="ok", text=text, data=data, offers=offers)


def _of_staff(context: ToolContext) -> bool:
    """Staff are not offered themselves."""
    return context.asker.role.includes(Role.agent)


SPECS = (
    ToolSpec(
        name="search_knowledge", arguments=SearchKnowledge, role=Role.customer,
        risk=always(Risk.read), run=search_knowledge,
    ),
)  # fmt: skip
