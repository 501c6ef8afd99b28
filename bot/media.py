"""Which files are taken in: how many, how large, of which kinds."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from agent.contract import Reply, Turn
from bot.messages import File, RemoteFile
from bot.sniffing import EXECUTABLE, PAGE, TEXT, UNKNOWN, sniff
from bot.storable import named
from config.i18n import say
from config.media import MediaKind, MediaSettings
from storage.inbox import GONE, REFUSED, TOO_LARGE, TOO_MANY
from storage.media import PAGES

_TYPE_LETTERS = 80
_WHY = {
    TOO_LARGE: "media.too_large",
    TOO_MANY: "media.too_many",
    REFUSED: "media.refused",
    GONE: "media.gone",
}
# Text, or nothing that has a mark, and yet it runs when somebody opens it.
_DANGEROUS = frozenset(
    {
        ".exe", ".dll", ".com", ".scr", ".pif", ".msi", ".bat", ".cmd", ".ps1", ".vbs", ".vbe",
        ".js", ".jse", ".wsf", ".hta", ".reg", ".lnk", ".sh", ".command", ".apk", ".jar",
        ".xhtml", ".mhtml", ".svg", ".url", ".iso", ".docm", ".pptm",
    }
)  # fmt: skip


def admitted(
    files: Sequence[File | RemoteFile], most: int, settings: MediaSettings
) -> list[File | RemoteFile]:
    """Under names and types that a database keeps; one that is not taken keeps its name alone, and
    a type that says why."""
    kept: list[File | RemoteFile] = []
    for number, file in enumerate(files, 1):
        name = named(file.name) or f"file-{number}"
        fine = replace(file, name=name, media_type=file.media_type[:_TYPE_LETTERS])
        why = TOO_MANY if number > most else _announced(fine, settings)
        if why is None and fine.content:
            content, media_type = checked(fine, fine.content, settings)
            fine = File(name=name, media_type=media_type, content=content)
        kept.append(fine if why is None else File(name=name, media_type=why, content=b""))
    return kept


def checked(file: File | RemoteFile, content: bytes, settings: MediaSettings) -> tuple[bytes, str]:
    """What is kept of a content, and its type: nothing, when it is no such thing as we take."""
    found = sniff(content)
    suffix = PurePath(file.name).suffix.lower()
    # Under another name a page is a trap.
    page = suffix in PAGES and found in (PAGE, TEXT)
    looks_like_one = suffix in PAGES or found == PAGE
    if found == EXECUTABLE or suffix in _DANGEROUS or looks_like_one != page:
        return b"", REFUSED
    # A table is text, and some sounds have no mark.
    vague = found == UNKNOWN or (found == TEXT and file.media_type.startswith("text/"))
    # A page is kept as the text that it is: nothing may ever show it as a page.
    media_type = TEXT if page else file.media_type if vague else found
    most = settings.most_bytes(kind_of(media_type))
    if not most:
        return b"", REFUSED
    return (content, media_type) if len(content) <= most else (b"", TOO_LARGE)


def kind_of(media_type: str) -> MediaKind:
    kinds: dict[str, MediaKind] = {"image": "picture", "audio": "voice", "video": "video"}
    return kinds.get(media_type.partition("/")[0], "document")


def with_refusals(turn: Turn, reply: Reply) -> Reply:
    """The reply, and which files of the message were not taken."""
    lines = []
    for media_type, why in _WHY.items():
        names = [file.name for file in turn.files if file.media_type == media_type]
        if names:
            lines.append(say(turn.language, why, names=", ".join(names)))
    return replace(reply, text="\n\n".join([*lines, reply.text])) if lines else reply


def is_kept(media_type: str) -> bool:
    return media_type not in _WHY


def _announced(file: File | RemoteFile, settings: MediaSettings) -> str | None:
    """Why it is not even fetched."""
    if PurePath(file.name).suffix.lower() in _DANGEROUS:
        return REFUSED
    most = settings.most_bytes(kind_of(file.media_type))
    if not most:
        return REFUSED
    return TOO_LARGE if file.size > most else None
