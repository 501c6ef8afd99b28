"""The page in a real Chromium, as people use it."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from agent.contract import Button, Progress, Reply, Turn
from storage.database import Database
from storage.tables.web import WebVisitor
from tests.builders.browser import Browser, Tab, a_browser, a_tab
from tests.builders.web import kept
from tests.emulators.serving import AsgiApp, served
from tests.fakes.agent import FakeAgent
from tests.integration.web.conftest import Serve, Served
from tools.result import Attachment

PHONE = (390, 844)
ONLINE = "document.querySelector('#state').dataset.state === 'online'"
HOSTILE = (
    "<img src=x onerror=boom()> <script>boom()</script> [click](javascript:boom()) "
    "![pixel](https://evil.example/p.png) **fine** https://shop.example/a?b=1&c=2. "
    '[x](https://a.example/"onmouseover="boom()) `<b>` [data](data:text/html,boom)'
)


def a_png(width: int = 40, height: int = 30) -> bytes:
    """All of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        checked = kind + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\xea\x58\x0c" * width) * height
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    async with a_browser(tmp_path) as opened:
        yield opened


@pytest.fixture(autouse=True)
def as_fast_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.drafts._EVERY_SECONDS", 0.0)


class Shop(FakeAgent):
    """Answers some questions at length."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def take(self, turn: Turn, progress: Progress) -> Reply:
        self.turns.append(turn)
        if "退货" in turn.text:
            await progress("您好，**退货**")
            await self.go_on.wait()
            buttons = tuple(
                Button(label=each, send=f"/say {each}") for each in ("申请退货", "人工客服")
            )
            return Reply(text="您好，**退货**期限是 7 天。", markdown=True, buttons=buttons)
        if "文件" in turn.text or turn.files:
            files = (
                Attachment(name="尺码表.csv", media_type="text/csv", content=b"S,M,L"),
                Attachment(name="样品.png", media_type="image/png", content=a_png()),
            )
            return Reply(text="请看：", attachments=files)
        if "markup" in turn.text:
            return Reply(text=HOSTILE, markdown=True)
        return Reply(text=f"收到：{turn.text}")


async def opened(browser: Browser, served: Served, *, path: str = "") -> Tab:
    tab = await a_tab(browser)
    await tab.screen(*PHONE, phone=True)
    await tab.goto(served.url + path)
    await tab.until(ONLINE)
    return tab


async def say(tab: Tab, text: str) -> None:
    await tab.click("#text")
    await tab.type(text)
    await tab.press_key("Enter")


def bubbles(kind: str) -> str:
    """An expression: the texts of the messages of one side."""
    return f"[...document.querySelectorAll('.{kind}[data-number] .text')].map((each) => each.innerText.trim())"


async def test_a_question_is_answered_word_by_word_and_buttons_go_on(
    browser: Browser, serve: Serve
) -> None:
    shop = Shop()
    async with serve(shop) as served_:
        tab = await opened(browser, served_)
        await tab.sees("AI 助手")
        await say(tab, "你好，怎么退货？")
        await tab.until("document.querySelector('.draft strong')?.textContent === '退货'")
        assert await tab.js(bubbles("mine")) == ["你好，怎么退货？"]
        shop.go_on.set()
        await tab.sees("期限是 7 天")
        await tab.until("!document.querySelector('.draft')")
        labels = "[...document.querySelectorAll('.buttons button')].map((each) => each.textContent)"
        assert await tab.js(labels) == ["申请退货", "人工客服"]
        await tab.click(".buttons button:nth-child(2)")
        await tab.until(f"{bubbles('mine')}.includes('人工客服')")
        await tab.until(f"{bubbles('theirs')}.length === 2")
        assert await tab.js("document.querySelector('.buttons button').disabled")
        assert tab.logged == []


async def test_files_go_up_and_come_down(browser: Browser, serve: Serve, tmp_path: Path) -> None:
    picture, table, program = tmp_path / "照片.png", tmp_path / "订单.csv", tmp_path / "坏.exe"
    picture.write_bytes(a_png())
    table.write_text("a,b")
    program.write_bytes(b"MZ\0\0")
    async with serve(Shop()) as served_:
        tab = await opened(browser, served_)
        await tab.choose_files("#files", [picture, table, program])
        await tab.until("document.querySelectorAll('.chip:not(.busy)').length === 2")
        await tab.sees("“坏.exe”这种文件暂时不能接收")
        await tab.click("#text")
        await tab.type("请看文件")
        await tab.click("#send")
        await tab.until(
            "document.querySelector('.mine[data-number] .picture img')?.naturalWidth === 40"
        )
        await tab.until(
            "document.querySelector('.theirs[data-number] .picture img')?.naturalWidth === 40"
        )
        content = await tab.js(
            "fetch(document.querySelector('.theirs .file').href).then((a) => a.text())"
        )
        assert content == "S,M,L"
        (file, other) = served_.running.agent.turns[-1].files
        assert {file.name, other.name} == {"照片.png", "订单.csv"}


async def test_nothing_is_lost_or_doubled_when_the_server_is_away(
    browser: Browser, serve: Serve, tmp_path: Path
) -> None:
    async with serve(Shop()) as served_:
        port = served_.port
        tab = await opened(browser, served_)
        await say(tab, "第一句")
        await tab.sees("收到：第一句")
    await tab.until(f"!({ONLINE})")
    await tab.sees("正在重新连接")
    await say(tab, "第二句")
    await say(tab, "第三句")
    await tab.until("document.querySelectorAll('.mine.waiting').length === 2")
    async with serve(Shop(), port=port) as served_:
        await tab.sees("收到：第三句")
        await tab.until(ONLINE)
        await tab.until("!document.querySelector('.waiting')")
        assert await tab.js(bubbles("mine")) == ["第一句", "第二句", "第三句"]
        assert sorted(await tab.js(bubbles("theirs"))) == [
            "收到：第一句", "收到：第三句", "收到：第二句",
        ]  # fmt: skip
        await tab.goto(served_.url)
        await tab.until(f"{bubbles('theirs')}.length === 3")
        assert await tab.js(bubbles("mine")) == ["第一句", "第二句", "第三句"]
        assert await tab.js("localStorage.getItem('huoke.waiting')") == "[]"
    assert len(kept(tmp_path / "huoke.db")) == 3


async def test_what_was_written_offline_survives_that_the_page_is_closed(
    browser: Browser, serve: Serve
) -> None:
    async with serve(Shop()) as served_:
        tab = await opened(browser, served_)
        await tab.offline(True)
        await say(tab, "在地铁里写的")
        await tab.until("document.querySelector('.mine.waiting')")
        assert served_.running.agent.turns == []
        await tab.goto("about:blank#gone")
        await tab.offline(False)
        await tab.goto(served_.url)
        await tab.sees("收到：在地铁里写的")
        assert await tab.js(bubbles("mine")) == ["在地铁里写的"]
        assert len(served_.running.agent.turns) == 1


async def test_an_answer_that_came_meanwhile_is_there_afterwards(
    browser: Browser, serve: Serve, database: Database
) -> None:
    async with serve(Shop()) as served_:
        tab = await opened(browser, served_)
        await say(tab, "你好")
        await tab.sees("收到：你好")
        await tab.offline(True)
        await tab.until(f"!({ONLINE})")
        (visitor,) = await visitors(database)
        await served_.running.queue(visitor, "您的订单已发货")
        await tab.offline(False)
        await tab.sees("您的订单已发货")
        assert await tab.js(bubbles("theirs")) == ["收到：你好", "您的订单已发货"]


async def test_an_answer_is_never_more_than_words_and_safe_links(
    browser: Browser, serve: Serve
) -> None:
    async with serve(Shop()) as served_:
        tab = await opened(browser, served_)
        await tab.js("window.boom = () => { window.harmed = true }")
        await say(tab, "markup <img src=x onerror=boom()>")
        await tab.sees("fine")
        answer = "document.querySelector('.theirs[data-number] .text')"
        assert await tab.js(f"{answer}.querySelectorAll('img, script, iframe, svg').length") == 0
        links = f"[...{answer}.querySelectorAll('a')].map((each) => each.href)"
        # A picture elsewhere is a link, which people may follow and nothing loads.
        assert await tab.js(links) == [
            "https://evil.example/p.png", "https://shop.example/a?b=1&c=2",
            "https://a.example/%22onmouseover=%22boom()",
        ]  # fmt: skip
        rel = f"[...{answer}.querySelectorAll('a')].every((each) => each.rel.includes('noopener'))"
        assert await tab.js(rel)
        attributes = (
            f"[...{answer}.querySelectorAll('*')].flatMap((each) => each.getAttributeNames())"
        )
        assert set(await tab.js(attributes)) <= {"href", "target", "rel"}
        assert await tab.js(f"{answer}.querySelector('strong').textContent") == "fine"
        assert await tab.js("window.harmed") is None
        assert await tab.js(bubbles("mine")) == ["markup <img src=x onerror=boom()>"]


@pytest.mark.parametrize("size", [PHONE, (320, 568), (1280, 800)])
async def test_nothing_is_cut_off(browser: Browser, serve: Serve, size: tuple[int, int]) -> None:
    width, height = size
    wide = "超长" * 200 + " " + "x" * 300
    async with serve(Shop(), title="一家名字非常非常长的优选生活商城旗舰店") as served_:
        tab = await opened(browser, served_)
        await tab.screen(width, height, phone=width < 800, dark=True)
        await say(tab, wide)
        await tab.until(f"{bubbles('theirs')}.length === 1")
        assert await tab.js("document.documentElement.scrollWidth") <= width
        outside = await tab.js(
            "[...document.querySelectorAll('header, .bubble, #attach, #text, #send')].filter((each) => {"
            " const box = each.getBoundingClientRect();"
            f" return box.left < 0 || box.right > {width} + 0.5; }}).map((each) => each.id)"
        )
        assert outside == []
        assert (
            await tab.js("document.querySelector('form').getBoundingClientRect().bottom") <= height
        )
        small = await tab.js(
            "[...document.querySelectorAll('form button')].filter((each) =>"
            " each.getBoundingClientRect().height < 44).length"
        )
        assert small == 0
        assert (await tab.picture()).startswith(b"\x89PNG")


async def test_everything_has_a_name_and_keys_are_enough(browser: Browser, serve: Serve) -> None:
    async with serve(Shop()) as served_:
        tab = await opened(browser, served_)
        tree = await tab.call("Accessibility.getFullAXTree")
        nameless = [
            node["role"]["value"]
            for node in tree["nodes"]
            if not node["ignored"]
            and node["role"]["value"] in ("button", "textbox", "link", "image", "log")
            and not node.get("name", {}).get("value")
        ]
        assert nameless == []
        assert await tab.js("document.querySelector('#log').ariaLive") == "polite"
        await tab.js("document.querySelector('#text').focus()")
        await tab.type("只用键盘")
        await tab.press_key("Enter")
        await tab.sees("收到：只用键盘")
        assert await tab.js("document.activeElement.id") == "text"


async def test_it_speaks_the_languages_of_its_visitors(browser: Browser, serve: Serve) -> None:
    async with serve(Shop()) as served_, served_.visitor() as somebody:
        for accepted, language, words in (
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "您好"), ("zh-HK", "zh-TW", "線上"),
            ("en-GB,en;q=0.9,zh;q=0.5", "en", "I am an AI assistant"), ("fr,zh;q=0.1", "zh-CN", "您好"),
            ("fr", "en", "Hello"), ("", "zh-CN", "您好"), ("x" * 10_000, "en", "Hello"),
        ):  # fmt: skip
            page = await somebody.http.get("", headers={"accept-language": accepted})
            assert f'<html lang="{language}"' in page.text
            assert words in page.text


async def test_a_shop_on_the_list_shows_the_chat_and_no_other_site_can(
    browser: Browser, serve: Serve, database: Database
) -> None:
    pages: dict[str, str] = {}
    async with served(a_site(pages)) as site:
        port = site.rpartition(":")[2]
        shop, evil = f"http://shop.test:{port}", f"http://evil.test:{port}"
        async with serve(Shop(), allowed_origins=(shop,)) as served_:
            pages["/"] = (
                f'<h1>Shop</h1><script async src="{served_.url}embed.js" data-label="Chat"></script>'
            )
            pages["/forged"] = f'<iframe src="{served_.url}?frame={shop}"></iframe>'
            pages["/plain"] = f'<iframe src="{served_.url}"></iframe>'
            tab = await a_tab(browser)
            await tab.goto(shop)
            await tab.click("button[aria-label=Chat]")
            chat = await tab.frame()
            await chat.until(ONLINE)
            # Laid over the other page: clicks go to the frame through its parent.
            await chat.js("document.querySelector('#text').focus()")
            await chat.type("从商城来的问题")
            await chat.press_key("Enter")
            await chat.sees("收到：从商城来的问题")
            assert await chat.js("document.cookie") == ""
            await tab.goto(f"{shop}/?again")
            await tab.click("button[aria-label=Chat]")
            await (await tab.frame()).sees("收到：从商城来的问题")
            known = len(await visitors(database))
            for path in ("", "/forged", "/plain"):
                other = await a_tab(browser)
                await other.goto(evil + path)
                if not path:
                    await other.click("button[aria-label=Chat]")
                refused = await other.frame()
                await refused.until("document.readyState === 'complete'")
                assert not await refused.js("Boolean(document.querySelector('#form'))")
            assert len(await visitors(database)) == known == 1


async def visitors(database: Database) -> list[str]:
    async with database.reading() as session:
        return list(await session.scalars(select(WebVisitor.name)))


def a_site(pages: dict[str, str]) -> AsgiApp:
    """A site of somebody else."""

    async def app(scope: dict[str, object], receive: object, send: object) -> None:
        assert callable(send)
        page = pages.get(str(scope["path"]), "")
        headers = [(b"content-type", b"text/html; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": page.encode()})

    return app
