"""How the chat page is opened and checked."""

from bot.channels.base import WebhookChannel
from bot.channels.configured import Site
from bot.channels.web.channel import WebChannel
from bot.channels.web.check import check_web
from bot.channels.web.signing import Signer, kept_secret
from bot.findings import Finding
from config.channels import WebSettings
from config.errors import ConfigurationError


def open_channel(section: WebSettings, site: Site) -> WebhookChannel:
    """Raises ConfigurationError when several processes would not know each other's visitors."""
    assert site.store is not None
    shared = site.duty is not None
    if section.secret is not None:
        secret = section.secret.get_secret_value()
    elif shared:
        raise ConfigurationError(
            "WEB__SECRET: set it (32 characters or more), the same for every process"
        )
    else:
        secret = kept_secret(site.store.folder)
    return WebChannel(
        section, Signer(secret), site.store, site.shelf, language=site.language, shared=shared
    )


async def check(section: WebSettings, *, alone: bool) -> list[Finding]:
    return await check_web(section, alone=alone)
