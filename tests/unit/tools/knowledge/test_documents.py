"""Documents and their versions: what a new version changes, and what it leaves as it is."""

import asyncio

import pytest

from storage.tables.knowledge import DocumentKind
from tests.builders.documents import Library, a_library
from tools.knowledge.categories import path_of
from tools.knowledge.comparing import Passage, difference
from tools.knowledge.errors import BadCategory, DocumentNotFound, NothingInside, VersionNotFound
from tools.knowledge.rewriting import parts_of
from tools.knowledge.service import Change, KnowledgeService

SHOES = "## Shoes\n\nShoes may be returned within 30 days."
BOOKS = "## Books\n\nBooks may be returned within 7 days."
TEXT = f"# Returns\n\n{SHOES}\n\n{BOOKS}"
LONGER = TEXT.replace("7 days", "14 days")


async def test_the_same_source_again_is_a_new_version_of_the_same_document(
    library: Library,
) -> None:
    first = await library.add(TEXT)
    second = await library.add(LONGER)
    assert (first.change, second.change) == (Change.new, Change.version)
    assert [(row.number, row.current) for row in await library.documents()] == [(1, 2)]
    texts = [row.text for row in await library.chunks(second.document)]
    assert any("14 days" in text for text in texts)
    assert not any("within 7 days" in text for text in texts)


async def test_other_sources_are_other_documents(library: Library) -> None:
    await library.add(TEXT)
    await library.add(TEXT, source="copy.md")
    assert [row.number for row in await library.documents()] == [1, 2]


async def test_what_is_said_already_changes_nothing(library: Library) -> None:
    await library.add(TEXT)
    again = await library.add(TEXT)
    saved_anew = await library.add(TEXT, sha256="0" * 64)
    assert (again.change, saved_anew.change) == (Change.same, Change.same)
    assert [row.current for row in await library.documents()] == [1]


async def test_the_same_order_twice_makes_one_version(library: Library) -> None:
    await library.add(TEXT, order_key="order:1")
    await library.add(LONGER, order_key="order:2")
    repeated = await library.add("# Anything", order_key="order:2")
    assert repeated.change is Change.version
    assert [row.current for row in await library.documents()] == [2]


async def test_only_the_part_that_changed_is_written_again(library: Library) -> None:
    before = await library.add(TEXT)
    await library.index_everything()
    known = {row.text: row for row in await library.chunks(before.document)}
    outcome = await library.add(LONGER)
    after = {row.text: row for row in await library.chunks(outcome.document)}
    (fresh,) = after.keys() - known.keys()
    assert "14 days" in fresh
    assert after[fresh].indexed_at is None
    assert outcome.fresh == 1
    kept = after.keys() & known.keys()
    assert kept
    assert {after[text].id for text in kept} == {known[text].id for text in kept}
    assert all(after[text].indexed_at == known[text].indexed_at for text in kept)


async def test_parts_that_change_places_keep_their_rows(library: Library) -> None:
    before = await library.add(TEXT)
    await library.index_everything()
    ids = {row.text: row.id for row in await library.chunks(before.document)}
    outcome = await library.add(f"# Returns\n\n{BOOKS}\n\n{SHOES}")
    rows = await library.chunks(outcome.document)
    assert outcome.fresh == 0
    assert {row.text: row.id for row in rows} == ids
    assert [row.position for row in rows] == list(range(len(rows)))
    assert rows[-1].heading.endswith("Shoes")


async def test_a_paragraph_that_stands_twice_is_kept_twice(library: Library) -> None:
    twice = "\n\n".join(f"## Part {n}\n\n{'Call us. ' * 3}" for n in (1, 1))
    before = await library.add(twice)
    await library.index_everything()
    outcome = await library.add(f"{twice}\n\n## New\n\nSomething else entirely.")
    assert {row.id for row in await library.chunks(before.document)} >= {
        row.id for row in await library.chunks(outcome.document) if row.indexed_at
    }
    assert outcome.fresh == 1


async def test_a_new_title_is_learnt_with_every_part(library: Library) -> None:
    await library.add(TEXT)
    await library.index_everything()
    outcome = await library.add(LONGER, title="How to return things")
    assert {row.indexed_at for row in await library.chunks(outcome.document)} == {None}


async def test_a_page_that_only_changed_its_title_is_learnt_again(library: Library) -> None:
    page = "https://shop.example/returns"
    first = await library.add("Seven days.", source=page, title="Returns", kind=DocumentKind.link)
    await library.index_everything()
    again = await library.add(
        "Seven days.", source=page, title="Sending back", kind=DocumentKind.link
    )
    assert (again.change, again.document.title) == (Change.same, "Sending back")
    assert again.document.id == first.document.id
    assert [part.indexed_at for part in await library.chunks(again.document)] == [None]


async def test_a_rollback_is_a_new_version_with_the_old_parts(library: Library) -> None:
    first = await library.add(TEXT)
    old = [(row.heading, row.text) for row in await library.chunks(first.document)]
    await library.add(LONGER)
    outcome = await library.roll_back(first.document, 1)
    assert outcome.document.current == 3
    assert [(row.heading, row.text) for row in await library.chunks(first.document)] == old
    assert (await library.roll_back(first.document, 1)).change is Change.same


async def test_a_version_that_never_was_is_named_with_the_newest(library: Library) -> None:
    outcome = await library.add(TEXT)
    with pytest.raises(VersionNotFound) as refused:
        await library.roll_back(outcome.document, 9)
    assert refused.value.values == {"ref": "D-1", "version": 9, "newest": 1}


async def test_a_removed_document_comes_back_when_it_is_sent_again(library: Library) -> None:
    outcome = await library.add(TEXT)
    async with library.database.unit_of_work() as session:
        service = KnowledgeService.of(session, library.context())
        document = await service.find("d1")
        assert await service.remove(session, document)
        assert not await service.remove(session, document)
        assert await service.listed() == []
        assert [each.document.number for each in await service.listed(removed=True)] == [1]
    assert (await library.add(TEXT)).change is Change.restored
    assert [row.removed_at for row in await library.documents()] == [None]
    assert len(await library.chunks(outcome.document)) == outcome.parts


async def test_a_question_of_the_chat_is_known_by_itself(library: Library) -> None:
    faq = {"kind": DocumentKind.faq, "source": ""}
    for answer in ("Yes.", "Yes, with every order."):
        text = f"Q: Do you send invoices?\nA: {answer}"
        await library.add(text, title="Do you send invoices?", **faq)
    await library.add("Q: Where are you?\nA: In Shanghai.", title="Where are you?", **faq)
    rows = await library.documents()
    assert [(row.title, row.current) for row in rows] == [
        ("Do you send invoices?", 2), ("Where are you?", 1),
    ]  # fmt: skip
    (chunk,) = await library.chunks(rows[0])
    assert (chunk.question, chunk.text) == ("Do you send invoices?", "Yes, with every order.")


async def test_a_document_without_words_is_refused(library: Library) -> None:
    with pytest.raises(NothingInside):
        await library.add("---\n\n---")
    assert await library.documents() == []


async def test_categories_are_a_tree_whose_branches_hold_those_below(library: Library) -> None:
    await library.add(TEXT, category=path_of("售后 / 退货"))
    await library.add(LONGER, source="b.md", category=path_of("售后/维修"))
    await library.add(TEXT, source="c.md", category=path_of("配送"))
    assert await library.paths() == {
        ("售后",), ("售后", "退货"), ("售后", "维修"), ("配送",),
    }  # fmt: skip
    async with library.database.reading() as session:
        service = KnowledgeService.of(session, library.context())
        below = await service.categories.below(path_of("售后"))
        assert [each.document.source for each in await service.listed(below)] == [
            "returns.md", "b.md",
        ]  # fmt: skip


async def test_a_moved_document_is_learnt_again_and_one_that_stays_is_not(library: Library) -> None:
    outcome = await library.add(TEXT, category=("After-sales",))
    for path, learnt in ((("after-sales",), True), (("Returns",), False)):
        await library.index_everything()
        async with library.database.unit_of_work() as session:
            service = KnowledgeService.of(session, library.context())
            await service.move(session, await service.find("D-1"), path)
        rows = await library.chunks(outcome.document)
        assert {row.indexed_at is not None for row in rows} == {learnt}


async def test_a_document_that_comes_twice_at_once_is_one(library: Library) -> None:
    await asyncio.gather(library.add(TEXT), library.add(LONGER))
    assert [row.current for row in await library.documents()] == [2]


async def test_documents_of_others_are_not_found(library: Library) -> None:
    await library.add(TEXT)
    other = await a_library(library.database, library.clock, slug="other")
    async with library.database.reading() as session:
        service = KnowledgeService.of(session, other.context())
        with pytest.raises(DocumentNotFound) as refused:
            await service.find("D-1")
        assert refused.value.key == "documents.not_found_none_yet"
        assert await service.listed() == []


async def test_every_part_knows_its_own_language() -> None:
    parts = await parts_of(
        "# 退货\n\n30 天内可以退货。\n\n# Returns\n\nWithin thirty days of delivery."
    )
    assert [part.language for part in parts] == ["zh-CN", "en"]


@pytest.mark.parametrize("said", ["售后//退货", "a/b/c/d/e/f/g", "x" * 81])
def test_a_path_that_names_nothing_is_refused(said: str) -> None:
    with pytest.raises(BadCategory):
        path_of(said)


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ("", ()),
        ("/", ()),
        ("售后", ("售后",)),
        ("售后／退货 ", ("售后", "退货")),
        ("A > B", ("A", "B")),
    ],
)
def test_a_path_is_read_as_people_write_it(said: str, path: tuple[str, ...]) -> None:
    assert path_of(said) == path


def test_a_long_line_is_compared_sentence_by_sentence() -> None:
    before = "退货需要在签收后三十天之内提出申请，并保持商品完好。运费由我们承担。如果是尺码不合适，可以免费换一次，不收任何费用哦。"
    after = before.replace("运费由我们承担", "运费由买家承担")
    assert difference(before, after) == [
        Passage(before=("运费由我们承担。",), after=("运费由买家承担。",))
    ]


def test_what_says_the_same_has_no_difference() -> None:
    assert difference("a\n\nb", "a\nb\n") == []
