"""How the parts of one organisation's service are put together; with run_bot.py the only module
that knows every other one."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from uuid import uuid4
from zoneinfo import ZoneInfo

from redis.asyncio import Redis

from agent.approvals import ApprovalDesk
from agent.contract import Organisation as AgentsOrganisation
from agent.contract import Turn
from agent.models.opening import LanguageModels
from agent.models.remembering import reading_by
from agent.models.writers import NoWriter, PaidWriter
from agent.service import HuoKeAgent, Planner
from bot.channels.base import Channel
from bot.channels.wecom.contact import open_contact
from bot.commands.base import Services
from bot.commands.desk import COMMANDS, CommandDesk
from bot.delivery import Delivery
from bot.drafts import Drafts
from bot.fetching import Fetcher
from bot.gateway import Gateway
from bot.handover import Handover
from bot.housekeeping import Housekeeper
from bot.http.app import Mounted
from bot.menus import Menus
from bot.metrics import Metrics
from bot.notices import OutboxNotifier
from bot.pacing import LocalPacer, Pacer, SharedPacer
from bot.programs import open_tokens
from bot.service import Service
from config.clock import Clock
from config.masking import secret_values
from config.roles import Role
from config.settings import Settings
from memory.embeddings import LocalEmbedder
from memory.knowledge import Knowledge
from memory.long_term import LongTermMemory
from memory.opening import open_knowledge, open_long_term
from memory.preferences import preferences_of
from memory.privacy import Eraser
from memory.short_term import ShortTermMemory
from storage.chats import Chats
from storage.database import Database
from storage.inbox import Inbox
from storage.leases import Leases
from storage.ledger import ActionLedger
from storage.outbox import Outbox
from storage.tables.organisation import Organisation, Person
from tools.automation.service import CampaignAutomation, Keeper, NoTurn, WebPlatform
from tools.campaigns.platforms.configured import open_platforms
from tools.context import Asker, Fence, ToolContext
from tools.layer import ToolLayer
from tools.outreach.group_sends import GroupSends
from tools.people.service import language_of
from tools.ports import AdPlatforms, CampaignKeeper
from tools.registry import COMMANDED, REGISTRY, UNDO
from tools.support.staff import open_desk
from tools.usage.service import Purse
from tools.visits.playbook_desk import load_playbooks


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What everything that runs for one organisation stands on."""

    settings: Settings
    organisation_id: int
    database: Database
    redis: Redis
    clock: Clock
    owner: str
    outbox: Outbox
    platforms: AdPlatforms
    notifier: OutboxNotifier
    models: LanguageModels
    long_term: LongTermMemory
    knowledge: Knowledge
    metrics: Metrics
    group_sends: GroupSends | None = None
    keeper: CampaignKeeper | None = None

    def purse(self, turn: Turn) -> Purse:
        """What pays for the models of one turn: the asker's own quota."""
        return Purse(
            database=self.database, organisation_id=self.organisation_id, clock=self.clock,
            zone=turn.organisation.timezone, person_id=turn.asker.id,
            quotas=self.settings.quotas,
        )  # fmt: skip

    def tools(self, turn: Turn) -> ToolContext:
        """What the tools of one turn get; the turn's fence guards their effects."""
        ledger = ActionLedger(
            self.database, organisation_id=self.organisation_id, clock=self.clock, fence=turn.fence
        )
        writing = self.models.writing
        return ToolContext(
            organisation_id=self.organisation_id, asker=turn.asker, language=turn.language,
            timezone=turn.organisation.timezone, currency=turn.organisation.currency,
            conversation_id=turn.conversation_id, order_key=f"inbox:{turn.inbox_id}",
            database=self.database, ledger=ledger, clock=self.clock, platforms=self.platforms,
            notifier=self.notifier, transfers=turn.transfers, group_sends=self.group_sends,
            hours=self.settings.hours, support=self.settings.support, cases=self.settings.cases,
            visits=self.settings.visits, limits=self.settings.limits, keeper=self.keeper,
            knowledge=self.knowledge,
            writer=PaidWriter(writing=writing, purse=self.purse(turn)) if writing else NoWriter(),
        )  # fmt: skip

    async def tools_of_job(
        self, person_id: int | None, order_key: str, fence: Fence
    ) -> ToolContext:
        """What the work of a job gets: in the name of the person who ordered it, with the role that
        they have now, or of the service itself."""
        async with self.database.reading() as session:
            organisation = await session.get_one(Organisation, self.organisation_id)
            person = await session.get(Person, person_id) if person_id else None
            wishes = await preferences_of(session, self.organisation_id, person_id or 0)
        asker = Asker(id=0, name="HuoKe", role=Role.manager)
        language = self.settings.language
        if person is not None:
            asker = Asker(id=person.id, name=person.name, role=person.role)
            language = wishes.report_language or language_of(person, language)
        turn = Turn(
            organisation=AgentsOrganisation(
                id=organisation.id, timezone=ZoneInfo(organisation.timezone),
                currency=organisation.currency,
            ),
            conversation_id=0, inbox_id=0, asker=asker, language=language, text="", fence=fence,
        )  # fmt: skip
        return replace(self.tools(turn), order_key=order_key)


async def open_ground(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    organisation_id: int,
    database: Database,
    redis: Redis,
    models: LanguageModels,
    clock: Clock,
) -> Ground:
    """`stack` closes what was opened."""
    owner = f"{os.getpid()}-{uuid4().hex[:8]}"
    metrics = Metrics()
    outbox = Outbox(organisation_id, clock, owner=owner)
    long_term = await stack.enter_async_context(
        open_long_term(settings, database, organisation_id, LocalEmbedder(), clock)
    )
    long_term.reader.reads = reading_by(
        models.writing, quotas=settings.quotas, database=database,
        organisation_id=organisation_id, clock=clock,
    )  # fmt: skip
    platforms = await open_platforms(
        settings, database, organisation_id, clock, observe=metrics.platform_call
    )
    stack.push_async_callback(platforms.aclose)
    await load_playbooks(database, organisation_id, clock, settings.playbook_folder)
    knowledge = await stack.enter_async_context(
        open_knowledge(settings, database, organisation_id, LocalEmbedder(), clock)
    )
    return Ground(
        settings=settings, organisation_id=organisation_id, database=database, redis=redis,
        clock=clock, owner=owner, outbox=outbox, models=models, long_term=long_term,
        knowledge=knowledge, metrics=metrics,
        platforms=platforms,
        group_sends=await open_contact(stack, settings.wecom_contact),
        keeper=Keeper(organisation_id, clock) if settings.mcp_server_url else None,
        notifier=OutboxNotifier(
            organisation_id, outbox, settings.language, clock=clock, settings=settings.notices
        ),
    )  # fmt: skip


def open_service(stack: AsyncExitStack, ground: Ground, planner: Planner) -> Service:
    """Wire the parts of one organisation; `stack` closes what was opened."""
    settings, database, clock = ground.settings, ground.database, ground.clock
    deliveries: list[Delivery] = []
    ground.notifier.served = channels = dict[str, Channel]()

    def queued() -> None:
        for delivery in deliveries:
            delivery.wake()

    agent = open_agent(stack, ground, planner)
    services = Services(
        database=database, agent=agent, outbox=ground.outbox, clock=clock, settings=settings,
        ping_memory=lambda: ground.redis.echo("health"), open_tools=ground.tools, served=channels,
        eraser=Eraser(database, ground.organisation_id, ground.redis, ground.long_term, clock),
    )  # fmt: skip
    inbox = Inbox(ground.organisation_id, clock)
    menus = Menus(database, channels, COMMANDS, settings.language)
    desk = open_desk(ground.organisation_id, clock, ground.notifier, settings)
    gateway = Gateway(
        database=database, organisation_id=ground.organisation_id, inbox=inbox,
        menus=menus, metrics=ground.metrics, drafts=Drafts(database, inbox, channels),
        fetcher=Fetcher(database, inbox, channels, settings.work.media),
        handover=Handover(database, ground.organisation_id, clock, agent, channels, desk),
        outbox=ground.outbox, agent=agent, commands=CommandDesk(services), clock=clock,
        leases=Leases(database, owner=ground.owner, clock=clock, duration=settings.work.lease),
        settings=settings.work, language=settings.language, queued=queued,
    )  # fmt: skip
    housekeeper = Housekeeper(
        database, ground.organisation_id, ground.notifier, clock=clock,
        settings=settings.approvals, media=settings.work.media, desk=desk,
    )  # fmt: skip
    return Service(
        settings=settings, organisation_id=ground.organisation_id, clock=clock,
        database=database, outbox=ground.outbox, gateway=gateway, housekeeper=housekeeper,
        chats=Chats(ground.organisation_id, clock),
        pacer=open_pacer(ground),
        deliveries=deliveries, channels=channels, metrics=ground.metrics, menus=menus,
    )  # fmt: skip


def open_web_platform(settings: Settings) -> WebPlatform | None:
    if settings.mcp_server_url is None:
        return None
    return WebPlatform(url=settings.mcp_server_url, token=settings.mcp_auth_token)


def open_automation(ground: Ground) -> CampaignAutomation:
    """The module API over the same ground."""
    settings, approvals = ground.settings, ground.settings.approvals

    async def open_tools(person_id: int) -> ToolContext:
        return await ground.tools_of_job(person_id, "module", NoTurn())

    return CampaignAutomation(
        database=ground.database, organisation_id=ground.organisation_id, clock=ground.clock,
        language=settings.language, approvals=approvals, open_tools=open_tools,
        layer=ToolLayer(REGISTRY["manager"], approvals, UNDO), secrets=secret_values(settings),
        web=open_web_platform(settings), observe=ground.metrics.ordered,
        account_ids={"sandbox": f"sandbox-{settings.organisation}"}
        | {each.platform: each.id for each in reversed(ground.platforms.accounts)},
    )  # fmt: skip


async def programs_of(stack: AsyncExitStack, ground: Ground) -> Mapping[str, Mounted]:
    """What programs may ask over HTTP, by path. Raises ConfigurationError for a token of nobody."""
    # The import takes a second, which only those who have programs should wait for.
    from bot.mcp.serving import open_programs

    settings = ground.settings
    tokens = await open_tokens(ground.database, ground.organisation_id, settings.mcp.tokens)
    return await stack.enter_async_context(
        open_programs(open_automation(ground), tokens, open_pacer(ground), settings)
    )


def open_pacer(ground: Ground) -> Pacer:
    if ground.settings.redis_url is None:
        return LocalPacer()
    return SharedPacer(ground.redis, ground.organisation_id)


def open_agent(stack: AsyncExitStack, ground: Ground, planner: Planner) -> HuoKeAgent:
    approvals, memory = ground.settings.approvals, ground.settings.short_term
    layers = {persona: ToolLayer(tools, approvals, UNDO) for persona, tools in REGISTRY.items()}
    # One thread: the embedding engine is not made for several at once.
    planning = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="planner"))
    return HuoKeAgent(
        layers=layers,
        desk=ApprovalDesk(
            ToolLayer({**REGISTRY["manager"], **COMMANDED}, approvals, UNDO), approvals
        ),
        planner=planner,
        planning=planning,
        open_tools=ground.tools,
        short_term=ShortTermMemory(
            ground.redis, ttl=memory.ttl, window_tokens=memory.window_tokens
        ),
        long_term=ground.long_term,
        models=ground.models.at_tools,
        fast_path=ground.settings.answers.fast_path,
        open_purse=ground.purse,
    )
