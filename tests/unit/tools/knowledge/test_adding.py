"""Adding documents as durable work: once and whole, from whatever point it is begun anew."""

import pytest
from sqlalchemy import func, select

from config import failpoints
from config.errors import TransientError
from config.notices import NoticeKind
from storage.tables.job import Job
from storage.tables.knowledge import DocumentVersion
from tests.builders.documents import Library
from tests.fakes.ports import FakeNotifier
from tools.knowledge import adding
from tools.knowledge.adding import add_documents, begin

ONE = b"# Returns\n\nShoes may be returned within 30 days."
TWO = b"# Delivery\n\n## When\n\nWe deliver within three days.\n"


class Killed(BaseException):
    """The process ends here."""


class Learnt:
    """Stands for the index, and counts how often it was told to catch up."""

    def __init__(self, *, away: bool = False) -> None:
        self.told = 0
        self._away = away

    async def __call__(self) -> int:
        if self._away:
            raise TransientError("away")
        self.told += 1
        return 0


async def order(library: Library, *contents: bytes) -> dict[str, object]:
    """Begin, and return what the job was given."""
    files = [
        await library.received(content, name=f"{number}.md")
        for number, content in enumerate(contents)
    ]
    context = library.context()
    for _ in range(2):
        async with library.database.unit_of_work() as session:
            await begin(session, context, files=files, category=("Shop",))
    async with library.database.reading() as session:
        (job,) = await session.scalars(select(Job))
    return dict(job.payload)


async def perform(
    library: Library,
    payload: dict[str, object],
    notifier: FakeNotifier,
    index: Learnt | None = None,
) -> str:
    """Run the job, and return what was said last."""
    context = library.context(conversation_id=0, notifier=notifier)
    await add_documents(context, payload, index or Learnt())
    return [*notifier.sent.values()][-1][0]


async def versions(library: Library) -> int:
    async with library.database.reading() as session:
        return await session.scalar(select(func.count(DocumentVersion.id))) or 0


async def test_what_was_sent_is_read_kept_indexed_and_told(library: Library) -> None:
    payload, notifier, index = await order(library, ONE, TWO), FakeNotifier(), Learnt()
    said = await perform(library, payload, notifier, index)
    assert "D-1《Returns》" in said
    assert "D-2《Delivery》" in said
    assert "试试：When" in said
    assert set(notifier.kinds.values()) == {NoticeKind.job}
    assert index.told == 1
    assert await library.paths() == {("Shop",)}


@pytest.mark.parametrize("point", failpoints.OF_DOCUMENTS)
async def test_killed_anywhere_it_ends_with_each_document_once(
    library: Library, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    payload, notifier, index = await order(library, ONE, TWO), FakeNotifier(), Learnt()
    passed: list[str] = []

    def fail(name: str) -> None:
        passed.append(name)
        if name == point:
            raise Killed

    monkeypatch.setattr(adding, "failpoint", fail)
    with pytest.raises(Killed):
        await perform(library, payload, notifier, index)
    assert passed[-1] == point
    assert notifier.sent == {}
    monkeypatch.undo()
    for _ in range(2):
        said = await perform(library, payload, notifier, index)
    assert len(notifier.sent) == 1
    assert "D-1《Returns》已加入知识库" in said
    assert "D-2《Delivery》已加入知识库" in said
    assert [row.current for row in await library.documents()] == [1, 1]
    assert await versions(library) == 2


async def test_one_that_cannot_be_read_does_not_keep_the_others_out(library: Library) -> None:
    said = await perform(library, await order(library, b"\n", ONE), FakeNotifier())
    first, second, *_ = said.splitlines()
    assert "0.md" in first
    assert "D-1《Returns》" in second


async def test_a_file_that_is_kept_no_longer_is_named(library: Library) -> None:
    payload = await order(library, ONE) | {"files": [999]}
    assert "F-999 的内容已经不在了" in await perform(library, payload, FakeNotifier())
    assert await library.documents() == []


async def test_the_same_content_is_not_even_read_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = await order(library, ONE) | {"category": None}
    await perform(library, payload, FakeNotifier())
    monkeypatch.delattr(adding, "understood")
    again = payload | {"order": "later"}
    assert "完全一样，没有改动" in await perform(library, again, FakeNotifier())
    assert await versions(library) == 1


async def test_an_index_that_is_away_is_said_and_loses_nothing(library: Library) -> None:
    said = await perform(library, await order(library, ONE), FakeNotifier(), Learnt(away=True))
    assert "D-1《Returns》已加入知识库" in said
    assert "恢复后会自动补上" in said


async def test_of_many_documents_two_words_come_on_the_way(library: Library) -> None:
    notifier = FakeNotifier()
    many = [ONE.replace(b"30", str(number).encode()) for number in range(9)]
    await perform(library, await order(library, *many), notifier)
    assert [text for text, _ in notifier.sent.values()][:2] == [
        "资料读到 3/9 份了。", "资料读到 6/9 份了。",
    ]  # fmt: skip
    assert len(notifier.sent) == 3
