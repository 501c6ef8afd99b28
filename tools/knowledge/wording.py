"""Documents in words: what was added, what there is, what changed. Answers are short."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from storage.tables.knowledge import Chunk, Document, DocumentKind, DocumentVersion
from tools.knowledge.categories import Path, written
from tools.knowledge.comparing import Passage, counts
from tools.knowledge.relating import Edge
from tools.knowledge.service import Failed, Listed, Outcome, ref_of, rolled_back_to

_LISTED, _VERSIONS, _PASSAGES = 30, 12, 12
_EDGES = 36
_SENTENCE, _TITLE, _PREVIEW, _LINES = 120, 40, 600, 14


class Voice(Protocol):
    """Whoever speaks one language on the clocks of one place, as a ToolContext does."""

    @property
    def timezone(self) -> ZoneInfo: ...

    def say(self, key: str, /, **values: Any) -> str: ...


def added_text(
    voice: Voice, done: Sequence[Outcome | Failed], *, asks: str = "", indexed: bool = True
) -> str:
    """How it went: a line for each document, and what to ask to try it."""
    lines = [outcome_line(voice, each) for each in done]
    written_now = any(isinstance(each, Outcome) and each.fresh for each in done)
    if written_now and not indexed:
        lines.append(voice.say("documents.index_away"))
    if asks:
        lines.append(voice.say("documents.try_it", question=asks))
    return "\n".join(lines)


def outcome_line(voice: Voice, each: Outcome | Failed) -> str:
    if isinstance(each, Failed):
        return each.why
    key = f"documents.done.{each.change}"
    return voice.say(
        key, ref=ref_of(each.document), title=each.document.title, n=each.parts,
        version=each.document.current,
    )  # fmt: skip


def progress_text(voice: Voice, done: int, all_: int) -> str:
    return voice.say("documents.progress", done=done, all=all_)


def question_to_try(document: Document, chunks: Sequence[Chunk]) -> str:
    """What a customer may ask of it: a question of its own, or about a heading below its title."""
    asked = next((chunk.question for chunk in chunks if chunk.question), "")
    headings = (chunk.heading.rpartition(" > ")[2] for chunk in chunks)
    return asked or next((each for each in headings if each not in ("", document.title)), "")


def list_text(voice: Voice, listed: Sequence[Listed], removed: int, at: Path = ()) -> str:
    """By category, the longest list cut off."""
    if not listed:
        key = "documents.none_there" if at else "documents.none_yet"
        return voice.say(key, category=written(at))
    ordered = sorted(listed, key=lambda each: (each.category, each.document.number))
    parts = sum(each.parts for each in listed)
    lines = [voice.say("documents.list_title", n=len(listed), parts=parts)]
    for category, rows in groupby(ordered[:_LISTED], key=lambda each: each.category):
        lines.append(written(category) or voice.say("documents.no_category"))
        lines += [_row(voice, each) for each in rows]
    if len(ordered) > _LISTED:
        lines.append(voice.say("documents.more_documents", n=len(ordered) - _LISTED))
    if removed:
        lines.append(voice.say("documents.removed_count", n=removed))
    return "\n".join([*lines, voice.say("documents.how_to_change")])


def show_text(
    voice: Voice, document: Document, category: Path, chunks: Sequence[Chunk], text: str
) -> str:
    """What it is, and how it begins."""
    lines = [
        voice.say(
            "documents.shown", ref=ref_of(document), title=document.title,
            kind=voice.say(f"documents.kinds.{document.kind}"), n=len(chunks),
            version=document.current,
            category=written(category) or voice.say("documents.no_category"),
        )
    ]  # fmt: skip
    if document.source:
        lines.append(voice.say("documents.source", source=document.source))
    if document.removed_at is not None:
        since = document.removed_at.astimezone(voice.timezone)
        lines.append(voice.say("documents.removed_since", at=f"{since:%m-%d %H:%M}"))
    waiting = sum(chunk.indexed_at is None for chunk in chunks)
    if waiting and document.removed_at is None:
        lines.append(voice.say("documents.waiting", n=waiting))
    return "\n".join([*lines, "", _beginning(text)])


def history_text(
    voice: Voice,
    document: Document,
    versions: Sequence[DocumentVersion],
    people: Mapping[int, str],
) -> str:
    lines = [voice.say("documents.history", ref=ref_of(document), title=document.title)]
    for each in versions[:_VERSIONS]:
        old = rolled_back_to(each)
        lines.append(
            voice.say(
                "documents.version_line", version=each.version,
                at=f"{each.created_at.astimezone(voice.timezone):%Y-%m-%d %H:%M}",
                who=people.get(each.author_id or 0, "HuoKe"), n=len(each.text),
                note=voice.say("documents.rolled_back_note", version=old) if old else "",
                now=voice.say("documents.now") if each.version == document.current else "",
            ).rstrip()
        )  # fmt: skip
    if len(versions) > _VERSIONS:
        lines.append(voice.say("documents.more_versions", n=len(versions) - _VERSIONS))
    return "\n".join(lines)


def diff_text(
    voice: Voice, document: Document, before: int, after: int, found: Sequence[Passage]
) -> str:
    """What went is marked with −, what came with +."""
    values = {"ref": ref_of(document), "before": before, "after": after}
    if not found:
        return voice.say("documents.diff_none", **values)
    added, removed = counts(found)
    lines = [voice.say("documents.diff", added=added, removed=removed, **values)]
    for passage in found[:_PASSAGES]:
        lines += [f"− {_cut(words)}" for words in passage.before[:_PASSAGES]]
        lines += [f"+ {_cut(words)}" for words in passage.after[:_PASSAGES]]
    left = added + removed - (len(lines) - 1)
    if left > 0:
        lines.append(voice.say("documents.more_changes", n=left))
    return "\n".join(lines)


def most_told(edges: Sequence[Edge]) -> list[Edge]:
    """The things of which most is told, and what is told of them: as much as a picture shows."""
    told = Counter(edge.subject for edge in edges)
    shown: list[Edge] = []
    for subject, _ in told.most_common():
        of_it = [edge for edge in edges if edge.subject == subject]
        if len(shown) + len(of_it) <= _EDGES:
            shown += of_it
    return shown


def graph_text(voice: Voice, edges: Sequence[Edge], shown: Sequence[Edge]) -> str:
    """A line for each thing: what it has, suits, costs, and which documents say so."""
    if not edges:
        return voice.say("documents.graph_none")
    lines = [voice.say("documents.graph", n=len(edges))]
    for subject in dict.fromkeys(edge.subject for edge in shown):
        told: dict[str, list[str]] = {}
        for edge in shown:
            if edge.subject == subject:
                told.setdefault(edge.kind, []).append(edge.object)
        words = voice.say("documents.join_told").join(
            f"{voice.say(f'documents.relations.{kind}')} "
            f"{voice.say('documents.join_names').join(names)}"
            for kind, names in told.items()
        )
        refs = sorted({f"D-{edge.number}" for edge in shown if edge.subject == subject})
        lines.append(
            voice.say("documents.graph_line", subject=subject, told=words, refs=" ".join(refs))
        )
    if len(edges) > len(shown):
        lines.append(voice.say("documents.more_relations", n=len(edges) - len(shown)))
    return "\n".join(lines)


def _row(voice: Voice, each: Listed) -> str:
    document = each.document
    key = "documents.faq_row" if document.kind is DocumentKind.faq else "documents.row"
    return voice.say(
        key, ref=ref_of(document), title=_cut(document.title, _TITLE), n=each.parts,
        version=document.current,
    )  # fmt: skip


def _beginning(text: str) -> str:
    """The first lines, without the marks of Markdown tables that a chat cannot draw."""
    lines = [line for line in text.splitlines() if line.strip() and set(line) - set("|-: ")]
    shown = "\n".join(_cut(line) for line in lines[:_LINES])[:_PREVIEW]
    return f"{shown} …" if len(lines) > _LINES or len(shown) == _PREVIEW else shown


def _cut(words: str, most: int = _SENTENCE) -> str:
    return words if len(words) <= most else f"{words[: most - 1]}…"
