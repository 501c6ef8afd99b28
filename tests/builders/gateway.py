"""A gateway with everything below it real, and the agent of the test above it."""

from datetime import timedelta

from redis.asyncio import Redis

from agent.contract import Agent, Turn
from bot.commands.base import Services
from bot.commands.desk import CommandDesk
from bot.drafts import Drafts
from bot.gateway import Gateway
from bot.messages import Address, InboundMessage
from config.clock import Clock
from config.i18n import Language
from config.settings import Settings, WorkSettings
from memory.connect import open_redis
from memory.index import VectorIndex
from memory.privacy import Eraser
from storage.database import Database
from storage.inbox import Inbox
from storage.leases import Leases
from storage.outbox import Outbox
from tests.builders.memory import a_long_term
from tests.fakes.embedder import FakeEmbedder
from tests.fakes.index import FakeIndex
from tools.context import ToolContext


async def _ping() -> None:
    return None


def _no_tools(turn: Turn) -> ToolContext:
    raise AssertionError("no command of this test uses a tool")


def an_eraser(
    database: Database,
    organisation_id: int,
    clock: Clock,
    index: VectorIndex | None = None,
    redis: Redis | None = None,
) -> Eraser:
    memory = a_long_term(database, organisation_id, index or FakeIndex(), FakeEmbedder(), clock)
    return Eraser(database, organisation_id, redis or open_redis(None), memory, clock)


def a_gateway(
    database: Database,
    organisation_id: int,
    agent: Agent,
    clock: Clock,
    *,
    owner: str = "worker",
    settings: WorkSettings | None = None,
    drafts: Drafts | None = None,
    eraser: Eraser | None = None,
) -> Gateway:
    settings = settings or WorkSettings()
    outbox = Outbox(organisation_id, clock, owner=owner)
    commands = CommandDesk(
        Services(
            database=database, agent=agent, outbox=outbox, clock=clock, settings=Settings(),
            ping_memory=_ping, eraser=eraser or an_eraser(database, organisation_id, clock),
            open_tools=_no_tools,
        )
    )  # fmt: skip
    inbox = Inbox(organisation_id, clock)
    return Gateway(
        database=database, organisation_id=organisation_id, agent=agent, commands=commands,
        inbox=inbox, drafts=drafts or Drafts(database, inbox), outbox=outbox, clock=clock, settings=settings,
        leases=Leases(database, owner=owner, clock=clock, duration=timedelta(seconds=12)),
        language=Language.zh_cn, queued=lambda: None,
    )  # fmt: skip


def an_inbound(
    text: str = "hi", *, id_: str = "m1", chat: str = "chat", sender: str = "account"
) -> InboundMessage:
    return InboundMessage(
        external_id=id_, address=Address(channel="fake", bot="bot", chat=chat), sender_id=sender,
        sender_name="Somebody", text=text,
    )  # fmt: skip
