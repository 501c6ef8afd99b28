"""A real Chromium without a screen, driven over its DevTools protocol."""

import asyncio
import base64
import json
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.conftest import missing

_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=zh-CN", "--accept-lang=zh-CN,zh", "--remote-debugging-port=0",
    # Names of shops, and nothing outside this machine.
    "--host-resolver-rules=MAP * 127.0.0.1",
)  # fmt: skip
_LISTENS = "DevTools listening on "
_PATIENCE_SECONDS = 20.0
_LARGEST_ANSWER = 50_000_000

Json = dict[str, Any]


class Browser:
    """One connection for all of its pages."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._answers: dict[int, asyncio.Future[Json]] = {}
        self._last = 0
        # By the session of their page: what it complained of, and the sessions of its frames.
        self.logged: dict[str, list[str]] = defaultdict(list)
        self.inside: dict[str, list[str]] = defaultdict(list)
        self._reading = asyncio.create_task(self._read())

    async def call(self, method: str, session: str | None = None, **params: Any) -> Json:
        """Raises RuntimeError when the browser refuses."""
        self._last += 1
        answer = self._answers[self._last] = asyncio.get_running_loop().create_future()
        asked: Json = {"id": self._last, "method": method, "params": params}
        if session is not None:
            asked["sessionId"] = session
        await self._connection.send(json.dumps(asked))
        async with asyncio.timeout(_PATIENCE_SECONDS):
            found = await answer
        if "error" in found:
            raise RuntimeError(f"{method}: {found['error']['message']}")
        result: Json = found["result"]
        return result

    async def close(self) -> None:
        self._reading.cancel()
        await asyncio.wait([self._reading])

    async def _read(self) -> None:
        async for line in self._connection:
            said = json.loads(line)
            if answer := self._answers.pop(said.get("id", 0), None):
                if not answer.done():
                    answer.set_result(said)
            elif said.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded"):
                self.logged[said["sessionId"]].append(_logged(said["params"]))
            elif said.get("method") == "Target.attachedToTarget" and "sessionId" in said:
                self.inside[said["sessionId"]].append(said["params"]["sessionId"])
            elif said.get("method") == "Target.detachedFromTarget" and "sessionId" in said:
                self._gone(said["sessionId"], said["params"]["sessionId"])

    def _gone(self, session: str, frame: str) -> None:
        if frame in self.inside[session]:
            self.inside[session].remove(frame)


class Tab:
    """One open page."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser = browser
        self._session = session

    async def call(self, method: str, **params: Any) -> Json:
        return await self._browser.call(method, self._session, **params)

    @property
    def logged(self) -> list[str]:
        """What the page complained of."""
        return self._browser.logged[self._session]

    async def frame(self) -> "Tab":
        """The page of another site inside of this one, as soon as there is one."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not self._browser.inside[self._session]:
                await asyncio.sleep(0.03)
        return await _opened(self._browser, self._browser.inside[self._session][-1])

    async def goto(self, url: str) -> None:
        await self.call("Page.navigate", url=url)
        await self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def js(self, expression: str) -> Any:
        """The value of an expression, awaited."""
        found = await self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(_logged(found))
        return found["result"].get("value")

    async def until(self, expression: str) -> None:
        """Until it is true."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not await self.js(f"Boolean({expression})"):
                    await asyncio.sleep(0.03)
        except TimeoutError:
            seen = await self.js("document.body.innerText")
            raise AssertionError(
                f"never {expression}; {self.logged}; the page shows: {seen}"
            ) from None

    async def sees(self, text: str) -> None:
        await self.until(f"document.body.innerText.includes({json.dumps(text)})")

    async def type(self, text: str) -> None:
        """Into what has the focus."""
        await self.call("Input.insertText", text=text)

    async def press_key(self, key: str) -> None:
        codes = {"Enter": 13, "Escape": 27, "Tab": 9}
        known = {"key": key, "code": key, "windowsVirtualKeyCode": codes[key]}
        text = {"text": "\r"} if key == "Enter" else {}
        await self.call("Input.dispatchKeyEvent", type="keyDown", **known, **text)
        await self.call("Input.dispatchKeyEvent", type="keyUp", **known)

    async def click(self, selector: str) -> None:
        """With the mouse, where it is seen."""
        await self.until(f"document.querySelector({json.dumps(selector)})?.checkVisibility()")
        box = await self.js(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)}); "
            "e.scrollIntoView({block: 'nearest', behavior: 'instant'}); "
            "const r = e.getBoundingClientRect(); "
            "return {x: r.x + r.width / 2, y: r.y + r.height / 2}; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.call(
                "Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **box
            )

    async def choose_files(self, selector: str, files: Sequence[Path]) -> None:
        root = (await self.call("DOM.getDocument"))["root"]["nodeId"]
        node = await self.call("DOM.querySelector", nodeId=root, selector=selector)
        await self.call("DOM.setFileInputFiles", files=[str(each) for each in files], **node)

    async def screen(
        self, width: int, height: int, *, phone: bool = False, dark: bool = False
    ) -> None:
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height,
            deviceScaleFactor=2 if phone else 1, mobile=phone,
        )  # fmt: skip
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.call("Emulation.setEmulatedMedia", features=scheme)

    async def offline(self, away: bool) -> None:
        await self.call(
            "Network.emulateNetworkConditions", offline=away, latency=0, downloadThroughput=-1,
            uploadThroughput=-1,
        )  # fmt: skip

    async def picture(self) -> bytes:
        """PNG of what is on the screen."""
        return base64.b64decode((await self.call("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def a_browser(folder: Path) -> AsyncIterator[Browser]:
    """With a profile of its own in `folder`."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        missing("chromium")
    assert program is not None
    process = await asyncio.create_subprocess_exec(
        program, *_FLAGS, f"--user-data-dir={folder / 'profile'}", "about:blank",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS * 2):
            url = await _address(process.stderr)
        silent = asyncio.create_task(_drained(process.stderr))
        async with connect(url, max_size=_LARGEST_ANSWER, ping_interval=None) as connection:
            browser = Browser(connection)
            yield browser
            await browser.call("Browser.close")
            await browser.close()
        await silent
    finally:
        if process.returncode is None:
            try:
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


async def a_tab(browser: Browser, *, apart: bool = False) -> Tab:
    """`apart`: with cookies of its own, as another person's browser has."""
    where: Json = {}
    if apart:
        where = await browser.call("Target.createBrowserContext")
    target = await browser.call("Target.createTarget", url="about:blank", **where)
    session = (await browser.call("Target.attachToTarget", flatten=True, **target))["sessionId"]
    tab = await _opened(browser, session)
    await tab.call(
        "Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=False, flatten=True
    )
    return tab


async def _opened(browser: Browser, session: str) -> Tab:
    tab = Tab(browser, session)
    for domain in ("Page", "Runtime", "Network", "Log", "DOM"):
        await tab.call(f"{domain}.enable")
    return tab


async def _address(stderr: asyncio.StreamReader) -> str:
    while line := (await stderr.readline()).decode(errors="replace"):
        if line.startswith(_LISTENS):
            return line.removeprefix(_LISTENS).strip()
    raise AssertionError("Chromium ended before it listened")


async def _drained(stderr: asyncio.StreamReader) -> None:
    """A full pipe would stop the browser."""
    while await stderr.readline():
        pass


def _logged(params: Json) -> str:
    details = params.get("exceptionDetails")
    if details is not None:
        return str(details.get("exception", {}).get("description", details.get("text")))
    return str(params.get("entry", {}).get("text"))
