"""While people serve a chat the agent is silent, and afterwards it knows what was said."""

import pytest
from sqlalchemy import select

from agent.contract import Reply, Turn
from bot.delivery import Delivery
from bot.errors import NotTransferred
from bot.gateway import Gateway
from bot.messages import HumanServes, SendFailed, StaffSaid
from bot.metrics import Metrics
from config.i18n import Language, say
from memory.rebuild import window_from_database
from storage.chats import Chats
from storage.database import Database
from storage.outbox import Outbox
from storage.tables.organisation import Organisation
from storage.tables.work import Conversation, InboxMessage, InboxStatus, OutboxMessage, OutboxStatus
from tests.builders.gateway import a_gateway, an_inbound
from tests.builders.organisation import an_organisation
from tests.fakes.agent import FakeAgent
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock

HERE = an_inbound().address
TAKEN, GIVEN_BACK = HumanServes(address=HERE, begins=True), HumanServes(address=HERE, begins=False)
WORDS = StaffSaid(external_id="s1", address=HERE, name="李雷", text="打八折")


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
def agent() -> FakeAgent:
    return FakeAgent()


@pytest.fixture
def gateway(
    database: Database, organisation: Organisation, agent: FakeAgent, clock: FakeClock
) -> Gateway:
    return a_gateway(database, organisation.id, agent, clock)


async def written(gateway: Gateway, *texts: str) -> None:
    for text in texts:
        await gateway.receive(an_inbound(text, id_=text))
        await gateway.idle()


async def rows(database: Database) -> list[OutboxMessage]:
    async with database.reading() as session:
        return list(await session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


async def window(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as session:
        conversation = (await session.scalars(select(Conversation.id))).one()
    return [
        (entry.role, entry.text) for entry in await window_from_database(database, conversation)
    ]


async def test_what_is_written_to_people_is_kept_and_not_answered(
    database: Database, gateway: Gateway, agent: FakeAgent
) -> None:
    await written(gateway, "one")
    await gateway.handover.keep(TAKEN)
    await written(gateway, "two", "three")
    assert [turn.text for turn in agent.turns] == ["one"]
    assert [row.text for row in await rows(database)] == ["echo: one"]
    async with database.reading() as session:
        statuses = list(await session.scalars(select(InboxMessage.status)))
    assert statuses == [InboxStatus.done] * 3


async def test_the_agent_answers_again_when_the_chat_is_given_back(
    database: Database, gateway: Gateway
) -> None:
    await written(gateway, "one")
    await gateway.handover.keep(TAKEN)
    await written(gateway, "two")
    await gateway.handover.keep(GIVEN_BACK)
    await written(gateway, "three")
    assert [row.text for row in await rows(database)] == ["echo: one", "echo: three"]


async def test_what_people_said_is_known_as_theirs_and_in_its_place(
    database: Database, gateway: Gateway
) -> None:
    await written(gateway, "one")
    await gateway.handover.keep(TAKEN)
    await written(gateway, "two")
    await gateway.handover.keep(WORDS)
    await written(gateway, "three")
    assert await window(database) == [
        ("user", "one"), ("assistant", "echo: one"), ("user", "two"),
        ("assistant", "[李雷] 打八折"), ("user", "three"),
    ]  # fmt: skip


async def test_what_people_said_is_never_sent_by_us(
    database: Database, gateway: Gateway, organisation: Organisation, clock: FakeClock
) -> None:
    await written(gateway, "one")
    await gateway.handover.keep(WORDS)
    channel = FakeChannel()
    await a_delivery(database, organisation, clock, channel).drain()
    assert [part.text for part in channel.delivered] == ["echo: one"]


async def test_the_same_words_reported_twice_are_kept_once(
    database: Database, gateway: Gateway
) -> None:
    await written(gateway, "one")
    for _ in range(2):
        await gateway.handover.keep(WORDS)
    assert [row.said_by for row in await rows(database)] == [None, "李雷"]


async def test_the_agent_reads_anew_whatever_it_did_not_answer(
    gateway: Gateway, agent: FakeAgent
) -> None:
    await written(gateway, "one")
    assert agent.reread_chats == []
    for event in (TAKEN, WORDS):
        await gateway.handover.keep(event)
    await written(gateway, "two")
    await gateway.handover.keep(GIVEN_BACK)
    assert len(agent.reread_chats) == 4


async def test_words_that_no_database_keeps_are_kept_without_them(
    database: Database, gateway: Gateway
) -> None:
    await written(gateway, "one")
    await gateway.handover.keep(
        StaffSaid(external_id="s", address=HERE, name="a\x00", text="\ud800")
    )
    assert [row.text for row in await rows(database)] == ["echo: one", "?"]


@pytest.mark.parametrize("event", [TAKEN, GIVEN_BACK, WORDS])
async def test_a_chat_that_nobody_wrote_in_yet_is_left_alone(
    database: Database, gateway: Gateway, event: HumanServes | StaffSaid
) -> None:
    await gateway.handover.keep(event)
    assert await rows(database) == []
    await written(gateway, "one")
    assert [row.text for row in await rows(database)] == ["echo: one"]


async def test_a_message_that_failed_after_all_is_no_longer_called_sent(
    database: Database, gateway: Gateway, organisation: Organisation, clock: FakeClock
) -> None:
    await written(gateway, "one", "two")
    await a_delivery(database, organisation, clock, FakeChannel()).drain()
    await gateway.handover.keep(SendFailed(external_id="1", address=HERE, reason="48 hours"))
    await gateway.handover.keep(SendFailed(external_id="77", address=HERE, reason="unknown"))
    first, second = await rows(database)
    assert (first.status, first.error) == (OutboxStatus.failed, "48 hours")
    assert second.status is OutboxStatus.sent


async def test_the_customer_is_told_when_nobody_takes_the_chat_over(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    async def promise(turn: Turn) -> Reply:
        return Reply(text="A person comes at once.", transfer=True)

    await written(a_gateway(database, organisation.id, FakeAgent(promise), clock), "a person!")
    channel = FakeChannel()
    channel.faults = [NotTransferred("nobody", external_id="m7")]
    await a_delivery(database, organisation, clock, channel).drain()
    assert [part.text for part in channel.delivered] == [say(Language.en, "bot.not_transferred")]
    promised, _ = await rows(database)
    assert (promised.status, promised.external_id) == (OutboxStatus.sent, "m7")


async def test_the_platform_is_told_which_message_hands_the_chat_over(
    database: Database, organisation: Organisation, clock: FakeClock
) -> None:
    async def promise(turn: Turn) -> Reply:
        return Reply(text="yes", transfer="person" in turn.text)

    gateway = a_gateway(database, organisation.id, FakeAgent(promise), clock)
    await written(gateway, "hello", "a person!")
    channel = FakeChannel()
    await a_delivery(database, organisation, clock, channel).drain()
    assert [part.transfer for part in channel.delivered] == [False, True]


def a_delivery(
    database: Database, organisation: Organisation, clock: FakeClock, channel: FakeChannel
) -> Delivery:
    return Delivery(
        database, Outbox(organisation.id, clock, owner="w"), Chats(organisation.id, clock), channel,
        language=Language.zh_cn, metrics=Metrics(),
    )  # fmt: skip
