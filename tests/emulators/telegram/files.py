"""Files that were sent, to be fetched or sent again by their id."""

from dataclasses import dataclass
from hashlib import sha256

from tests.emulators.telegram.errors import bad_request

MOST_TO_FETCH = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFile:
    """`size` may be said greater than the content, to try limits without the bytes."""

    id: str
    path: str
    name: str
    mime: str
    content: bytes
    size: int

    def json(self) -> dict[str, object]:
        unique = sha256(self.id.encode()).hexdigest()[:16]
        return {"file_id": self.id, "file_unique_id": unique, "file_size": self.size}


class Files:
    def __init__(self) -> None:
        self._by_id: dict[str, StoredFile] = {}

    def add(self, folder: str, name: str, mime: str, content: bytes, size: int = 0) -> StoredFile:
        number = len(self._by_id) + 1
        suffix = name.rpartition(".")[2] if "." in name else "bin"
        stored = StoredFile(
            id=f"BQACAgUAAxkBAAI{number:08d}", path=f"{folder}/file_{number}.{suffix}", name=name,
            mime=mime, content=content, size=size or len(content),
        )  # fmt: skip
        self._by_id[stored.id] = stored
        return stored

    def get(self, file_id: str) -> StoredFile:
        if file_id not in self._by_id:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return self._by_id[file_id]

    def to_fetch(self, file_id: str) -> StoredFile:
        stored = self.get(file_id)
        if stored.size > MOST_TO_FETCH:
            raise bad_request("file is too big")
        return stored

    def at(self, path: str) -> StoredFile | None:
        return next((each for each in self._by_id.values() if each.path == path), None)
