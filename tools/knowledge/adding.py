"""Documents are added as durable work: each item in a transaction of its own, under a key of its
own, so that a killed process goes on with the next one and tells nothing twice."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from config.errors import TransientError, UserFacingError
from config.failpoints import failpoint
from config.i18n import Language
from config.notices import NoticeKind
from storage.database import Session
from tools.context import ToolContext
from tools.jobs.service import JobService
from tools.knowledge.categories import Path
from tools.knowledge.reading import content_of_file, content_of_link, understood
from tools.knowledge.repository import DocumentRepository
from tools.knowledge.service import Change, Failed, KnowledgeService, Outcome, ref_of
from tools.knowledge.wording import added_text, progress_text, question_to_try

log = structlog.get_logger()

JOB = "knowledge.add"
# Of more documents than this, a word on the way at a third and at two thirds.
_TELL_ABOVE = 5
_ASKED_OF = 3

Index = Callable[[], Awaitable[int]]
Handler = Callable[[ToolContext, dict[str, Any]], Awaitable[None]]


async def begin(
    session: Session,
    context: ToolContext,
    *,
    files: Sequence[int] = (),
    links: Sequence[str] = (),
    category: Path | None = None,
) -> None:
    """Queue the work; the same order again queues it once."""
    payload = {
        "order": context.order_key, "files": [*files], "links": [*links],
        "category": None if category is None else [*category],
        "language": context.language.value,
    }  # fmt: skip
    await JobService.of(session, context).once(
        session, f"{JOB}:{context.order_key}", JOB, payload, person_id=context.asker.id or None
    )


def handlers(index: Index) -> Mapping[str, Handler]:
    """The work of the knowledge base by kind of job; `index` tells the index what it lacks, and
    raises TransientError when it is away."""

    async def add(context: ToolContext, payload: dict[str, Any]) -> None:
        await add_documents(context, payload, index)

    return {JOB: add}


async def add_documents(context: ToolContext, payload: dict[str, Any], index: Index) -> None:
    """May run again, from any point."""
    context = replace(context, language=Language(payload["language"]))
    items = [*({"file": each} for each in payload["files"]),
             *({"link": each} for each in payload["links"])]  # fmt: skip
    done: list[Outcome | Failed] = []
    for number, item in enumerate(items):
        done.append(await _one(context, payload, number, item))
        await _tell_progress(context, payload, len(done), len(items))
    indexed = await _indexed(index)
    failpoint("document_indexed")
    text = added_text(context, done, asks=await _asks(context, done), indexed=indexed)
    shown = tuple(ref_of(each.document) for each in done if isinstance(each, Outcome))
    async with context.database.unit_of_work() as session:
        await context.notifier.to_person(
            session, NoticeKind.job, f"{JOB}:{payload['order']}", context.asker.id, text,
            shown=shown,
        )  # fmt: skip


async def _one(
    context: ToolContext, payload: dict[str, Any], number: int, item: Mapping[str, Any]
) -> Outcome | Failed:
    order_key = f"{payload['order']}:{number}"
    async with context.database.reading() as session:
        made = await DocumentRepository(session, context.organisation_id).ordered(order_key)
        if made is not None:
            return await KnowledgeService.of(session, context).outcome_of(made)
    name = item.get("link", "")
    try:
        category = None if payload["category"] is None else tuple(payload["category"])
        return await _add(context, item, order_key, category)
    except UserFacingError as error:
        name = str(error.values.get("name", name))
        return Failed(name=name, why=context.say(error.key, **error.values))


async def _add(
    context: ToolContext, item: Mapping[str, Any], order_key: str, category: Path | None
) -> Outcome:
    if "link" in item:
        content = await content_of_link(item["link"])
    else:
        async with context.database.reading() as session:
            content = await content_of_file(session, context.organisation_id, item["file"])
    async with context.database.reading() as session:
        service = KnowledgeService.of(session, context)
        same = await service.known(content.kind, content.source, content.sha256)
        if same is not None and category is None:
            parts = len(await service.documents.chunks(same))
            return Outcome(document=same, change=Change.same, parts=parts)
    incoming = await understood(content, order_key, category)
    failpoint("document_read")
    async with context.database.unit_of_work() as session:
        outcome = await KnowledgeService.of(session, context).add(session, incoming)
    failpoint("document_kept")
    return outcome


async def _tell_progress(
    context: ToolContext, payload: dict[str, Any], done: int, all_: int
) -> None:
    if all_ <= _TELL_ABOVE or done not in (all_ // 3, 2 * all_ // 3):
        return
    async with context.database.unit_of_work() as session:
        await context.notifier.to_person(
            session, NoticeKind.job, f"{JOB}:{payload['order']}:{done}", context.asker.id,
            progress_text(context, done, all_),
        )  # fmt: skip


async def _indexed(index: Index) -> bool:
    """False when the index is away: the service tells it by itself as soon as it is back."""
    try:
        await index()
    except TransientError as error:
        log.warning("knowledge.index_away", error=type(error).__name__)
        return False
    return True


async def _asks(context: ToolContext, done: Sequence[Outcome | Failed]) -> str:
    """A question that one of the first of them answers."""
    async with context.database.reading() as session:
        documents = DocumentRepository(session, context.organisation_id)
        for each in done[:_ASKED_OF]:
            if isinstance(each, Outcome):
                chunks = await documents.chunks(each.document)
                if question := question_to_try(each.document, chunks):
                    return question
    return ""
