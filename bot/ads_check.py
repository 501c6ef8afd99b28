"""The doctor's look at the ad accounts."""

from bot.findings import Finding
from config.settings import Settings
from storage.database import Database
from tools.campaigns.account_check import check_accounts


async def check_ads(settings: Settings, database: Database) -> list[Finding]:
    return [
        Finding(
            part=f"{each.account.platform} account {each.account.name} ({each.account.id})",
            fine=not each.advice, seen=each.seen, advice=each.advice, needed=False,
        )
        for each in await check_accounts(settings, database)
    ]  # fmt: skip
