"""The emulator in a process of its own, held by a test or a benchmark in another."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from tests.emulators.telegram.remote import RemoteEmulator, module_process


class RemoteDingtalk(RemoteEmulator):
    """`do("say", user="manager807", text="你好")`, `view("delivered", chat="manager807")`: the
    actions and views are in control.py."""

    @property
    def old_url(self) -> str:
        return f"{self.url}/oapi"

    @cached_property
    def app(self) -> dict[str, str]:
        """client_id, client_secret and robot_code."""
        found: dict[str, str] = self.view("app")
        return found


@contextmanager
def emulator_process(*arguments: str) -> Iterator[RemoteDingtalk]:
    """`arguments` as on the command line; the port is free and found by itself."""
    with module_process("tests.emulators.dingtalk", *arguments) as url:
        remote = RemoteDingtalk(url)
        yield remote
        remote.close()
