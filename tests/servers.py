"""Private servers that the tests start for themselves, on loopback, with files of their own."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Neither durability nor disk is under test here. What a crash of the server leaves behind is: its
# files outlive it, so even without fsync nothing that was committed is lost.
_POSTGRES_OPTIONS = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off"
_DURABLE_OPTIONS = "-c fsync=off -c full_page_writes=off"


class ServerMissing(Exception):
    """The program is not installed on this machine."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PostgresServer:
    """A cluster in a folder of its own. `durable`: a commit is on disk when it is confirmed, so
    that it survives `stop_at_once`."""

    def __init__(self, *, durable: bool = False) -> None:
        self._binaries = _postgres_binaries()
        # PostgreSQL refuses to run as root, so root lends the work to another user.
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = Path(tempfile.mkdtemp(prefix="huoke-pg-"))
        if self._user:
            os.chown(self._folder, pwd.getpwnam(self._user).pw_uid, -1)
        self._options = _DURABLE_OPTIONS if durable else _POSTGRES_OPTIONS
        self.port = free_port()

    @property
    def url(self) -> str:
        """For asyncpg, without a database name."""
        return f"postgresql+asyncpg://huoke@127.0.0.1:{self.port}"

    def create(self) -> None:
        self._run(
            "initdb", "-D", self._data, "-U", "huoke", "-A", "trust", "-E", "UTF8", "--locale=C"
        )

    def start(self) -> None:
        """Returns when it takes connections."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self._folder} {self._options}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", self._data, "-w", "-l", log, "-o", options, "start")

    def stop_at_once(self) -> None:
        """As a crash: nothing is finished, nothing is written back."""
        self._run("pg_ctl", "-D", self._data, "-m", "immediate", "stop")

    def remove(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._binaries / program), *arguments],
            check=True, user=self._user, cwd=self._folder, stdout=subprocess.DEVNULL,
        )  # fmt: skip


class RedisServer:
    """In memory alone: a restart forgets everything."""

    def __init__(self) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise ServerMissing("redis-server")
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns when it takes connections."""
        command = [
            self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
            "--loglevel", "warning",
        ]  # fmt: skip
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _wait_for(self.port)

    def flush(self) -> None:
        """Forget everything, and run on."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            connection.recv(64)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait()
            self._process = None


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A new and empty cluster."""
    server = PostgresServer(durable=durable)
    try:
        server.create()
        server.start()
        try:
            yield server
        finally:
            server.stop_at_once()
    finally:
        server.remove()


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def postgres_cluster() -> Iterator[str]:
    """A PostgreSQL cluster in a temporary folder; yields an asyncpg URL without a database name."""
    with running_postgres() as server:
        yield server.url


@contextmanager
def redis_server() -> Iterator[str]:
    """A redis-server in memory; yields its URL."""
    with running_redis() as server:
        yield server.url


def _postgres_binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).parent
    raise ServerMissing("postgresql")


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as probe:
            probe.settimeout(0.05)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing listens on {port}")
