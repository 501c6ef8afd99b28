"""A message that no database takes as it came is not sent for ever: what can be kept is."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.messages import ChatClosed, InboundMessage, RemoteFile
from bot.service import Service
from config.errors import TransientError
from storage.database import Database
from storage.tables.work import InboxMessage
from tests.builders.gateway import an_inbound
from tests.builders.service import a_running_service
from tests.fakes.channel import FakeChannel

LONG, HALF, NUL = "x" * 300, "a\ud800b", "a\x00b"


@pytest.fixture
async def service(database: Database) -> AsyncIterator[Service]:
    channel = FakeChannel()
    async with a_running_service(
        channel, database, lambda chat: an_inbound(chat=chat).address
    ) as it:
        yield it.service


async def kept(service: Service) -> list[InboxMessage]:
    await service.gateway.idle()
    async with service.database.reading() as session:
        return list(await session.scalars(select(InboxMessage)))


@pytest.mark.parametrize("id_", [HALF, NUL, LONG])
async def test_an_id_that_no_database_keeps_is_replaced_by_one_of_its_own(
    service: Service, id_: str
) -> None:
    for _ in range(2):
        await service.receive(an_inbound("在吗", id_=id_))
    assert [row.text for row in await kept(service)] == ["在吗"]


@pytest.mark.parametrize("remote", [HALF, NUL])
async def test_the_words_are_kept_without_a_file_that_cannot_be(
    service: Service, remote: str
) -> None:
    file = RemoteFile(name="leads.csv", media_type="text/csv", remote=remote)
    await service.receive(replace(an_inbound("看看"), files=(file,), sender_id="ok"))
    assert [row.text for row in await kept(service)] == ["看看"]


async def test_a_group_with_an_impossible_name_is_the_chat_itself(service: Service) -> None:
    await service.receive(replace(an_inbound("在吗"), private=False, group=NUL))
    (row,) = await kept(service)
    assert row.said_in == "chat"


@pytest.mark.parametrize(
    "message", [an_inbound(sender=HALF), an_inbound(chat=HALF)], ids=["sender", "chat"]
)
async def test_who_cannot_be_told_apart_is_nobody(
    service: Service, message: InboundMessage
) -> None:
    await service.receive(message)
    assert await kept(service) == []


async def test_another_event_that_cannot_be_kept_is_acknowledged(service: Service) -> None:
    await service.receive(ChatClosed(address=an_inbound(chat=HALF).address))
    assert await kept(service) == []


async def test_a_database_that_is_away_keeps_a_message_with_the_platform(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(message: InboundMessage) -> bool:
        raise ConnectionError

    monkeypatch.setattr(service.gateway, "receive", away)
    with pytest.raises(TransientError):
        await service.receive(an_inbound())
