"""Runs a service: the channels of platforms until the system says stop, or a chat in a terminal."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack

from bot.backlog import Backlog
from bot.channels.base import Duty, PageChannel, WebhookChannel
from bot.channels.configured import CHANNELS, Site, Store, open_channels
from bot.channels.console.open import open_console
from bot.channels.console.person import choose_person
from bot.findings import Finding
from bot.http.app import Mounted, open_app
from bot.http.server import serving
from bot.inviting import admin_to_invite, invitation
from bot.metrics import Metrics
from bot.service import Service
from bot.shelf import Shelf
from config.channels import WebSettings
from config.i18n import say
from config.roles import Role
from config.settings import Settings
from memory.rebuild import window_from_database
from storage.cursors import Cursors

# How many messages of the last time the console shows when it opens.
_RECAP = 4


def open_site(service: Service, shelf: Shelf, duty: Duty | None) -> Site:
    """What the channels may use."""
    settings = service.settings
    return Site(
        shelf=shelf, duty=duty, language=settings.language,
        cursors=Cursors(service.database, service.organisation_id),
        store=Store(
            database=service.database, organisation_id=service.organisation_id,
            clock=service.clock, folder=settings.data_dir, pacer=service.pacer,
            media=settings.work.media,
        ),
    )  # fmt: skip


def open_page(settings: Settings, site: Site) -> list[WebhookChannel]:
    """The chat page alone, as it is without settings of its own."""
    web = (settings.web or WebSettings()).model_copy(update={"enabled": True})
    return open_channels(settings.model_copy(update={"web": web}), site, {"web": CHANNELS["web"]})


async def serve_channels(
    stack: AsyncExitStack,
    service: Service,
    channels: Sequence[WebhookChannel],
    ready: Callable[[], Awaitable[list[Finding]]],
    mounted: Mapping[str, Mounted],
) -> None:
    """Until SIGTERM or SIGINT; then what was begun is finished. `ready` looks at what is needed to
    serve; `mounted` is served beside the channels."""
    http, stop = service.settings.http, asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    for channel in channels:
        await stack.enter_async_context(channel)
    metrics = service.metrics
    backlog = Backlog(
        service.database, service.organisation_id, service.outbox, metrics, service.clock
    )
    metrics.measure_with(backlog.measure)
    app = open_app(
        webhooks={channel.name: channel for channel in channels}, metrics=metrics, ready=ready,
        stopping=stop, max_body_bytes=http.max_body_bytes, mounted=mounted,
    )  # fmt: skip
    port = await stack.enter_async_context(serving(app, http))
    names = ", ".join(channel.name for channel in channels)
    _tell(f"HuoKe serves {names}; http://{http.host}:{port}/healthz tells that it is alive")
    for channel in channels:
        if isinstance(channel, PageChannel):
            _tell(f"The chat page: http://{http.host}:{port}/{channel.name}/")
    for path in mounted:
        _tell(f"For programs: http://{http.host}:{port}{path}")
    await _invite_first_admin(service, frozenset(channel.name for channel in channels))
    await service.run(channels, alone=service.settings.embedded, stop=stop, within=http.stop_within)


async def serve_programs(
    settings: Settings,
    metrics: Metrics,
    backlog: Backlog,
    ready: Callable[[], Awaitable[list[Finding]]],
    mounted: Mapping[str, Mounted],
) -> None:
    """Only what programs may ask, until SIGTERM or SIGINT."""
    http, stop = settings.http, asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    metrics.measure_with(backlog.measure)
    app = open_app(
        webhooks={}, metrics=metrics, ready=ready, stopping=stop,
        max_body_bytes=http.max_body_bytes, mounted=mounted,
    )  # fmt: skip
    async with serving(app, http) as port:
        for path in mounted:
            _tell(f"HuoKe serves programs at http://{http.host}:{port}{path}")
        await stop.wait()


async def serve_terminal(
    stack: AsyncExitStack, service: Service, *, role: Role | None, name: str | None
) -> None:
    """The chat of one person, until they leave."""
    settings = service.settings
    _tell(say(settings.language, "web.demo"))
    person = await choose_person(
        service.database, service.organisation_id, service.clock, role=role, name=name,
        default=settings.language,
    )  # fmt: skip
    recap = await window_from_database(service.database, person.conversation_id)
    console = open_console(
        account=person.account, person=person.name, role=person.role, language=person.language,
        folder=settings.data_dir, settled=service.settled,
        recap=[(entry.role == "user", entry.text) for entry in recap[-_RECAP:]],
    )  # fmt: skip
    await stack.enter_async_context(console)
    await service.run([console], alone=settings.embedded)


async def _invite_first_admin(service: Service, channels: frozenset[str]) -> None:
    """Somebody has to be the first. Only a terminal is told the code: other output may be kept."""
    name = await admin_to_invite(service.database, service.organisation_id, channels)
    if name is None:
        return
    if not sys.stdout.isatty():
        _tell(f"No admin can write yet: `python run_bot.py invite {name}` prints a code for them")
        return
    _tell(
        await invitation(
            service.database, service.organisation_id, service.clock, service.settings.language,
            name=name,
        )
    )  # fmt: skip


def _tell(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
