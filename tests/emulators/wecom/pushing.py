"""Posts what happened to an app's URL: sealed, in order for each member, up to three times."""

import asyncio
import re
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from xml.sax.saxutils import escape

import aiohttp

from tests.emulators.wecom.envelope import Seal
from tests.emulators.wecom.passive import show_reply
from tests.emulators.wecom.world import App, World

# XML has no way to write these.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ATTEMPTS = 3
_PATIENCE, _URL_PATIENCE = 5.0, 1.0
# However fast the clock, a busy machine needs so long.
_LEAST_PATIENCE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """`id` is the MsgId, or made up for an event; the content stays the same in every attempt."""

    id: str
    sender: str
    content: bytes


def xml_of(fields: Mapping[str, object]) -> bytes:
    """Values that are mappings become elements inside; numbers stand bare."""
    return f"<xml>{_elements(fields)}</xml>".encode()


def _elements(fields: Mapping[str, object]) -> str:
    return "".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields.items())


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return _elements(value)
    if isinstance(value, int):
        return str(value)
    text = _ILLEGAL.sub("", str(value))
    return escape(text) if "]]>" in text else f"<![CDATA[{text}]]>"


class Pusher:
    """For one app. Until it has a URL everything waits."""

    def __init__(self, world: World, app: App) -> None:
        self._world, self._app = world, app
        self.seal = Seal(app.token, app.aes_key, world.corp_id)
        self.url = ""
        self._ready = asyncio.Event()
        self._lines: dict[str, deque[Pushed]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._http: aiohttp.ClientSession | None = None

    def calls(self, url: str) -> None:
        """Empty: nothing is posted until there is a URL again."""
        self.url = url
        self._ready.set() if url else self._ready.clear()

    async def ready(self) -> None:
        """Wait until there is a URL."""
        await self._ready.wait()

    def put(self, pushed: Pushed) -> None:
        self._world.ledger.update("created", id=pushed.id, sender=pushed.sender)
        if pushed.sender in self._lines:
            self._lines[pushed.sender].append(pushed)
            return
        self._lines[pushed.sender] = deque([pushed])
        task = asyncio.get_running_loop().create_task(self._empty(pushed.sender))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def accepts_url(self) -> bool:
        """Whether the URL gives back, within a second, what it is asked to."""
        said = str(secrets.randbelow(10**19))
        query = self.query(encrypted := self.seal.encrypt(said.encode()))
        asked = f"{self.url}?{urlencode({**query, 'echostr': encrypted})}"
        patience = aiohttp.ClientTimeout(total=max(_LEAST_PATIENCE, self._real(_URL_PATIENCE)))
        try:
            async with self._session().get(asked, timeout=patience) as response:
                return response.status == 200 and await response.read() == said.encode()
        except (aiohttp.ClientError, TimeoutError):
            return False

    def query(self, encrypted: str) -> dict[str, str]:
        """What stands in the URL of a call: signed now, with a new nonce."""
        timestamp, nonce = str(self._world.clock.date()), str(secrets.randbelow(10**10))
        signature = self.seal.signature(timestamp, nonce, encrypted)
        return {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}

    def body(self, encrypted: str) -> bytes:
        fields = {"ToUserName": self._world.corp_id, "AgentID": str(self._app.agent_id)}
        return xml_of({**fields, "Encrypt": encrypted})

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http:
            await self._http.close()

    async def _empty(self, sender: str) -> None:
        line = self._lines[sender]
        while line:
            await self._deliver(line[0])
            if self._world.faults.for_event(sender):
                await self._deliver(line[0])
            line.popleft()
        del self._lines[sender]

    async def _deliver(self, pushed: Pushed) -> None:
        for _ in range(_ATTEMPTS):
            await self._ready.wait()
            status = await self._post(pushed)
            self._world.ledger.update("attempt", id=pushed.id, sender=pushed.sender, status=status)
            if status == "200":
                self._world.ledger.update("taken", id=pushed.id, sender=pushed.sender)
                return
        self._world.ledger.update("dropped", id=pushed.id, sender=pushed.sender)

    async def _post(self, pushed: Pushed) -> str:
        """The status, or why there is none, or why the answer is no passive reply."""
        encrypted = self.seal.encrypt(pushed.content)
        url = f"{self.url}?{urlencode(self.query(encrypted))}"
        seconds = max(_LEAST_PATIENCE, self._real(_PATIENCE))
        patience = aiohttp.ClientTimeout(total=seconds)
        headers = {"content-type": "text/xml"}
        try:
            async with self._session().post(
                url, data=self.body(encrypted), timeout=patience, headers=headers,
                allow_redirects=False,
            ) as response:  # fmt: skip
                said = await response.read()
        except TimeoutError:
            return "timeout"
        except aiohttp.ClientError as error:
            return type(error).__name__
        if response.status != 200 or not said:
            return str(response.status)
        return show_reply(self._world, self._app, self.seal, pushed.sender, said)

    def _real(self, ticks: float) -> float:
        return self._world.clock.real(ticks)

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None:
            self._http = aiohttp.ClientSession()
        return self._http
