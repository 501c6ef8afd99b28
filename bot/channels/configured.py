"""The channels that there are, and those that the settings name.

A channel is a folder (or a module of one) with an entry module that has `open_channel` and
`check`, and one line in CHANNELS. Entry modules are imported when their settings are there: aiogram alone
takes seconds to load, and a chat in a terminal has no use for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from bot.channels.base import Cursors, Duty, WebhookChannel
from bot.findings import Finding
from bot.pacing import Pacer
from bot.shelf import Shelf
from config.clock import Clock
from config.i18n import Language
from config.media import MediaSettings
from config.settings import Settings
from storage.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """What a channel needs whose platform we are ourselves: it keeps what was said, the files, and
    the limits of who writes. `folder` is the data folder."""

    database: Database
    organisation_id: int
    clock: Clock
    folder: Path
    pacer: Pacer
    media: MediaSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a channel may use. `duty` is for work that only one of several processes may do, None
    when there is one process. `language` is for words to who has shown none."""

    shelf: Shelf
    cursors: Cursors
    duty: Duty | None = None
    language: Language = Language.zh_cn
    store: Store | None = None


class Entry(Protocol):
    """What an entry module has. `section` are the channel's own settings."""

    def open_channel(self, section: Any, site: Site) -> WebhookChannel: ...

    async def check(self, section: Any, *, alone: bool) -> list[Finding]:
        """The doctor's look; `alone` says that no HuoKe runs with these settings now."""


# The name of a channel, of its section in the settings and of its webhook's path: its module.
CHANNELS: Mapping[str, str] = {
    "telegram": "bot.channels.telegram.entry",
    "wecom": "bot.channels.wecom.bot.entry",
    "wecom_app": "bot.channels.wecom.app.entry",
    "wecom_kf": "bot.channels.wecom.kf.entry",
    "wecom_robot": "bot.channels.wecom.robot.entry",
    "dingtalk": "bot.channels.dingtalk.entry",
    "dingtalk_robot": "bot.channels.dingtalk.robot.entry",
    "web": "bot.channels.web.entry",
}


def open_channels(
    settings: Settings, site: Site, known: Mapping[str, str] = CHANNELS
) -> list[WebhookChannel]:
    return [entry.open_channel(section, site) for section, entry in _configured(settings, known)]


async def check_channels(
    settings: Settings, *, alone: bool, known: Mapping[str, str] = CHANNELS
) -> Sequence[Finding]:
    """What the doctor finds, channel by channel."""
    found: list[Finding] = []
    for section, entry in _configured(settings, known):
        found += await entry.check(section, alone=alone)
    return found


def _configured(settings: Settings, known: Mapping[str, str]) -> list[tuple[Any, Entry]]:
    sections = {name: getattr(settings, name) for name in known}
    return [
        (section, cast(Entry, import_module(known[name])))
        for name, section in sections.items()
        if section is not None and getattr(section, "enabled", True)
    ]
