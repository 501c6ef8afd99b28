"""Composition root and command line: the only module that knows every other one."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from redis.asyncio import Redis

from agent.approvals import ApprovalDesk
from agent.contract import Turn
from agent.evaluate import evaluate, read_lines
from agent.models.opening import open_models_at_tools, open_planner, open_writing
from agent.models.writers import NoWriter, PaidWriter
from agent.planner.loading import load_planner
from agent.planner.storing import model_file
from agent.service import HuoKeAgent, Planner
from bot.channels.base import Channel
from bot.channels.console.open import open_console
from bot.channels.console.person import choose_person
from bot.commands.base import Services
from bot.commands.desk import CommandDesk
from bot.delivery import Delivery
from bot.doctor import examine, worded
from bot.drafts import Drafts
from bot.embedded import FolderLock, LocalPort, ask_running
from bot.findings import Finding
from bot.gateway import Gateway
from bot.housekeeping import Housekeeper
from bot.messages import InboundMessage
from bot.notices import OutboxNotifier
from config.clock import Clock, SystemClock
from config.errors import ConfigurationError
from config.logging import set_up_logging
from config.roles import Role
from config.settings import Settings, load_settings
from memory.connect import open_redis
from memory.rebuild import window_from_database
from memory.short_term import ShortTermMemory
from storage.database import Database
from storage.inbox import Inbox
from storage.leases import Leases
from storage.ledger import ActionLedger
from storage.migrate import migrate
from storage.outbox import Outbox
from tools.campaigns.platforms.configured import open_platforms
from tools.context import ToolContext
from tools.demo import DEMO, MEMBERS, Member, ensure_organisation, seed_demo
from tools.layer import ToolLayer
from tools.registry import REGISTRY
from tools.usage.service import Purse

# How many messages of the last time the console shows when it opens.
_RECAP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Everything that runs for one organisation in this process, without its channels."""

    settings: Settings
    organisation_id: int
    database: Database
    redis: Redis
    clock: Clock
    outbox: Outbox
    gateway: Gateway
    housekeeper: Housekeeper
    deliveries: list[Delivery]
    drafts: Drafts

    def deliver(self, channel: Channel) -> Delivery:
        self.drafts.add(channel)
        delivery = Delivery(self.database, self.outbox, channel)
        self.deliveries.append(delivery)
        return delivery

    async def settled(self) -> None:
        """Wait until everything received is answered and everything reachable is sent."""
        await self.gateway.idle()
        for delivery in self.deliveries:
            await delivery.drain()


async def open_service(
    stack: AsyncExitStack,
    settings: Settings,
    *,
    organisation_id: int,
    database: Database,
    redis: Redis,
    planner: Planner,
    clock: Clock,
) -> Service:
    """Wire the parts of one organisation; `stack` closes what was opened."""
    owner = f"{os.getpid()}-{uuid4().hex[:8]}"
    outbox = Outbox(organisation_id, clock, owner=owner)
    deliveries: list[Delivery] = []

    def queued() -> None:
        for delivery in deliveries:
            delivery.wake()

    def open_purse(turn: Turn) -> Purse:
        return Purse(
            database=database, organisation_id=organisation_id, clock=clock,
            zone=turn.organisation.timezone, person_id=turn.asker.id, quotas=settings.quotas,
        )  # fmt: skip

    open_tools = await tool_opener(settings, database, organisation_id, outbox, clock, open_purse)
    # One thread: the embedding engine is not made for several at once.
    planning = stack.enter_context(ThreadPoolExecutor(1, thread_name_prefix="planner"))
    agent = open_agent(settings, redis, planner, planning, open_tools, open_purse)
    services = Services(
        database=database, agent=agent, outbox=outbox, clock=clock, settings=settings,
        ping_memory=lambda: redis.echo("health"),
    )  # fmt: skip
    inbox = Inbox(organisation_id, clock)
    drafts = Drafts(database, inbox)
    gateway = Gateway(
        database=database, organisation_id=organisation_id, inbox=inbox, drafts=drafts,
        outbox=outbox, agent=agent, commands=CommandDesk(services), clock=clock,
        leases=Leases(database, owner=owner, clock=clock, duration=settings.work.lease),
        settings=settings.work, language=settings.language, queued=queued,
    )  # fmt: skip
    housekeeper = Housekeeper(
        database, organisation_id, OutboxNotifier(organisation_id, outbox, settings.language),
        clock=clock, settings=settings.approvals,
    )  # fmt: skip
    return Service(
        settings=settings, organisation_id=organisation_id, database=database, redis=redis,
        clock=clock, outbox=outbox, gateway=gateway, housekeeper=housekeeper,
        deliveries=deliveries, drafts=drafts,
    )  # fmt: skip


def open_agent(
    settings: Settings,
    redis: Redis,
    planner: Planner,
    planning: ThreadPoolExecutor,
    open_tools: Callable[[Turn], ToolContext],
    open_purse: Callable[[Turn], Purse],
) -> HuoKeAgent:
    layers = {persona: ToolLayer(tools, settings.approvals) for persona, tools in REGISTRY.items()}
    memory = settings.short_term
    return HuoKeAgent(
        layers=layers,
        desk=ApprovalDesk(layers["manager"], settings.approvals),
        planner=planner,
        planning=planning,
        open_tools=open_tools,
        short_term=ShortTermMemory(redis, ttl=memory.ttl, window_tokens=memory.window_tokens),
        models=open_models_at_tools(settings),
        fast_path=settings.answers.fast_path,
        open_purse=open_purse,
    )


async def tool_opener(
    settings: Settings,
    database: Database,
    organisation_id: int,
    outbox: Outbox,
    clock: Clock,
    open_purse: Callable[[Turn], Purse],
) -> Callable[[Turn], ToolContext]:
    """Makes the context that the tools of one turn get; the turn's fence guards their effects."""
    notifier = OutboxNotifier(organisation_id, outbox, settings.language)
    platforms = await open_platforms(settings, database, organisation_id, clock)
    writing = open_writing(settings)

    def open_tools(turn: Turn) -> ToolContext:
        ledger = ActionLedger(
            database, organisation_id=organisation_id, clock=clock, fence=turn.fence
        )
        return ToolContext(
            organisation_id=organisation_id, asker=turn.asker, language=turn.language,
            timezone=turn.organisation.timezone, currency=turn.organisation.currency,
            conversation_id=turn.conversation_id, order_key=f"inbox:{turn.inbox_id}",
            database=database, ledger=ledger, clock=clock, platforms=platforms, notifier=notifier,
            writer=PaidWriter(writing=writing, purse=open_purse(turn)) if writing else NoWriter(),
        )  # fmt: skip

    return open_tools


async def serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """Run the chat of one person in this terminal until it ends."""
    async with AsyncExitStack() as stack:
        if settings.embedded:
            stack.enter_context(FolderLock(settings.data_dir))
        set_up_logging(settings.log, settings.data_dir / "logs")
        database = await stack.enter_async_context(Database(settings.database))
        await migrate(database)
        redis = _open_redis(settings)
        stack.push_async_callback(redis.aclose)
        organisation_id = await _organisation(settings, database, demo=arguments.command == "demo")
        service = await open_service(
            stack, settings, organisation_id=organisation_id, database=database, redis=redis,
            planner=load_planner(settings.cache_dir).plan, clock=SystemClock(),
        )  # fmt: skip
        if settings.embedded:

            async def report() -> list[Finding]:
                return await examine(settings, database, redis, model_file(settings.cache_dir))

            await stack.enter_async_context(LocalPort(settings.data_dir, report))
        person = await choose_person(
            database, organisation_id, service.clock, role=arguments.role, name=arguments.person,
            default=settings.language,
        )  # fmt: skip
        recap = await window_from_database(database, person.conversation_id)
        console = open_console(
            account=person.account, person=person.name, role=person.role, language=person.language,
            folder=settings.data_dir, settled=service.settled,
            recap=[(entry.role == "user", entry.text) for entry in recap[-_RECAP:]],
        )  # fmt: skip
        await run_channel(
            service, await stack.enter_async_context(console), alone=settings.embedded
        )


async def run_channel(service: Service, channel: Channel, *, alone: bool) -> None:
    """Receive and deliver on one channel until it ends, then finish what was begun; `alone` says
    that no other process can be at work here."""
    delivery = service.deliver(channel)
    if alone:
        await service.gateway.take_over_everything()

    async def receive(message: InboundMessage) -> None:
        await service.gateway.receive(message)

    async with asyncio.TaskGroup() as tasks:
        background = [
            tasks.create_task(service.gateway.run(), name="gateway"),
            tasks.create_task(service.housekeeper.run(), name="housekeeper"),
            tasks.create_task(delivery.run(), name=f"delivery:{channel.name}"),
        ]
        await channel.run(receive)
        await service.settled()
        for task in background:
            task.cancel()


async def doctor(settings: Settings) -> int:
    """Ask the running process, or look for ourselves. The exit status is 1 when a part is bad."""
    findings = await ask_running(settings.data_dir) if settings.embedded else None
    if findings is None:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        redis = _open_redis(settings)
        async with Database(settings.database) as database:
            findings = await examine(settings, database, redis, model_file(settings.cache_dir))
        await redis.aclose()
    print("\n".join(worded(findings)))
    return 0 if all(finding.fine for finding in findings) else 1


async def upgrade(settings: Settings) -> None:
    with FolderLock(settings.data_dir) if settings.embedded else nullcontext():
        async with Database(settings.database) as database:
            changed = await migrate(database)
    print("The schema is the newest now." if changed else "The schema was the newest already.")


def score(settings: Settings, file: Path, *, as_json: bool) -> None:
    """Score the planner on a file of sentences; nothing is executed and no storage is opened."""
    platforms = ("sandbox",) if settings.sandbox else ()
    try:
        with open_planner(settings, load_planner(settings.cache_dir)) as planner:
            report = evaluate(planner, read_lines(file), platforms=platforms)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be used: {error}") from None
    if not as_json:
        for miss in report.misses:
            print(f"{'≈' if miss.right_tool else '✗'} {miss.line.text}\n    {miss.got}")
            print(f"    expected {miss.line.expect.model_dump_json(exclude_defaults=True)}")
    print(json.dumps(report.summary()))


async def _organisation(settings: Settings, database: Database, *, demo: bool) -> int:
    clock = SystemClock()
    if not demo:
        founder = Member(name="admin", role=Role.admin)
        return await ensure_organisation(database, clock, settings.organisation, founder=founder)
    organisation_id = await ensure_organisation(database, clock, DEMO, founder=MEMBERS[0])
    platforms = await open_platforms(settings, database, organisation_id, clock)
    await seed_demo(database, organisation_id, clock, platforms)
    return organisation_id


def _open_redis(settings: Settings) -> Redis:
    return open_redis(settings.redis_url.get_secret_value() if settings.redis_url else None)


def read_arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run_bot.py", description=__doc__)
    commands = parser.add_subparsers(dest="command")
    for name, purpose in (
        ("run", "serve the organisation that the settings name (default)"),
        ("demo", "a chat with a demo organisation; no key and no account needed"),
    ):
        chat = commands.add_parser(name, help=purpose)
        chat.add_argument(
            "--as",
            dest="role",
            type=Role,
            choices=list(Role),
            metavar="ROLE",
            help=f"who you are: {', '.join(Role)} (default: manager)",
        )
        chat.add_argument("--person", metavar="NAME", help="which person of the organisation")
    commands.add_parser("doctor", help="check every configured part and say what to do")
    commands.add_parser("prepare", help="learn the planner's intents (part of make install)")
    commands.add_parser("migrate", help="bring the database to the newest schema")
    evaluation = commands.add_parser("eval", help="score the planner on a file of sentences")
    evaluation.add_argument("file", type=Path, metavar="FILE.jsonl")
    evaluation.add_argument("--json", action="store_true", help="print only the figures")
    parser.set_defaults(role=None, person=None)
    arguments = parser.parse_args(words)
    arguments.command = arguments.command or "run"
    return arguments


def main(words: Sequence[str]) -> int:
    arguments = read_arguments(words)
    try:
        settings = load_settings()
        match arguments.command:
            case "doctor":
                return asyncio.run(doctor(settings))
            case "prepare":
                load_planner(settings.cache_dir)
            case "migrate":
                asyncio.run(upgrade(settings))
            case "eval":
                score(settings, arguments.file, as_json=arguments.json)
            case _:
                asyncio.run(serve(settings, arguments))
    except ConfigurationError as error:
        print(f"HuoKe cannot start: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
