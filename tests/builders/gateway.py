"""A gateway with everything below it real, and the agent of the test above it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from redis.asyncio import Redis

from agent.contract import Agent, Turn
from bot.channels.base import Channel
from bot.commands.base import Services
from bot.commands.desk import COMMANDS, CommandDesk
from bot.drafts import Drafts
from bot.fetching import Fetcher
from bot.gateway import Gateway
from bot.handover import Handover
from bot.menus import Menus
from bot.messages import Address, InboundMessage
from bot.metrics import Metrics
from bot.notices import OutboxNotifier
from config.clock import Clock
from config.i18n import Language
from config.notices import NoticeSettings
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
from tools.support.staff import Desk, open_desk


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


def a_desk(organisation_id: int, outbox: Outbox, clock: Clock) -> Desk:
    notifier = OutboxNotifier(
        organisation_id, outbox, Language.zh_cn, clock=clock, settings=NoticeSettings()
    )
    return open_desk(organisation_id, clock, notifier, Settings())


def a_gateway(
    database: Database,
    organisation_id: int,
    agent: Agent,
    clock: Clock,
    *,
    owner: str = "worker",
    settings: WorkSettings | None = None,
    channels: Mapping[str, Channel] | None = None,
    eraser: Eraser | None = None,
    open_tools: Callable[[Turn], ToolContext] = _no_tools,
    queued: Callable[[], None] = lambda: None,
) -> Gateway:
    settings = settings or WorkSettings()
    outbox = Outbox(organisation_id, clock, owner=owner)
    commands = CommandDesk(
        Services(
            database=database, agent=agent, outbox=outbox, clock=clock, settings=Settings(),
            ping_memory=_ping, eraser=eraser or an_eraser(database, organisation_id, clock),
            open_tools=open_tools,
        )
    )  # fmt: skip
    inbox = Inbox(organisation_id, clock)
    served = channels or {}
    desk = a_desk(organisation_id, outbox, clock)
    return Gateway(
        database=database, organisation_id=organisation_id, agent=agent, commands=commands,
        inbox=inbox, outbox=outbox, clock=clock, settings=settings, metrics=Metrics(),
        drafts=Drafts(database, inbox, served), fetcher=Fetcher(database, inbox, served, settings.media),
        menus=Menus(database, served, COMMANDS, Language.zh_cn),
        handover=Handover(database, organisation_id, clock, agent, served, desk),
        leases=Leases(database, owner=owner, clock=clock, duration=timedelta(seconds=12)),
        language=Language.zh_cn, queued=queued,
    )  # fmt: skip


def an_inbound(
    text: str = "hi", *, id_: str = "m1", chat: str = "chat", sender: str = "account"
) -> InboundMessage:
    return InboundMessage(
        external_id=id_, address=Address(channel="fake", bot="bot", chat=chat), sender_id=sender,
        sender_name="Somebody", text=text,
    )  # fmt: skip
