"""Files that somebody sends from the terminal."""

import mimetypes
import shlex
from pathlib import Path

from bot.messages import File

_COMMAND = "/file "
# More than any limit on received files: what is larger is not read further.
_READ_AT_MOST = 64_000_000


def file_meant(line: str) -> Path | None:
    """The existing file that a line names: after /file, or alone, as dragging one here pastes it,
    with or without quotes."""
    said = line.removeprefix(_COMMAND).strip()
    for way in (said, said.strip("\"'"), *_unquoted(said)):
        if not way or "\x00" in way:
            continue
        path = Path(way).expanduser()
        # A bare word is something to talk about, even when a file happens to be called so.
        if (line.startswith(_COMMAND) or path.suffix) and _is_file(path):
            return path
    return None


def read_file(path: Path) -> File:
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    with path.open("rb") as file:
        return File(name=path.name, media_type=media_type, content=file.read(_READ_AT_MOST))


def _unquoted(said: str) -> list[str]:
    """With what a shell would remove: quotes, and backslashes before spaces."""
    try:
        words = shlex.split(said)
    except ValueError:
        return []
    return words if len(words) == 1 else []


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # longer than any file name: a sentence
        return False
