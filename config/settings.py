"""Settings, read once in run_bot.py and passed down; nothing below imports an instance.

Sources, the first wins: environment, `.env`, then an optional YAML file (`huoke.yaml`, or the
one that HUOKE_CONFIG names). Nested names join with two underscores: SANDBOX__DAY_SECONDS.
"""

import os
import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)  # fmt: skip

from config.alerts import AlertSettings
from config.cases import CaseSettings
from config.channels import (
    DingtalkRobotSettings,
    DingtalkSettings,
    TelegramSettings,
    WebSettings,
    WecomAppSettings,
    WecomContactSettings,
    WecomKfSettings,
    WecomRobotSettings,
    WecomSettings,
)
from config.errors import ConfigurationError
from config.hours import HoursSettings
from config.i18n import Language
from config.limits import SpendingLimits
from config.mcp import McpSettings
from config.media import MediaSettings
from config.models import ModelSettings, deepseek, gemini, openai
from config.notices import NoticeSettings
from config.platforms import (
    MAIN,
    PLATFORMS,
    AccountSettings,
    GoogleAdsSettings,
    MetaSettings,
    TikTokSettings,
    completed,
)  # fmt: skip
from config.retrieval import RerankerSettings, RetrievalSettings
from config.section import Section
from config.support import SupportSettings
from config.visits import PlaybookSettings, VisitSettings

# Never only digits: those are an account's id.
_ACCOUNT_NAME = re.compile(r"(?=.*[a-z])[a-z0-9-]{1,20}")
_DATABASES = ("sqlite+aiosqlite", "postgresql+asyncpg")


class SandboxSettings(Section):
    """The simulated ad market."""

    seed: int = 7
    day_seconds: float = Field(default=86_400, gt=0, description="real seconds per market day")


class ApprovalSettings(Section):
    """Who may agree to spending, in the organisation's currency per day."""

    own_daily_limit: Decimal = Field(default=Decimal(1_000), ge=0)
    two_people_above: Decimal = Field(default=Decimal(10_000), ge=0)
    expires_after: timedelta = timedelta(hours=24)


class ShortTermSettings(Section):
    ttl: timedelta = timedelta(hours=24)
    window_tokens: int = Field(default=2_000, ge=100)


class LongTermSettings(Section):
    """What is remembered about people."""

    collection: str = Field(default="huoke_memory", description="on the server of QDRANT_URL")
    timeout_seconds: int = Field(default=5, ge=1, description="of one call to that server")
    half_life: timedelta = Field(
        default=timedelta(days=90), description="after which an unused memory counts half"
    )


class WorkSettings(Section):
    """How turns and sends are worked on."""

    lease: timedelta = Field(default=timedelta(seconds=12), le=timedelta(seconds=15))
    turn_timeout: timedelta = timedelta(seconds=60)
    max_attempts: int = Field(default=3, ge=1, description="tries of a turn that fails")
    max_crashes: int = Field(default=12, ge=3, description="tries of a turn that kills workers")
    parallel_turns: int = Field(default=16, ge=1)
    max_files: int = Field(default=10, ge=0, description="of one message or album")
    media: MediaSettings = MediaSettings()


class AnswerSettings(Section):
    """How a language model may answer. A plan of the local planner that is at least as sure as
    `fast_path` is carried out without asking a model; 0 never asks one, above 1 always does."""

    fast_path: float = Field(default=0.85, ge=0, le=1.1)
    rounds: int = Field(default=8, ge=1, le=20, description="rounds of tool calls in a turn")
    within: timedelta = Field(default=timedelta(seconds=45), le=timedelta(seconds=55))
    retries: int = Field(default=1, ge=0, le=3, description="of one model, before the next")
    longest: int = Field(default=1_500, ge=100, description="tokens of one reply")


class QuotaSettings(Section):
    """Tokens a day and money a month, in the organisation's currency and time zone."""

    person_daily_tokens: int = Field(default=300_000, ge=0)
    organisation_daily_tokens: int = Field(default=5_000_000, ge=0)
    organisation_monthly_cost: Decimal | None = Field(default=None, ge=0)


class RuleSettings(Section):
    """When the automatic rules are checked: five cron fields, the organisation's time zone."""

    checks: str = "0 */6 * * *"


class HttpSettings(Section):
    """The port of webhooks, health and metrics; served by `run` when a channel is configured."""

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65_535)
    reuse_port: bool = Field(default=False, description="several processes on one port")
    max_body_bytes: int = Field(default=1_000_000, ge=1_000)
    stop_within: timedelta = Field(default=timedelta(seconds=20), description="on SIGTERM")


class LogSettings(Section):
    """To `DATA_DIR`/logs/huoke.log, which is put aside when it is full, or to standard error, where
    containers are read."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    format: Literal["json", "console"] = "json"
    to: Literal["file", "stderr"] = "file"
    file_bytes: int = Field(default=10_000_000, ge=1_000, description="after which a file is full")
    files: int = Field(default=5, ge=1, description="full ones that are kept")


class Settings(BaseSettings):
    """An integration that is not configured is None, and absent from the running service."""

    model_config = SettingsConfigDict(
        env_file=".env", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    data_dir: Path = Path("data")
    cache_dir: Path = Path(".cache")  # what can be made again: the planner's learned intents
    organisation: str = Field(default="demo", pattern=r"^[a-z0-9-]{1,40}$")
    language: Language = Language.zh_cn
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    qdrant_url: SecretStr | None = None
    qdrant_api_key: SecretStr | None = None
    models: tuple[ModelSettings, ...] = ()
    # The short way to a model: its key alone.
    deepseek_api_key: SecretStr | None = None
    openai_api_key: SecretStr | None = None
    gemini_api_key: SecretStr | None = None
    answers: AnswerSettings = AnswerSettings()
    quotas: QuotaSettings = QuotaSettings()
    sandbox: SandboxSettings | None = SandboxSettings()
    # One ad account of each platform, and further ones by a name of their own; a further one has
    # what it does not say from the first. The names without a section complete all of them.
    meta: MetaSettings | None = None
    meta_accounts: dict[str, MetaSettings] = {}
    meta_app_id: str | None = None
    meta_app_secret: SecretStr | None = None
    meta_api_version: str | None = None
    tiktok: TikTokSettings | None = None
    tiktok_accounts: dict[str, TikTokSettings] = {}
    google: GoogleAdsSettings | None = None
    google_accounts: dict[str, GoogleAdsSettings] = {}
    google_ads_developer_token: SecretStr | None = None
    google_ads_client_id: str | None = None
    google_ads_client_secret: SecretStr | None = None
    approvals: ApprovalSettings = ApprovalSettings()
    limits: SpendingLimits = SpendingLimits()
    short_term: ShortTermSettings = ShortTermSettings()
    long_term: LongTermSettings = LongTermSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    reranker: RerankerSettings | None = None
    work: WorkSettings = WorkSettings()
    rules: RuleSettings = RuleSettings()
    notices: NoticeSettings = NoticeSettings()
    alerts: AlertSettings = AlertSettings()
    hours: HoursSettings = HoursSettings()
    support: SupportSettings = SupportSettings()
    cases: CaseSettings = CaseSettings()
    visits: VisitSettings = VisitSettings()
    playbooks: PlaybookSettings = PlaybookSettings()
    telegram: TelegramSettings | None = None
    wecom: WecomSettings | None = None
    wecom_app: WecomAppSettings | None = None
    wecom_kf: WecomKfSettings | None = None
    wecom_robot: WecomRobotSettings | None = None
    wecom_contact: WecomContactSettings | None = None
    dingtalk: DingtalkSettings | None = None
    dingtalk_robot: DingtalkRobotSettings | None = None
    web: WebSettings | None = None
    http: HttpSettings = HttpSettings()
    mcp: McpSettings = McpSettings()
    # The organisation's own web platform, as an MCP server.
    mcp_server_url: str | None = Field(default=None, pattern=r"^https?://")
    mcp_auth_token: SecretStr | None = None
    log: LogSettings = LogSettings()

    @model_validator(mode="before")
    @classmethod
    def _complete_accounts(cls, given: Any) -> Any:
        return completed(given) if isinstance(given, dict) else given

    @model_validator(mode="after")
    def _accounts_are_told_apart(self) -> "Settings":
        for platform in PLATFORMS:
            named = self.ad_accounts(platform)
            if len({account.id for account in named.values()}) < len(named):
                raise ValueError(f"{platform.upper()}_ACCOUNTS names an account twice")
            further = getattr(self, f"{platform}_accounts")
            if MAIN in further or any(not _ACCOUNT_NAME.fullmatch(name) for name in further):
                raise ValueError(
                    f"{platform.upper()}_ACCOUNTS: a name is up to 20 small letters, digits and "
                    f"hyphens, with a letter in it, and not {MAIN}"
                )
        return self

    def ad_accounts(self, platform: str) -> dict[str, AccountSettings]:
        """The accounts of meta, tiktok or google by their names, the first one first."""
        first: AccountSettings | None = getattr(self, platform)
        further: dict[str, AccountSettings] = getattr(self, f"{platform}_accounts")
        return ({MAIN: first} if first else {}) | further

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in _DATABASES:
            raise ValueError(f"must start with one of {', '.join(f'{d}://' for d in _DATABASES)}")
        return value

    @field_validator("redis_url")
    @classmethod
    def _known_redis(cls, value: SecretStr | None) -> SecretStr | None:
        scheme = urlsplit(value.get_secret_value()).scheme if value else "redis"
        if scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @property
    def model_chain(self) -> tuple[ModelSettings, ...]:
        """The models in the order in which they are tried: those listed, then those by key."""
        keys = (
            (deepseek, self.deepseek_api_key), (openai, self.openai_api_key),
            (gemini, self.gemini_api_key),
        )  # fmt: skip
        return self.models + tuple(model for make, key in keys if key for model in make(key))

    @field_validator("qdrant_url")
    @classmethod
    def _known_qdrant(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in ("http", "https"):
            raise ValueError("must start with http:// or https://")
        return value

    @property
    def database(self) -> str:
        """The database's URL; the embedded default is a file in the data folder."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'huoke.db'}"

    @property
    def playbook_folder(self) -> Path:
        """Where the organisation's own playbooks are; it need not exist."""
        return self.playbooks.folder or self.data_dir / "playbooks"

    @property
    def embedded(self) -> bool:
        """One process on a data folder of its own, held by a lock."""
        return self.database.startswith("sqlite")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        path = Path(os.environ.get("HUOKE_CONFIG", "huoke.yaml"))
        yaml = YamlConfigSettingsSource(settings_cls, yaml_file=path)
        _refuse_unknown_names(settings_cls, yaml, path)
        return init_settings, env_settings, dotenv_settings, yaml


def load_settings() -> Settings:
    """Read and check the settings; raises ConfigurationError that names each wrong variable."""
    try:
        return Settings()
    except ValidationError as error:
        problems = [
            f"{'__'.join(str(part).upper() for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise ConfigurationError("; ".join(problems)) from None


def _refuse_unknown_names(
    settings: type[BaseSettings], source: YamlConfigSettingsSource, path: Path
) -> None:
    unknown = sorted(set(source()) - set(settings.model_fields))
    if unknown:
        raise ConfigurationError(f"{path} has unknown settings: {', '.join(unknown)}")
