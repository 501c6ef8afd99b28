"""The door for the knowledge commands of the chat: what people order, and the words they get."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from storage.database import Session
from storage.tables.knowledge import Document, DocumentKind
from tools.context import ToolContext
from tools.knowledge import wording
from tools.knowledge.adding import begin
from tools.knowledge.categories import path_of, written
from tools.knowledge.errors import BadPair
from tools.knowledge.parsing.document import Block, BlockKind, Parsed, as_text
from tools.knowledge.parsing.text import from_text
from tools.knowledge.relating import Edge
from tools.knowledge.service import Change, Incoming, KnowledgeService, Outcome, ref_of
from tools.people.service import PeopleService
from tools.result import ToolResult

__all__ = [
    "Edge", "Graph", "add_pairs", "is_document", "list_documents", "move_document",
    "remove_document", "restore_document", "roll_back", "show_difference", "show_document",
    "show_graph", "show_history", "start_adding",
]  # fmt: skip

_SUFFIXES = (".pdf", ".docx", ".md", ".markdown", ".txt", ".html", ".htm", ".xlsx", ".csv")
# "问题" "答案", in any of the quotation marks.
_QUOTED = re.compile(
    r"""\s*["“”「『'‘](?P<question>.+?)["”“」』'’]\s*["“”「『'‘](?P<answer>.+)["”“」』'’]\s*""",
    re.DOTALL,
)


def is_document(name: str) -> bool:
    """Whether a file of this name may become a document."""
    return name.lower().endswith(_SUFFIXES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """In words, and as arrows for a picture."""

    text: str
    title: str
    edges: Sequence[Edge]


async def show_graph(context: ToolContext, said: str = "") -> Graph:
    """How products and services belong together: those that `said` names, or all of them."""
    async with context.database.reading() as session:
        graph = KnowledgeService.of(session, context).graph
        edges = await (graph.related(said) if said else graph.edges())
    shown = wording.most_told(edges)
    return Graph(
        text=wording.graph_text(context, edges, shown), edges=shown,
        title=context.say("documents.graph_title"),
    )  # fmt: skip


async def start_adding(
    context: ToolContext,
    *,
    files: Sequence[int] = (),
    links: Sequence[str] = (),
    category: str = "",
) -> ToolResult:
    """Read them in the background; how it went is told when it is done. Raises BadCategory."""
    path = path_of(category) if category else None
    async with context.database.unit_of_work() as session:
        await begin(session, context, files=files, links=links, category=path)
    place = context.say("documents.to_category", category=written(path)) if path else ""
    n = len(files) + len(links)
    return _said(context.say("documents.started", n=n, place=place))


async def list_documents(context: ToolContext, category: str = "") -> ToolResult:
    """All of them, or those at and below a category. Raises BadCategory."""
    path = path_of(category)
    async with context.database.reading() as session:
        service = KnowledgeService.of(session, context)
        below = await service.categories.below(path) if path else frozenset()
        listed = await service.listed(below) if below or not path else []
        removed = 0 if path else len(await service.listed(removed=True))
    return _said(
        wording.list_text(context, listed, removed, path),
        *(ref_of(each.document) for each in listed),
    )


async def show_document(context: ToolContext, ref: str) -> ToolResult:
    """What it is, and how it begins. Raises DocumentNotFound."""
    async with context.database.reading() as session:
        service = KnowledgeService.of(session, context)
        document = await service.find(ref)
        chunks = await service.documents.chunks(document)
        version = await service.documents.version(document, document.current)
        category = (await service.categories.paths()).get(document.category_id or 0, ())
    text = wording.show_text(context, document, category, chunks, version.text)
    return _said(text, ref_of(document))


async def show_history(context: ToolContext, ref: str) -> ToolResult:
    """Its versions, the newest first. Raises DocumentNotFound."""
    async with context.database.reading() as session:
        service = KnowledgeService.of(session, context)
        document = await service.find(ref)
        versions = await service.history(document)
        everyone = await PeopleService(session, context.organisation_id).everyone()
    people = {person.id: person.name for person in everyone}
    return _said(wording.history_text(context, document, versions, people), ref_of(document))


async def show_difference(
    context: ToolContext, ref: str, before: int | None, after: int | None
) -> ToolResult:
    """What the newer of two versions says otherwise; without numbers, what the last change was.
    Raises DocumentNotFound, VersionNotFound."""
    async with context.database.reading() as session:
        service = KnowledgeService.of(session, context)
        document = await service.find(ref)
        after = after or document.current
        before = before or max(1, after - 1)
        found = await service.diff(document, before, after)
    return _said(wording.diff_text(context, document, before, after, found), ref_of(document))


async def roll_back(context: ToolContext, ref: str, version: int) -> ToolResult:
    """A new version that says what an old one said. Raises DocumentNotFound, VersionNotFound."""
    async with context.database.unit_of_work() as session:
        service = KnowledgeService.of(session, context)
        document = await service.find(ref)
        outcome = await service.rollback(session, document, version, context.order_key)
    same = outcome.change is Change.same
    text = context.say(
        "documents.rollback_same" if same else "documents.rolled_back", ref=ref_of(document),
        title=document.title, version=version, now=document.current,
    )  # fmt: skip
    return _said(text, ref_of(document))


async def remove_document(context: ToolContext, ref: str) -> ToolResult:
    """Raises DocumentNotFound."""
    async with context.database.unit_of_work() as session:
        service = KnowledgeService.of(session, context)
        document = await service.find(ref)
        done = await service.remove(session, document)
    return _about(context, document, "removed" if done else "removed_already")


async def restore_document(context: ToolContext, ref: str) -> ToolResult:
    """Raises DocumentNotFound."""
    async with context.database.unit_of_work() as session:
        service = KnowledgeService.of(session, context)
        document = await service.find(ref)
        done = await service.restore(session, document)
    return _about(context, document, "restored" if done else "restored_already")


async def move_document(context: ToolContext, ref: str, category: str) -> ToolResult:
    """Raises DocumentNotFound, BadCategory."""
    path = path_of(category)
    async with context.database.unit_of_work() as session:
        service = KnowledgeService.of(session, context)
        document = await service.find(ref)
        await service.move(session, document, path)
    place = written(path) or context.say("documents.no_category")
    text = context.say("documents.moved", ref=ref_of(document), title=document.title, place=place)
    return _said(text, ref_of(document))


async def add_pairs(context: ToolContext, said: str) -> ToolResult:
    """Questions with their answers, each a document of its own; a question that is known gets the
    new answer. Raises BadPair."""
    pairs = _pairs(said)
    if not pairs:
        raise BadPair
    async with context.database.unit_of_work() as session:
        done = [await _pair(session, context, n, pair) for n, pair in enumerate(pairs)]
    text = wording.added_text(context, done, asks=pairs[0].question)
    return _said(text, *(ref_of(each.document) for each in done))


async def _pair(session: Session, context: ToolContext, number: int, pair: Block) -> Outcome:
    language = from_text(f"{pair.question} {pair.text}").language
    text = as_text(Parsed(title=pair.question, language=language, blocks=(pair,)))
    return await KnowledgeService.of(session, context).add(
        session,
        Incoming(
            kind=DocumentKind.faq, source="", title=pair.question, text=text, language=str(language or ""),
            sha256=sha256(text.encode()).hexdigest(), order_key=f"{context.order_key}:{number}",
        ),
    )  # fmt: skip


def _pairs(said: str) -> list[Block]:
    if quoted := _QUOTED.fullmatch(said):
        question, answer = " ".join(quoted["question"].split()), quoted["answer"]
        said = f"问：{question}\n答：{answer.strip()}"
    return [
        block
        for block in from_text(said).blocks
        if block.kind is BlockKind.faq and block.question and block.text
    ]


def _about(context: ToolContext, document: Document, what: str) -> ToolResult:
    ref = ref_of(document)
    return _said(context.say(f"documents.state.{what}", ref=ref, title=document.title), ref)


def _said(text: str, *shown: str) -> ToolResult:
    return ToolResult(status="ok", text=text, shown=shown)
