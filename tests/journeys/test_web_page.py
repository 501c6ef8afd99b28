"""A visitor of the web page, in a real Chromium the size of a phone: asks, is answered out of the
documents, wants a person and gets one, who writes from a console; the connection breaks meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.messages import Address, OutboundMessage
from config.i18n import Language, say
from tests.builders.browser import Tab, a_browser, a_tab
from tests.builders.service import until
from tests.builders.shop import a_shop
from tests.builders.web import a_web_channel
from tests.fakes.clock import FakeClock
from tests.journeys.chat import AGENT
from tests.journeys.conftest import OpenDemo
from tests.journeys.wires.base import Keeping, bind_everybody
from tests.journeys.wires.console import ConsoleWire
from tools.people.service import PeopleService

pytestmark = [
    pytest.mark.slow,
    pytest.mark.parametrize("place", ["console on SQLite"], indirect=True),
]

ZH = Language.zh_cn
PHONE = (390, 844)
ONLINE = "document.querySelector('#state').dataset.state === 'online'"
THEIRS = "[...document.querySelectorAll('.theirs[data-number] .text')].map((each) => each.innerText.trim())"


class Desk:
    """李雷 at his console."""

    def __init__(self, wire: ConsoleWire, account: str) -> None:
        self._wire, self._account = wire, account

    async def writes(self, text: str) -> None:
        await self._wire.write(self._account, AGENT, text, ())

    async def reads(self, words: str) -> OutboundMessage:
        """The newest message with these words, as soon as it is there."""
        found: list[OutboundMessage] = []

        async def there() -> bool:
            found[:] = [each for each in self._wire.read(self._account) if words in each.text]
            return bool(found)

        await until(there)
        return found[-1]

    def count(self, words: str) -> int:
        return sum(words in each.text for each in self._wire.read(self._account))


@pytest.fixture
async def served(
    open_demo: OpenDemo, clock: FakeClock, tmp_path: Path
) -> AsyncIterator[tuple[Tab, Desk]]:
    """The page in a browser, and who serves."""
    _, ground, service = await open_demo()
    await a_shop(ground.database, ground.organisation_id, ground.knowledge, clock)
    async with AsyncExitStack() as opened:
        channel = await opened.enter_async_context(
            a_web_channel(
                service.database, tmp_path, organisation_id=service.organisation_id, clock=clock
            )
        )
        service.deliver(channel)
        wire = ConsoleWire(service)
        await bind_everybody(
            service, "console",
            lambda person: Address(channel="console", bot="console", chat=str(person.id)),
        )  # fmt: skip
        await Keeping(service).begin(opened, channel)
        for delivery in service.deliveries:
            running = asyncio.create_task(delivery.run())
            opened.push_async_callback(asyncio.wait, {running})
            opened.callback(running.cancel)
        async with service.database.reading() as session:
            person = await PeopleService(session, service.organisation_id).find(AGENT)
        browser = await opened.enter_async_context(a_browser(tmp_path))
        tab = await a_tab(browser)
        await tab.screen(*PHONE, phone=True)
        await tab.goto(await channel.opened())
        await tab.until(ONLINE)
        yield tab, Desk(wire, str(person.id))


async def write(tab: Tab, text: str) -> None:
    await tab.click("#text")
    await tab.type(text)
    await tab.press_key("Enter")


async def test_from_a_question_to_a_person_and_back(
    served: tuple[Tab, Desk], tmp_path: Path
) -> None:
    tab, desk = served
    await write(tab, "买的鞋子几天之内可以退货？")
    await tab.sees("鞋子自签收之日起 15 天内可以退货，鞋底须无磨损。[1]")
    await tab.sees("来源：退货政策 [1]")
    await tab.sees("AI 助手")
    await write(tab, "你们卖不卖自行车头盔？")
    await tab.sees(say(ZH, "answers.unsure")[:20])
    await tab.click(".theirs:last-of-type .buttons button:last-child")
    await tab.sees("H-1")
    await desk.reads("H-1")
    await desk.writes("/takeover H-1")
    await tab.sees(say(ZH, "cases.hello", name=AGENT))
    await write(tab, "鞋底开胶了")
    await desk.reads("鞋底开胶了")
    await desk.writes("请拍张照片")
    await tab.sees("客服 李雷：请拍张照片")
    picture = tmp_path / "鞋底.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    await tab.choose_files("#files", [picture])
    await tab.until("document.querySelectorAll('.chip:not(.busy)').length === 1")
    await tab.click("#send")
    (file,) = (await desk.reads(say(ZH, "cases.sent_files"))).files
    assert (file.name, file.content) == ("鞋底.png", picture.read_bytes())

    await tab.offline(True)
    await tab.until(f"!({ONLINE})")
    await desk.writes("收到，马上给您换新的")
    await write(tab, "谢谢，要 42 码")
    await tab.until("document.querySelector('.mine.waiting')")
    await tab.offline(False)
    await tab.sees("客服 李雷：收到，马上给您换新的")
    await desk.reads("谢谢，要 42 码")
    await tab.until("!document.querySelector('.waiting')")
    assert desk.count("谢谢，要 42 码") == 1
    shown = await tab.js(THEIRS)
    assert sum("马上给您换新的" in each for each in shown) == 1

    await desk.writes("/handback 新鞋明天寄出")
    await tab.sees(say(ZH, "cases.handed_back", name=AGENT)[:12])
    await write(tab, "衣服几天之内可以退货？")
    await tab.sees("衣服自签收之日起 7 天内可以退货")
    assert desk.count("衣服几天之内可以退货") == 0
    assert "新鞋明天寄出" not in await tab.js("document.body.innerText")
    assert await tab.js("document.documentElement.scrollWidth") <= PHONE[0]
    assert all("ERR_INTERNET_DISCONNECTED" in each for each in tab.logged)
