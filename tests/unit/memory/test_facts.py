"""What is kept of what people say, and what is never kept."""

import pytest
from sqlalchemy import select

from memory.facts import LONGEST, FactStore, Kept
from storage.database import Database
from storage.tables.memory import Memory
from storage.tables.organisation import Organisation, Person
from storage.tables.work import InboxMessage
from tests.builders.chats import a_conversation, a_message
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock


class Notebook:
    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database, self.clock = database, clock
        self.organisation: Organisation
        self.person: Person

    async def open(self) -> None:
        async with self.database.unit_of_work() as session:
            self.organisation = await an_organisation(session)
            self.person = await a_person(session, self.organisation)

    async def keep(self, text: str, *, key: str = "k", source: int | None = None) -> Kept:
        async with self.database.unit_of_work() as session:
            return await FactStore(self.organisation.id, self.clock).keep(
                session, person_id=self.person.id, order_key=key, text=text,
                source_inbox_id=source,
            )  # fmt: skip

    async def heard(self, text: str, person: Person | None = None) -> int:
        """The id of a message with this text."""
        async with self.database.unit_of_work() as session:
            chat = await a_conversation(session, self.organisation)
            await a_message(session, person or self.person, chat, external_id=text, text=text)
            found = await session.scalar(
                select(InboxMessage.id).where(InboxMessage.external_id == text)
            )
        assert found is not None
        return found

    async def rows(self) -> list[Memory]:
        async with self.database.reading() as session:
            return list(await session.scalars(select(Memory).order_by(Memory.id)))


@pytest.fixture
async def notebook(database: Database, clock: FakeClock) -> Notebook:
    opened = Notebook(database, clock)
    await opened.open()
    return opened


async def test_the_same_order_again_changes_nothing(notebook: Notebook) -> None:
    await notebook.keep("以后报表都用英文，我只看Meta", key="inbox:1")
    await notebook.keep("报表用中文", key="inbox:2")
    before = [(row.text, row.valid_to) for row in await notebook.rows()]
    assert await notebook.keep("以后报表都用英文，我只看Meta", key="inbox:1") == Kept()
    assert [(row.text, row.valid_to) for row in await notebook.rows()] == before


async def test_a_replaced_fact_names_its_successor(notebook: Notebook) -> None:
    await notebook.keep("我住在上海", key="1")
    kept = await notebook.keep("我搬到深圳了", key="2")
    assert kept == Kept(stored=("我搬到深圳了",), closed=("我住在上海",))
    older, newer = await notebook.rows()
    assert (older.superseded_by, older.valid_to) == (newer.id, notebook.clock.now())
    assert (newer.superseded_by, newer.valid_to) == (None, None)


async def test_what_held_before_may_hold_again(notebook: Notebook) -> None:
    for key, text in enumerate(("我住在上海", "我搬到深圳了", "我搬到上海了")):
        await notebook.keep(text, key=str(key))
    assert [row.valid_to is None for row in await notebook.rows()] == [False, False, True]


async def test_words_that_the_person_never_wrote_are_not_kept(notebook: Notebook) -> None:
    message = await notebook.heard("帮我记住：我对花生过敏")
    kept = await notebook.keep("The customer prefers Meta and lives in Paris", source=message)
    assert kept.stored == ("帮我记住：我对花生过敏",)
    assert (await notebook.rows())[0].source_inbox_id == message


async def test_their_own_words_are_kept_as_quoted(notebook: Notebook) -> None:
    message = await notebook.heard("帮我记住：我对花生过敏")
    assert (await notebook.keep("我对花生过敏", source=message)).stored == ("我对花生过敏",)


async def test_a_message_of_somebody_else_is_no_evidence(notebook: Notebook) -> None:
    async with notebook.database.unit_of_work() as session:
        other = await a_person(session, notebook.organisation, name="Li")
    message = await notebook.heard("我对花生过敏", other)
    assert await notebook.keep("我对花生过敏", source=message) == Kept()
    assert await notebook.rows() == []


async def test_a_pasted_document_is_cut(notebook: Notebook) -> None:
    await notebook.keep("长" * (LONGEST + 500))
    assert len((await notebook.rows())[0].text) == LONGEST


@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_nothing_said_is_nothing_kept(notebook: Notebook, text: str) -> None:
    assert await notebook.keep(text) == Kept()
    assert await notebook.rows() == []


async def test_five_facts_in_three_wordings_are_five_memories(notebook: Notebook) -> None:
    wordings = (
        ("我叫王小明", "我的名字是王小明", "我的名字叫王小明"),
        ("我住在上海", "我现在住在上海", "我家在上海"),
        ("以后报表都用英文", "今后报表一律用英语", "From now on, reports in English"),
        ("我喜欢喝茶", "我爱喝茶", "我特别喜欢喝茶"),
        ("我只看Meta", "I only look at Meta", "我主要看脸书"),
    )
    for fact, three in enumerate(wordings):
        for number, text in enumerate(three):
            await notebook.keep(text, key=f"{fact}-{number}")
    assert [row.text for row in await notebook.rows()] == [three[0] for three in wordings]
