"""Composition root and command line: the only module that knows every other one."""

import argparse
import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from uuid import uuid4
from zoneinfo import ZoneInfo

import uvloop
from redis.asyncio import Redis

from agent.approvals import ApprovalDesk
from agent.contract import Organisation as AgentsOrganisation
from agent.contract import Turn
from agent.models.opening import LanguageModels, open_language_models
from agent.models.remembering import reading_by
from agent.models.writers import NoWriter, PaidWriter
from agent.planner.loading import load_planner
from agent.planner.storing import model_file
from agent.scoring import score
from agent.service import HuoKeAgent, Planner
from bot.alerts import open_alerts
from bot.arguments import read_arguments
from bot.channels.base import Channel
from bot.channels.configured import open_channels
from bot.channels.wecom.contact import open_contact
from bot.commands.base import Services
from bot.commands.desk import COMMANDS, CommandDesk
from bot.delivery import Delivery
from bot.doctor import examine, readiness
from bot.drafts import Drafts
from bot.duty import SharedDuty
from bot.embedded import FolderLock, LocalPort
from bot.fetching import Fetcher
from bot.findings import Finding
from bot.gateway import Gateway
from bot.handover import Handover
from bot.housekeeping import Housekeeper
from bot.inviting import invitation
from bot.maintenance import doctor, upgrade
from bot.menus import Menus
from bot.metrics import Metrics
from bot.notices import OutboxNotifier
from bot.pacing import LocalPacer, SharedPacer
from bot.service import Service
from bot.serving import open_page, open_site, serve_channels, serve_terminal
from bot.shelf import Shelf
from bot.stocking import stock
from bot.ticket_watch import open_ticket_watch
from config.clock import Clock, SystemClock
from config.errors import ConfigurationError
from config.logging import set_up_logging
from config.masking import secret_values
from config.roles import Role
from config.settings import Settings, load_settings
from memory.connect import redis_of
from memory.embeddings import LocalEmbedder
from memory.knowledge import Knowledge
from memory.long_term import LongTermMemory
from memory.opening import open_knowledge, open_long_term
from memory.preferences import preferences_of
from memory.privacy import Eraser
from memory.short_term import ShortTermMemory
from storage.chats import Chats
from storage.database import Database
from storage.duties import Duties
from storage.executors import Places
from storage.inbox import Inbox
from storage.leases import Leases
from storage.ledger import ActionLedger
from storage.migrate import migrate
from storage.outbox import Outbox
from storage.tables.organisation import Organisation, Person
from tools.background import job_handlers
from tools.campaigns.platforms.configured import open_platforms
from tools.context import Asker, Fence, ToolContext
from tools.demo import open_organisation
from tools.jobs.opening import open_jobs
from tools.jobs.service import JobService
from tools.layer import ToolLayer
from tools.optimization.service import schedule as schedule_checks
from tools.outreach.group_sends import GroupSends
from tools.people.service import language_of
from tools.ports import AdPlatforms
from tools.registry import COMMANDED, REGISTRY, UNDO
from tools.support.staff import open_desk
from tools.usage.service import Purse

_CHAT_FIRST_SECONDS = 3.0


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
    group_sends: GroupSends | None = None

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
            hours=self.settings.hours, support=self.settings.support, knowledge=self.knowledge, cases=self.settings.cases,
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
    outbox = Outbox(organisation_id, clock, owner=owner)
    long_term = await stack.enter_async_context(
        open_long_term(settings, database, organisation_id, LocalEmbedder(), clock)
    )
    long_term.reader.reads = reading_by(models.writing, quotas=settings.quotas, database=database, organisation_id=organisation_id, clock=clock)  # fmt: skip
    knowledge = await stack.enter_async_context(open_knowledge(settings, database, organisation_id, LocalEmbedder(), clock))  # fmt: skip
    return Ground(
        settings=settings, organisation_id=organisation_id, database=database, redis=redis,
        clock=clock, owner=owner, outbox=outbox, models=models, long_term=long_term, knowledge=knowledge,
        platforms=await open_platforms(settings, database, organisation_id, clock),
        group_sends=await open_contact(stack, settings.wecom_contact),
        notifier=OutboxNotifier(organisation_id, outbox, settings.language, clock=clock, settings=settings.notices),
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
    metrics = Metrics()
    menus = Menus(database, channels, COMMANDS, settings.language)
    desk = open_desk(ground.organisation_id, clock, ground.notifier, settings)
    gateway = Gateway(
        database=database, organisation_id=ground.organisation_id, inbox=inbox,
        menus=menus, metrics=metrics, drafts=Drafts(database, inbox, channels), fetcher=Fetcher(database, inbox, channels, settings.work.media),
        handover=Handover(database, ground.organisation_id, clock, agent, channels, desk),
        outbox=ground.outbox, agent=agent, commands=CommandDesk(services), clock=clock,
        leases=Leases(database, owner=ground.owner, clock=clock, duration=settings.work.lease),
        settings=settings.work, language=settings.language, queued=queued,
    )  # fmt: skip
    housekeeper = Housekeeper(
        database, ground.organisation_id, ground.notifier, clock=clock,
        settings=settings.approvals, media=settings.work.media, desk=desk,
    )  # fmt: skip
    shared = settings.redis_url is not None
    return Service(
        settings=settings, organisation_id=ground.organisation_id, clock=clock, database=database, outbox=ground.outbox, gateway=gateway, housekeeper=housekeeper,
        chats=Chats(ground.organisation_id, clock),
        pacer=SharedPacer(ground.redis, ground.organisation_id) if shared else LocalPacer(),
        deliveries=deliveries, channels=channels, metrics=metrics, menus=menus,
    )  # fmt: skip


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


async def open_everything(
    stack: AsyncExitStack, settings: Settings, *, demo: bool
) -> tuple[Ground, Service]:
    """From the settings to a service without channels; `stack` closes what was opened."""
    if settings.embedded:
        stack.enter_context(FolderLock(settings.data_dir))
    secrets = secret_values(settings)
    set_up_logging(settings.log, settings.data_dir / "logs", secrets=secrets)
    database = await stack.enter_async_context(Database(settings.database))
    await migrate(database)
    redis = redis_of(settings)
    stack.push_async_callback(redis.aclose)
    organisation_id = await open_organisation(settings, database, demo=demo)
    models = await stack.enter_async_context(open_language_models(settings))
    ground = await open_ground(
        stack, settings, organisation_id=organisation_id, database=database, redis=redis,
        models=models, clock=SystemClock(),
    )  # fmt: skip
    service = open_service(stack, ground, load_planner(settings.cache_dir).plan)
    service.background.append(partial(run_jobs, ground, alone=settings.embedded))
    if settings.embedded:
        await stack.enter_async_context(LocalPort(settings.data_dir, partial(_findings, ground)))
    return ground, service


async def serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """Run until it ends: the channels that the settings name, or a chat in this terminal."""
    async with AsyncExitStack() as stack:
        ground, service = await open_everything(stack, settings, demo=arguments.command == "demo")
        # What is loaded now stays: to look through it for garbage costs a millisecond a turn.
        gc.freeze()
        duty = None if settings.embedded else shared_duty(ground)
        service.background.append(open_ticket_watch(service, ground.notifier, duty).run)
        site = open_site(service, Shelf(ground.redis, ground.organisation_id), duty)
        demo = arguments.command == "demo"
        channels = (
            open_page(settings, site)
            if arguments.web
            else []
            if demo
            else open_channels(settings, site)
        )
        if channels:
            watch = open_alerts(
                service, ground.notifier, site.shelf, partial(_findings, ground), duty
            )
            service.background.append(watch.run)
            look = partial(readiness, settings, ground.database, ground.redis)
            await serve_channels(
                stack, service, channels, partial(look, model_file(settings.cache_dir))
            )
        else:
            await serve_terminal(stack, service, role=arguments.role, name=arguments.person)


def shared_duty(ground: Ground) -> SharedDuty:
    """For what only one of several processes may do at a time."""
    lease = ground.settings.work.lease
    duties = Duties(ground.organisation_id, owner=ground.owner, clock=ground.clock, duration=lease)
    return SharedDuty(ground.database, duties)


@asynccontextmanager
async def open_storage(settings: Settings) -> AsyncIterator[tuple[Database, int]]:
    """The database and the organisation, for a command that nothing else may disturb."""
    async with AsyncExitStack() as stack:
        if settings.embedded:
            stack.enter_context(FolderLock(settings.data_dir))
        database = await stack.enter_async_context(Database(settings.database))
        await migrate(database)
        yield database, await open_organisation(settings, database, demo=False)


async def invite(settings: Settings, name: str, role: Role | None) -> None:
    """Print a code that binds a chat account to the person."""
    async with open_storage(settings) as (database, id_):
        print(
            await invitation(database, id_, SystemClock(), settings.language, name=name, role=role)
        )


async def know(settings: Settings, arguments: argparse.Namespace) -> int:
    async with open_storage(settings) as (database, organisation_id):
        return await stock(settings, database, organisation_id, SystemClock(), arguments)


async def run_jobs(ground: Ground, *, alone: bool) -> None:
    """Do what is scheduled, until cancelled. The workflow engine takes seconds to load: it opens
    beside the chat, and when the chat is there."""
    await asyncio.sleep(_CHAT_FIRST_SECONDS)
    async with ground.database.reading() as session:
        organisation = await session.get_one(Organisation, ground.organisation_id)
    zone = ZoneInfo(organisation.timezone)
    async with ground.database.unit_of_work() as session:
        jobs_of_ours = JobService(session, ground.organisation_id, ground.clock, zone)
        await schedule_checks(session, jobs_of_ours, ground.settings.rules.checks)
    places = Places(
        ground.database, ground.organisation_id, owner=ground.owner, clock=ground.clock,
        duration=ground.settings.work.lease,
    )  # fmt: skip
    while True:
        # Another process may have taken our place while this one was paused: then begin anew.
        async with open_jobs(
            ground.database, ground.organisation_id, folder=ground.settings.data_dir,
            zone=zone, places=places, clock=ground.clock,
            handlers=job_handlers(ground.settings.approvals, ground.knowledge.indexer.reindex_missing),
            open_context=ground.tools_of_job, notifier=ground.notifier, alone=alone,
        ) as jobs:  # fmt: skip
            await jobs.run()


async def _findings(ground: Ground) -> list[Finding]:
    settings = ground.settings
    planner = model_file(settings.cache_dir)
    return await examine(settings, ground.database, ground.redis, planner)


def main(words: Sequence[str]) -> int:
    arguments = read_arguments(words)
    try:
        settings = load_settings()
        match arguments.command:
            case "doctor":
                planner = model_file(settings.cache_dir)
                return asyncio.run(doctor(settings, planner))
            case "prepare":
                load_planner(settings.cache_dir)
            case "migrate":
                asyncio.run(upgrade(settings))
            case "eval":
                print(*score(settings, arguments.file, as_json=arguments.json), sep="\n")
            case "bench":
                from bench.files import report

                report(arguments)
            case "invite":
                asyncio.run(invite(settings, arguments.name, arguments.role))
            case "knowledge":
                return asyncio.run(know(settings, arguments))
            case _:
                with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                    runner.run(serve(settings, arguments))
    except ConfigurationError as error:
        print(f"HuoKe cannot start: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
