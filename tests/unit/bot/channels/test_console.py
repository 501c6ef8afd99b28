"""The chat in the terminal."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from bot.channels.console.channel import ConsoleChannel
from bot.channels.console.screen import Screen
from bot.messages import Address, Button, Event, File, InboundMessage, OutboundMessage
from config.errors import AppError
from tests.contracts.channel import ChannelContract, ChannelHarness


class TypedLines:
    """Lines that the test types; the end of input comes when it says so."""

    def __init__(self) -> None:
        self._lines: asyncio.Queue[str | None] = asyncio.Queue()

    def type(self, line: str | None) -> None:
        self._lines.put_nowait(line)

    async def __aiter__(self) -> AsyncIterator[str]:
        while (line := await self._lines.get()) is not None:
            yield line


class ConsoleHarness:
    here = Address(channel="console", bot="console", chat="7")

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.lines = TypedLines()
        self.folder = folder
        self._capsys = capsys
        self._shown: list[str] = []
        self.channel = ConsoleChannel(
            account="7", person="王经理", lines=self.lines, folder=folder,
            screen=Screen("HuoKe", saved_as="saved: {path}"), settled=self._settled,
        )  # fmt: skip
        self.settled_times = 0

    async def _settled(self) -> None:
        self.settled_times += 1

    @property
    def failures(self) -> Mapping[type[AppError], Callable[[], object]]:
        """A terminal takes everything."""
        return {}

    async def user_says(self, text: str) -> None:
        self.lines.type(text)

    async def user_sends(self, file: File) -> None:
        self.folder.mkdir(exist_ok=True)
        (self.folder / file.name).write_bytes(file.content)
        self.lines.type(f"/file {self.folder / file.name}")

    async def user_presses(self, label: str) -> None:
        line = next(line for line in self.delivered().splitlines() if label in line)
        number = line.split(f"] {label}")[0].split("[")[-1]
        self.lines.type(number)

    def delivered(self) -> str:
        self._shown.append(self._capsys.readouterr().out)
        return "".join(self._shown)


@pytest.fixture
def console(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> ConsoleHarness:
    return ConsoleHarness(tmp_path / "files", capsys)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.console.channel._RETRY_SECONDS", 0.0)


class TestConsoleChannel(ChannelContract):
    @pytest.fixture
    def harness(self, console: ConsoleHarness) -> ChannelHarness:
        return console


def a_message(text: str = "hi", *buttons: str, files: tuple[File, ...] = ()) -> OutboundMessage:
    return OutboundMessage(
        address=ConsoleHarness.here, text=text, files=files,
        buttons=tuple(Button(label=label, send=f"/{label}") for label in buttons),
    )  # fmt: skip


async def heard(console: ConsoleHarness, *lines: str) -> list[str]:
    """What the service is told when these lines are typed, up to the end of input."""
    seen: list[str] = []

    async def handle(event: Event) -> None:
        assert isinstance(event, InboundMessage)
        seen.append(event.text)

    for line in (*lines, None):
        console.lines.type(line)
    await console.channel.run(handle)
    return seen


async def test_a_number_without_buttons_is_just_a_number(console: ConsoleHarness) -> None:
    assert await heard(console, "2") == ["2"]


async def test_a_number_beyond_the_buttons_is_just_a_number(console: ConsoleHarness) -> None:
    await console.channel.send(a_message("ok?", "yes", "no"))
    assert await heard(console, "3", "0", "500") == ["3", "0", "500"]


async def test_only_the_last_message_has_buttons(console: ConsoleHarness) -> None:
    await console.channel.send(a_message("ok?", "yes"))
    await console.channel.send(a_message("done"))
    assert await heard(console, "1") == ["1"]


async def test_empty_lines_say_nothing_and_quit_ends(console: ConsoleHarness) -> None:
    assert await heard(console, "", "   ", "hi", "/quit", "never heard") == ["hi"]


async def test_the_prompt_waits_for_the_answer(console: ConsoleHarness) -> None:
    await heard(console, "one", "two")
    assert console.settled_times == 3


async def test_a_file_never_overwrites_another_one(console: ConsoleHarness) -> None:
    for content in (b"1", b"2"):
        file = File(name="../../chart.png", media_type="image/png", content=content)
        await console.channel.send(a_message(files=(file,)))
    saved = sorted(console.folder.iterdir())
    assert [path.name for path in saved] == ["chart-2.png", "chart.png"]
    assert {path.read_bytes() for path in saved} == {b"1", b"2"}


async def sent_files(console: ConsoleHarness, line: str) -> list[tuple[str, tuple[File, ...]]]:
    seen: list[tuple[str, tuple[File, ...]]] = []

    async def handle(event: Event) -> None:
        assert isinstance(event, InboundMessage)
        files = tuple(file for file in event.files if isinstance(file, File))
        seen.append((event.text, files))

    console.lines.type(line)
    console.lines.type(None)
    await console.channel.run(handle)
    return seen


@pytest.mark.parametrize("form", ["/file {}", "{}", "'{}'", '"{}"', '/file "{}"'])
async def test_a_path_sends_its_file(console: ConsoleHarness, tmp_path: Path, form: str) -> None:
    path = tmp_path / "my leads.csv"
    path.write_bytes(b"a,b")
    file = File(name="my leads.csv", media_type="text/csv", content=b"a,b")
    assert await sent_files(console, form.format(path)) == [("", (file,))]


async def test_a_dragged_path_may_escape_its_spaces(
    console: ConsoleHarness, tmp_path: Path
) -> None:
    (tmp_path / "my leads.csv").write_bytes(b"a,b")
    ((_, files),) = await sent_files(console, f"{tmp_path}/my\\ leads.csv")
    assert [file.name for file in files] == ["my leads.csv"]


async def test_a_path_without_a_file_is_only_words(console: ConsoleHarness) -> None:
    assert await sent_files(console, "/nowhere/leads.csv") == [("/nowhere/leads.csv", ())]


async def test_there_are_no_colour_codes_when_nobody_watches(console: ConsoleHarness) -> None:
    await console.channel.send(a_message("hi", "yes"))
    assert "\033" not in console.delivered()
