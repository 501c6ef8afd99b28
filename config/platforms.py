"""Ad accounts at the real platforms."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, SecretStr

from config.channels import Url
from config.section import Section

_DIGITS = r"^[0-9]+$"


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (LookupError, ValueError) as error:
        raise ValueError("must be a time zone such as Asia/Shanghai") from error
    return value


Timezone = Annotated[str, AfterValidator(_known_zone)]


class MetaSettings(Section):
    """One ad account at Meta. Ads appear in the name of the page and lead to the website, unless a
    campaign has a product page of its own; the pixel reports what people buy there."""

    access_token: SecretStr
    account_id: str = Field(pattern=_DIGITS, description="without act_")
    page_id: str = Field(pattern=_DIGITS)
    pixel_id: str = Field(pattern=_DIGITS)
    website: str = Field(pattern=r"^https?://")
    app_id: str | None = Field(
        default=None, pattern=_DIGITS, description="the doctor checks that the token is of this app"
    )
    app_secret: SecretStr | None = Field(
        default=None, description="for apps that require a proof of it with every call"
    )
    beneficiary: str | None = Field(
        default=None, description="whom the ads are for and who pays, which the EU wants to know"
    )
    timezone: Timezone = Field(
        default="Asia/Shanghai", description="until Meta has told that of the account"
    )
    min_daily_budget: Decimal = Field(
        default=Decimal(1), gt=0, description="until Meta has told that of the account"
    )
    base_url: str = "https://graph.facebook.com"
    api_version: str = Field(default="v26.0", pattern=r"^v[0-9]+\.[0-9]+$")

    @property
    def id(self) -> str:
        return self.account_id


class TikTokSettings(Section):
    """One advertiser's account. `identity_id` is whom its ads come from, `pixel_id` what counts
    purchases on the website, `timezone` and `min_daily_budget` those of the account; ads without a
    product page of their own lead to `landing_page`, creatives without a picture show
    `default_image_id` of the account's library."""

    access_token: SecretStr
    advertiser_id: str = Field(pattern=r"^[0-9]{1,19}$")
    identity_id: str = Field(min_length=1, max_length=64)
    identity_type: str = "CUSTOMIZED_USER"
    pixel_id: str = Field(pattern=r"^[0-9]{1,19}$")
    pixel_event: str = "SHOPPING"
    landing_page: Url
    default_image_id: str | None = None
    call_to_action: str = "LEARN_MORE"
    timezone: Timezone = "Asia/Shanghai"
    min_daily_budget: Decimal = Field(default=Decimal(20), gt=0)
    base_url: Url = "https://business-api.tiktok.com"
    api_version: str = Field(default="v1.3", pattern=r"^v[0-9]+\.[0-9]+$")

    @property
    def id(self) -> str:
        return self.advertiser_id


class GoogleAdsSettings(Section):
    """One Google Ads account. `login_customer_id` is the manager account through which it is
    reached; ads lead to the website, unless a campaign has a product page of its own, and show
    the business name. The account's time zone decides what its days are."""

    customer_id: str = Field(pattern=r"^[0-9]{10}$", description="without hyphens")
    login_customer_id: str | None = Field(default=None, pattern=r"^[0-9]{10}$")
    developer_token: SecretStr
    client_id: str
    client_secret: SecretStr
    refresh_token: SecretStr
    business_name: str = Field(min_length=1, max_length=25)
    website: str = Field(pattern=r"^https?://[^/\s]+")
    timezone: Timezone = "Asia/Shanghai"
    min_daily_budget: Decimal = Field(default=Decimal(1), gt=0, description="of one ad set")
    base_url: Url = "https://googleads.googleapis.com"
    api_version: str = Field(default="v26", pattern=r"^v[0-9]+$")
    token_url: Url = "https://oauth2.googleapis.com/token"
    calls_per_second: float = Field(default=10, gt=0)
    calls_per_minute: int = Field(default=300, ge=1)

    @property
    def id(self) -> str:
        return self.customer_id


AccountSettings = MetaSettings | TikTokSettings | GoogleAdsSettings

MAIN: Final = "main"  # what the account of the platform's own section is called
PLATFORMS: Final = ("meta", "tiktok", "google")
# The plain names of the design, and the field of the section that each of them fills.
ALIASES: Final[Mapping[str, tuple[str, str]]] = {
    "meta_app_id": ("meta", "app_id"),
    "meta_app_secret": ("meta", "app_secret"),
    "meta_api_version": ("meta", "api_version"),
    "google_ads_developer_token": ("google", "developer_token"),
    "google_ads_client_id": ("google", "client_id"),
    "google_ads_client_secret": ("google", "client_secret"),
}


def completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as they were read, with each section of an account completed: by the plain names,
    which alone connect nothing, and a further account by what the platform's first one has."""
    found = dict(given)
    for platform in PLATFORMS:
        plain = {
            field: found[name]
            for name, (section, field) in ALIASES.items()
            if section == platform and found.get(name) is not None
        }
        first = found.get(platform)
        if isinstance(first, Mapping):
            found[platform] = first = {**plain, **first}
        shared = first if isinstance(first, Mapping) else plain
        further = found.get(f"{platform}_accounts")
        if isinstance(further, Mapping):
            found[f"{platform}_accounts"] = {
                name: {**shared, **account} if isinstance(account, Mapping) else account
                for name, account in further.items()
            }
    return found
