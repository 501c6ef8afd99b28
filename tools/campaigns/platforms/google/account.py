"""The Google Ads account behind the settings, as Google describes it."""

from tools.campaigns.platforms.accounts import AccountFacts
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused, platform_error
from tools.campaigns.platforms.google import queries
from tools.campaigns.platforms.google.client import GoogleAdsClient
from tools.campaigns.platforms.google.errors import PLATFORM
from tools.campaigns.platforms.google.naming import marker_of

_TROUBLE = {"SUSPENDED": ErrorCode.POLICY_VIOLATION}


async def read_facts(client: GoogleAdsClient) -> AccountFacts:
    """Raises PlatformRefused for an account on which nothing can run."""
    found = (await client.search(queries.customer()))[0]["customer"]
    status = found.get("status", "ENABLED")
    if status != "ENABLED":
        code = _TROUBLE.get(status, ErrorCode.NO_AD_ACCOUNT)
        raise platform_error(code, PLATFORM).said(f"customer.status {status}", None)
    if found.get("manager"):
        # It has accounts below it, and no campaigns of its own.
        raise platform_error(ErrorCode.NO_AD_ACCOUNT, PLATFORM).said("customer.manager", None)
    return AccountFacts(
        title=found.get("descriptiveName", ""), currency=found["currencyCode"],
        zone=found["timeZone"], missing=await _missing(client),
    )  # fmt: skip


async def _missing(client: GoogleAdsClient) -> tuple[str, ...]:
    """Google checks a change, and makes none."""
    change = {"labelOperation": {"create": {"name": marker_of("rights")}}}
    try:
        await client.mutate([change], only_check=True)
    except PlatformRefused as error:
        if error.code is not ErrorCode.AUTH_FAILED:
            raise
        return (error.platform_code or "googleAds:mutate",)
    return ()
