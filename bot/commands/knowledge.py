"""/knowledge: the documents that answer customers."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

from agent.contract import Button, Reply
from bot.commands.base import Invocation, WrongUsage
from bot.media import is_kept
from storage.media import files_sent_last
from tools.knowledge.desk import (
    add_pairs,
    is_document,
    list_documents,
    move_document,
    remove_document,
    restore_document,
    roll_back,
    show_difference,
    show_document,
    show_graph,
    show_history,
    start_adding,
)
from tools.reports.charts import Link, network_chart
from tools.result import Attachment, ToolResult

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_REF = re.compile(r"[Dd][-\s]?\d{1,9}|\d{1,9}")
_STILL_MEANT = timedelta(hours=1)
# A received file, as the buttons below one call it.
_FILE = re.compile(r"[Ff]-(\d{1,18})")
_FAQ = re.compile(r"[/／]knowledge(?:@\S+)?\s+faq\s+(?P<said>.+)", re.DOTALL | re.IGNORECASE)

Run = Callable[[Invocation, Sequence[str]], Awaitable[Reply]]


async def knowledge(use: Invocation) -> Reply:
    """Without a word: what there is. Raises WrongUsage, DocumentNotFound, VersionNotFound,
    BadCategory, BadPair."""
    if not use.words:
        return await _add(use, ()) if use.turn.files else await _list(use, ())
    verb, *words = use.words
    if _REF.fullmatch(verb):
        return await _show(use, [verb])
    if verb.lower() not in _VERBS:
        raise WrongUsage(use.say("commands.usage.knowledge"))
    return await _VERBS[verb.lower()](use, words)


def offer(use: Invocation, files: Sequence[tuple[int, str]]) -> tuple[Button, ...]:
    """A button that adds these received files (id and name), when they can be documents."""
    ids = [f"F-{id_}" for id_, name in files if is_document(name)]
    if not ids:
        return ()
    label = use.say("documents.button_add")
    return (Button(label=label, send=f"/knowledge add {' '.join(ids)}"),)


async def _list(use: Invocation, words: Sequence[str]) -> Reply:
    return _reply(await list_documents(use.services.open_tools(use.turn), " ".join(words)))


async def _add(use: Invocation, words: Sequence[str]) -> Reply:
    """Links, files that came with the message or before; what else is said is the category."""
    links = [word for word in words if _LINK.fullmatch(word)]
    earlier = [int(found[1]) for word in words if (found := _FILE.fullmatch(word))]
    category = " ".join(
        word for word in words if not _LINK.fullmatch(word) and not _FILE.fullmatch(word)
    )
    files = [file.id for file in use.turn.files if is_kept(file.media_type)]
    if not links and not earlier and not files:
        earlier = await _sent_before(use)
    if not links and not earlier and not files:
        if any(not is_kept(file.media_type) for file in use.turn.files):
            # Why it was not taken is said above this.
            return Reply(text=use.say("media.received_none"))
        raise _usage(use, "add")
    context = use.services.open_tools(use.turn)
    return _reply(
        await start_adding(context, files=[*earlier, *files], links=links, category=category)
    )


async def _sent_before(use: Invocation) -> list[int]:
    """What the asker sent last, when this message brings no file: some platforms take a file and
    words as two messages."""
    if use.turn.files:
        return []
    since = use.services.clock.now() - _STILL_MEANT
    async with use.services.database.reading() as session:
        found = await files_sent_last(
            session, use.organisation_id, use.turn.conversation_id, use.turn.asker.id, since
        )
    return [file.id for file in found if is_document(file.name)]


async def _show(use: Invocation, words: Sequence[str]) -> Reply:
    (ref,) = _refs(use, "show", words)
    result = await show_document(use.services.open_tools(use.turn), ref)
    return _reply(result, _button(use, "history", result))


async def _history(use: Invocation, words: Sequence[str]) -> Reply:
    (ref,) = _refs(use, "history", words)
    result = await show_history(use.services.open_tools(use.turn), ref)
    return _reply(result, _button(use, "diff", result))


async def _diff(use: Invocation, words: Sequence[str]) -> Reply:
    ref, *versions = _refs(use, "diff", words, most=2)
    before, after = (*(int(each) for each in versions), None, None)[:2]
    context = use.services.open_tools(use.turn)
    return _reply(await show_difference(context, ref, before, after))


async def _rollback(use: Invocation, words: Sequence[str]) -> Reply:
    ref, *versions = _refs(use, "rollback", words, least=1, most=1)
    return _reply(await roll_back(use.services.open_tools(use.turn), ref, int(versions[0])))


async def _remove(use: Invocation, words: Sequence[str]) -> Reply:
    (ref,) = _refs(use, "remove", words)
    result = await remove_document(use.services.open_tools(use.turn), ref)
    return _reply(result, _button(use, "restore", result))


async def _restore(use: Invocation, words: Sequence[str]) -> Reply:
    (ref,) = _refs(use, "restore", words)
    return _reply(await restore_document(use.services.open_tools(use.turn), ref))


async def _move(use: Invocation, words: Sequence[str]) -> Reply:
    (ref,) = _refs(use, "move", words[:1])
    if len(words) < 2:
        raise _usage(use, "move")
    context = use.services.open_tools(use.turn)
    return _reply(await move_document(context, ref, " ".join(words[1:])))


async def _graph(use: Invocation, words: Sequence[str]) -> Reply:
    """How products and services belong together, in words and as a picture."""
    graph = await show_graph(use.services.open_tools(use.turn), " ".join(words))
    if not graph.edges:
        return Reply(text=graph.text)
    links = [
        Link(
            source=edge.subject, target=edge.object, broken=edge.kind == "excludes",
            label=use.say(f"documents.relations.{edge.kind}"),
        )
        for edge in graph.edges
    ]  # fmt: skip
    picture = await asyncio.to_thread(network_chart, graph.title, links)
    file = Attachment(name="knowledge-graph.png", media_type="image/png", content=picture)
    return Reply(text=graph.text, attachments=(file,))


async def _faq(use: Invocation, words: Sequence[str]) -> Reply:
    """As it was written, when it was: an answer may have several lines."""
    typed = _FAQ.fullmatch(use.turn.text.strip())
    said = typed["said"] if typed else " ".join(words)
    return _reply(await add_pairs(use.services.open_tools(use.turn), said))


_VERBS: Mapping[str, Run] = {
    "list": _list, "add": _add, "show": _show, "history": _history, "diff": _diff,
    "rollback": _rollback, "remove": _remove, "restore": _restore, "move": _move, "faq": _faq,
    "graph": _graph,
}  # fmt: skip


def _refs(
    use: Invocation, verb: str, words: Sequence[str], *, least: int = 0, most: int = 0
) -> list[str]:
    """A document, and so many numbers of versions after it. Raises WrongUsage."""
    ref, *versions = words or ("",)
    fits = least <= len(versions) <= most and all(
        each.isdecimal() and 0 < len(each) < 7 for each in versions
    )
    if not (_REF.fullmatch(ref) and fits):
        raise _usage(use, verb)
    return [ref, *versions]


def _usage(use: Invocation, verb: str) -> WrongUsage:
    return WrongUsage(use.say(f"documents.usage.{verb}"))


def _button(use: Invocation, verb: str, result: ToolResult) -> Button:
    ref = result.shown[0]
    return Button(label=use.say(f"documents.button_{verb}"), send=f"/knowledge {verb} {ref}")


def _reply(result: ToolResult, *buttons: Button) -> Reply:
    return Reply(
        text=result.text, shown=result.shown, buttons=buttons, attachments=result.attachments
    )
