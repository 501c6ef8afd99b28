"""The program with a mailbox: what its settings and its list of channels are then."""

from typing import cast

import run_bot
from bot.channels.configured import CHANNELS
from config.settings import Settings
from tests.mailbox.channel import MailboxSettings


class OurSettings(Settings):
    mailbox: MailboxSettings | None = None


def open_mailbox() -> None:
    """From now on this process serves the mailbox that MAILBOX__FOLDER names."""
    cast(dict[str, str], CHANNELS)["mailbox"] = "tests.mailbox.entry"
    vars(run_bot)["load_settings"] = OurSettings
