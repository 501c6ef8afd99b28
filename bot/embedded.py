"""The embedded mode is one process: a lock on its data folder, and a local port on which the
running one answers `doctor`."""

import asyncio
import fcntl
import json
import os
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.findings import Finding
from config.errors import ConfigurationError

_LOCK, _PORT = "lock", "port.json"
_ANSWER_SECONDS = 5.0

Report = Callable[[], Awaitable[list[Finding]]]


class FolderLock:
    """Held while the process lives; the system frees it when the process dies, however."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _LOCK
        self._file: int | None = None

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise ConfigurationError(
                f"another HuoKe is running on {self._path.parent}. Use its chat or stop it first; "
                "`run_bot.py doctor` asks it how it is. Set DATA_DIR for a second one."
            ) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            os.close(self._file)


class LocalPort:
    """Answers one question, `doctor`, to whoever can read the token in the data folder."""

    def __init__(self, folder: Path, report: Report) -> None:
        self._path = folder / _PORT
        self._report = report
        self._token = secrets.token_hex(16)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self._path.unlink(missing_ok=True)
        file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(file, "w") as stream:
            json.dump({"port": port, "token": self._token}, stream)
        return self

    async def __aexit__(self, *error: object) -> None:
        self._path.unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(_ANSWER_SECONDS):
                asked = (await reader.readline()).decode(errors="replace").strip()
                if secrets.compare_digest(asked.encode(), self._token.encode()):
                    findings = [asdict(finding) for finding in await self._report()]
                    writer.write(json.dumps(findings).encode() + b"\n")
                    await writer.drain()
        writer.close()


async def ask_running(folder: Path) -> list[Finding] | None:
    """The report of the process that runs on `folder`, None when none does."""
    try:
        where = json.loads((folder / _PORT).read_text())
        async with asyncio.timeout(_ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection("127.0.0.1", where["port"])
            writer.write(f"{where['token']}\n".encode())
            answer = await reader.readline()
            writer.close()
        return [Finding(**finding) for finding in json.loads(answer)]
    except (OSError, TimeoutError, ValueError, KeyError, TypeError):
        return None
