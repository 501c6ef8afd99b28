"""The emulator in a process of its own, held by a test or a benchmark in another."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import httpx

Json = dict[str, Any]
T = TypeVar("T")

ROOT = Path(__file__).parents[3]


class RemoteEmulator:
    """Its control paths, called and answered at once. Raises httpx.HTTPStatusError when refused."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=f"{url}/__emu__/", timeout=30, trust_env=False)

    @cached_property
    def token(self) -> str:
        """The first bot's."""
        found: str = self.view("bots")[0]["token"]
        return found

    def do(self, action: str, **what: Any) -> Any:
        """`do("say", user=5001, text="你好")`; see control.Control for the actions."""
        return self._answered(self._http.post(action, json=what))

    def do_all(self, action: str, what: list[Json]) -> Any:
        """The same action many times in one request."""
        return self._answered(self._http.post(action, json=what))

    def view(self, name: str, **query: Any) -> Any:
        """`view("messages", chat=5001)`: messages, drafts, ledger, updates, refusals, faults."""
        return self._answered(self._http.get(name, params=query))

    def wait_for(self, found: Callable[[], T | None], within: float = 30.0) -> T:
        """The first true thing that `found` returns."""
        until = time.monotonic() + within
        while not (result := found()):
            if time.monotonic() > until:
                raise AssertionError(f"it did not come in {within} s: {self.view('ledger')[-8:]}")
            time.sleep(0.02)
        return result

    def close(self) -> None:
        self._http.close()

    def _answered(self, response: httpx.Response) -> Any:
        if response.is_error:
            raise httpx.HTTPStatusError(response.text, request=response.request, response=response)
        return response.json()


@contextmanager
def emulator_process(*arguments: str) -> Iterator[RemoteEmulator]:
    """`arguments` as on the command line; the port is free and found by itself."""
    with module_process("tests.emulators.telegram", *arguments) as url:
        remote = RemoteEmulator(url)
        yield remote
        remote.close()


@contextmanager
def module_process(module: str, *arguments: str) -> Iterator[str]:
    """Any emulator that is run so and prints its URL first; yields the URL."""
    command = [sys.executable, "-m", module, "--port", "0", *arguments]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = process.stdout.readline().strip() if process.stdout else ""
            if not url:
                raise RuntimeError(f"the emulator did not start: {command}")
            yield url
        finally:
            process.terminate()
            process.wait(10)
