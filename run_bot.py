"""The command line; with bot/composition.py the only module that knows every other one."""

import argparse
import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import uvloop

from agent.models.opening import open_language_models
from agent.planner.loading import load_planner
from agent.planner.storing import model_file
from agent.scoring import score
from bot.alerts import open_alerts
from bot.arguments import read_arguments
from bot.backlog import Backlog
from bot.channels.base import WebhookChannel
from bot.channels.configured import CHANNELS, Site, open_channels
from bot.composition import (
    Ground,
    open_automation,
    open_ground,
    open_service,
    open_web_platform,
    programs_of,
)
from bot.doctor import examine, readiness
from bot.duty import SharedDuty
from bot.embedded import FolderLock, LocalPort
from bot.findings import Finding
from bot.inviting import invitation
from bot.maintenance import doctor, upgrade
from bot.service import Service
from bot.serving import open_page, open_site, serve_channels, serve_programs, serve_terminal
from bot.shelf import Shelf
from bot.stocking import stock
from bot.ticket_watch import open_ticket_watch
from bot.visit_watch import open_visit_watch
from config.clock import SystemClock
from config.errors import ConfigurationError
from config.logging import set_up_logging
from config.masking import secret_values
from config.roles import Role
from config.settings import Settings, load_settings
from memory.connect import redis_of
from storage.database import Database
from storage.duties import Duties
from storage.executors import Places
from storage.migrate import migrate
from storage.tables.organisation import Organisation
from tools.background import job_handlers
from tools.campaigns.service import schedule_spending
from tools.demo import open_organisation
from tools.jobs.opening import open_jobs
from tools.jobs.service import JobService
from tools.optimization.service import schedule as schedule_checks

_CHAT_FIRST_SECONDS = 3.0


async def lay_ground(stack: AsyncExitStack, settings: Settings, *, demo: bool) -> Ground:
    """From the settings to what everything stands on; `stack` closes what was opened."""
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
    if settings.embedded:
        await stack.enter_async_context(LocalPort(settings.data_dir, partial(_findings, ground)))
    return ground


async def open_everything(
    stack: AsyncExitStack, settings: Settings, *, demo: bool
) -> tuple[Ground, Service]:
    """A service without channels."""
    ground = await lay_ground(stack, settings, demo=demo)
    service = open_service(stack, ground, load_planner(settings.cache_dir).plan)
    service.background.append(partial(run_jobs, ground, alone=settings.embedded))
    return ground, service


async def serve(settings: Settings, arguments: argparse.Namespace) -> None:
    """Run until it ends: the channels that the settings name, or a chat in this terminal."""
    async with AsyncExitStack() as stack:
        ground, service = await open_everything(stack, settings, demo=arguments.command == "demo")
        # What is loaded now stays: to look through it for garbage costs a millisecond a turn.
        gc.freeze()
        duty = None if settings.embedded else shared_duty(ground)
        service.background.append(open_ticket_watch(service, ground.notifier, duty).run)
        service.background.append(open_visit_watch(settings, ground.tools_of_job, duty).run)
        site = open_site(service, Shelf(ground.redis, ground.organisation_id), duty)
        if channels := _channels(settings, site, arguments):
            watch = open_alerts(
                service, ground.notifier, site.shelf, partial(_findings, ground), duty
            )
            service.background.append(watch.run)
            look = partial(readiness, settings, ground.database, ground.redis)
            programs = await programs_of(stack, ground) if settings.mcp.tokens else {}
            await serve_channels(
                stack, service, channels, partial(look, model_file(settings.cache_dir)), programs
            )
        else:
            await serve_terminal(stack, service, role=arguments.role, name=arguments.person)


async def serve_mcp(settings: Settings, arguments: argparse.Namespace) -> None:
    """Until the other side, or the system, says stop; what is scheduled is done meanwhile."""
    async with AsyncExitStack() as stack:
        ground = await lay_ground(stack, settings, demo=False)
        ground.notifier.served = frozenset(CHANNELS)
        serve_them = await _programs(stack, ground, arguments)
        jobs = run_jobs(ground, alone=settings.embedded)
        tasks = [asyncio.create_task(each) for each in (serve_them(), jobs)]
        try:
            ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _programs(
    stack: AsyncExitStack, ground: Ground, arguments: argparse.Namespace
) -> Callable[[], Coroutine[Any, Any, None]]:
    """How they reach us, and in whose name."""
    # The import takes a second, which nobody else should wait for.
    from bot.mcp import callers
    from bot.mcp.server import open_server
    from bot.mcp.serving import serve_stdio

    settings, database, id_ = ground.settings, ground.database, ground.organisation_id
    if arguments.http:
        backlog = Backlog(database, id_, ground.outbox, ground.metrics, ground.clock)
        planner = model_file(settings.cache_dir)
        ready = partial(readiness, settings, database, ground.redis, planner)
        mounted = await programs_of(stack, ground)
        return partial(serve_programs, settings, ground.metrics, backlog, ready, mounted)
    person = await callers.person_of_terminal(database, id_, arguments.person)
    caller = callers.one_caller(settings.organisation, person.id)
    return partial(serve_stdio, open_server(open_automation(ground).execute, caller))


def _channels(
    settings: Settings, site: Site, arguments: argparse.Namespace
) -> Sequence[WebhookChannel]:
    """None when the chat is in this terminal."""
    if arguments.web:
        return open_page(settings, site)
    return [] if arguments.command == "demo" else open_channels(settings, site)


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
        await schedule_spending(session, jobs_of_ours)
    places = Places(
        ground.database, ground.organisation_id, owner=ground.owner, clock=ground.clock,
        duration=ground.settings.work.lease,
    )  # fmt: skip
    while True:
        # Another process may have taken our place while this one was paused: then begin anew.
        async with open_jobs(
            ground.database, ground.organisation_id, folder=ground.settings.data_dir,
            zone=zone, places=places, clock=ground.clock,
            handlers=job_handlers(ground.settings.approvals, ground.knowledge.indexer.reindex_missing, open_web_platform(ground.settings)),
            open_context=ground.tools_of_job, notifier=ground.notifier, alone=alone,
        ) as jobs:  # fmt: skip
            await jobs.run()


async def _findings(ground: Ground) -> list[Finding]:
    settings = ground.settings
    planner = model_file(settings.cache_dir)
    index = ground.knowledge.indexer.index
    return await examine(settings, ground.database, ground.redis, planner, chunks=index)


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
            case "mcp":
                asyncio.run(serve_mcp(settings, arguments))
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
