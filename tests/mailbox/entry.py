"""How the mailbox is opened and checked."""

from bot.channels.base import WebhookChannel
from bot.channels.configured import Site
from bot.findings import Finding
from tests.mailbox.channel import MailboxChannel, MailboxSettings


def open_channel(section: MailboxSettings, site: Site) -> WebhookChannel:
    return MailboxChannel(section)


async def check(section: MailboxSettings, *, alone: bool) -> list[Finding]:
    seen = "is there" if section.folder.is_dir() else "is not there"
    return [Finding(part="mailbox", fine=section.folder.is_dir(), seen=seen)]
