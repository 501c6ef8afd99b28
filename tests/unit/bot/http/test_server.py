"""The application on a real port, and how it ends."""

import asyncio
import logging
import signal
import socket
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from bot.http.server import serving
from config.errors import ConfigurationError
from config.settings import HttpSettings

_ANY_PORT = HttpSettings(port=0)


class Slow:
    """An application whose only answer comes when it is told to."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.app = FastAPI()
        self.app.get("/")(self._answer)

    async def _answer(self) -> str:
        self.begun.set()
        await self.may_end.wait()
        return "finished"


@pytest.fixture
def slow() -> Slow:
    return Slow()


async def _get(port: int) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.get(f"http://127.0.0.1:{port}/?token=sesame")


async def test_what_was_begun_is_finished(slow: Slow) -> None:
    async with serving(slow.app, _ANY_PORT) as port:
        asked = asyncio.create_task(_get(port))
        await slow.begun.wait()
        asyncio.get_running_loop().call_later(0.2, slow.may_end.set)
    assert (await asked).json() == "finished"


async def test_what_does_not_end_is_cut_off(slow: Slow) -> None:
    bounded = HttpSettings(port=0, stop_within=timedelta(seconds=0.1))
    async with serving(slow.app, bounded) as port:
        asked = asyncio.create_task(_get(port))
        await slow.begun.wait()
    assert (await asked).status_code == 500


async def test_after_the_end_nobody_listens(slow: Slow) -> None:
    async with serving(slow.app, _ANY_PORT) as port:
        pass
    with pytest.raises(httpx.ConnectError):
        await _get(port)


async def test_a_port_in_use_stops_the_start_and_says_what_to_do(slow: Slow) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"{port}.*HTTP__PORT"):
            async with serving(slow.app, HttpSettings(port=port)):
                pass


async def test_several_processes_may_share_a_port(slow: Slow) -> None:
    slow.may_end.set()
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as reserved:
        shared = HttpSettings(port=reserved.getsockname()[1], reuse_port=True)
    async with serving(slow.app, shared) as port:
        async with serving(Slow().app, shared) as same:
            assert same == port
        assert (await _get(port)).json() == "finished"


async def test_signals_stay_with_who_had_them(slow: Slow) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with serving(slow.app, _ANY_PORT) as port:
        slow.may_end.set()
        await _get(port)
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


async def test_queries_are_in_no_log(slow: Slow, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="uvicorn")
    slow.may_end.set()
    async with serving(slow.app, _ANY_PORT) as port:
        await _get(port)
    from_server = [record for record in caplog.records if record.name.startswith("uvicorn")]
    assert from_server
    assert [record for record in from_server if "sesame" in record.getMessage()] == []
