"""The advertiser's account behind the settings, as TikTok describes it."""

from tools.campaigns.platforms.accounts import AccountFacts
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused, platform_error
from tools.campaigns.platforms.tiktok.api import TikTokApi
from tools.campaigns.platforms.tiktok.errors import NAME

_FIELDS = ("name", "status", "currency", "display_timezone")
_ACTIVE = "STATUS_ENABLE"
# Limited or punished by TikTok; the other states are not yet, or no longer, an account.
_LIMITED = frozenset({"STATUS_LIMIT", "STATUS_PUNISH", "STATUS_CONTRACT_PENDING"})


async def read_facts(api: TikTokApi) -> AccountFacts:
    """Raises PlatformRefused for an account on which nothing can run."""
    found = await api.advertiser(_FIELDS)
    status = found["status"]
    if status != _ACTIVE:
        code = ErrorCode.POLICY_VIOLATION if status in _LIMITED else ErrorCode.NO_AD_ACCOUNT
        raise platform_error(code, NAME).said(status, None)
    return AccountFacts(
        title=found["name"], currency=found["currency"], zone=found["display_timezone"],
        missing=await _missing(api),
    )  # fmt: skip


async def _missing(api: TikTokApi) -> tuple[str, ...]:
    """Rights are given by kinds of calls, so one of each kind that we need is tried."""
    try:
        await api.get("campaign/get", page=1, page_size=1)
    except PlatformRefused as error:
        if error.code is not ErrorCode.AUTH_FAILED:
            raise
        return ("Ads Management",)
    return ()
