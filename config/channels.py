"""Settings of the chat platforms; one that is not set is not served."""

import re
from datetime import time, timedelta
from typing import Annotated, Self

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from config.section import Section

Url = Annotated[str, StringConstraints(pattern=r"^https?://")]
# A site, as browsers call it: no path, and no slash at its end.
Origin = Annotated[
    str, StringConstraints(pattern=r"^https?://[a-z0-9.-]+(:[0-9]{1,5})?$", to_lower=True)
]
_WECOM_API = "https://qyapi.weixin.qq.com"


class TelegramLimits(Section):
    """What Telegram lets a bot send: messages a second in all, at once (and then one a second) to
    one person, a minute to a group. Raise the first for a bot with paid broadcasts."""

    per_second: int = Field(default=30, ge=1, le=1_000)
    chat_burst: int = Field(default=5, ge=1)
    group_per_minute: int = Field(default=20, ge=1)


class TelegramSettings(Section):
    """One bot. With `webhook_url` (https, ending in the path that /telegram is served at) the
    platform calls us and `webhook_secret` must come with each call; without it we ask for news."""

    token: SecretStr
    api: str = Field(default="https://api.telegram.org", pattern=r"^https?://")
    webhook_url: str | None = Field(default=None, pattern=r"^https?://")
    webhook_secret: SecretStr | None = None
    connections: int = Field(default=40, ge=1, le=100, description="of the platform to us")
    limits: TelegramLimits = TelegramLimits()

    @field_validator("token")
    @classmethod
    def _looks_like_a_token(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[1-9]\d{0,19}:[\w-]{3,80}", value.get_secret_value()):
            raise ValueError("must look like 123456:ABC-DEF, as @BotFather gives it")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _allowed_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not re.fullmatch(r"[\w-]{16,256}", value.get_secret_value(), re.ASCII):
            raise ValueError("must be 16 to 256 letters, digits, _ and -")
        return value

    @model_validator(mode="after")
    def _secret_comes_with_url(self) -> Self:
        if (self.webhook_url is None) != (self.webhook_secret is None):
            raise ValueError("webhook_url and webhook_secret are set together")
        return self


class WecomCallback(Section):
    """What WeCom signs and encrypts its calls with, as its admin page shows it."""

    token: SecretStr
    aes_key: SecretStr

    @field_validator("aes_key")
    @classmethod
    def _as_long_as_wecom_makes_it(cls, value: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[A-Za-z0-9]{43}", value.get_secret_value()):
            raise ValueError("must be the EncodingAESKey: 43 letters and digits")
        return value


class WecomSettings(Section):
    """An AI bot (智能机器人): by long connection with `secret`, or called by WeCom at /wecom with
    `callback`; WeCom allows one of both for a bot."""

    bot_id: str = Field(min_length=1, max_length=64)
    secret: SecretStr | None = None
    callback: WecomCallback | None = None
    websocket: str = Field(default="wss://openws.work.weixin.qq.com", pattern=r"^wss?://")
    api: Url = _WECOM_API

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.secret is None) == (self.callback is None):
            raise ValueError("set secret (long connection) or callback (called by WeCom), not both")
        return self


class WecomAppSettings(WecomCallback):
    """A self-built app (自建应用), called by WeCom at /wecom_app."""

    corp_id: str = Field(min_length=1, max_length=64)
    agent_id: int = Field(ge=1)
    secret: SecretStr
    api: Url = _WECOM_API


class WecomKfSettings(WecomCallback):
    """微信客服, called by WeCom at /wecom_kf. Chats that want a human go to the servicer `servicer`
    (a userid), or to the pool that all of them see."""

    corp_id: str = Field(min_length=1, max_length=64)
    secret: SecretStr
    servicer: str | None = None
    api: Url = _WECOM_API


class WecomRobotSettings(Section):
    """A group robot (群机器人) that alerts go to; `key` is the end of its webhook address."""

    key: SecretStr
    api: Url = _WECOM_API


class WecomContactSettings(Section):
    """Customer contact (客户联系): group-send tasks, which `senders` (userids) confirm in WeCom. None
    is made between `quiet_from` and `quiet_to`, on the organisation's clocks."""

    corp_id: str = Field(min_length=1, max_length=64)
    secret: SecretStr
    senders: tuple[str, ...] = Field(min_length=1)
    alone: int = Field(default=100, ge=0, description="people, above which another has to agree")
    monthly: int = Field(default=4, ge=1, description="broadcasts that one customer gets")
    quiet_from: time = time(21)
    quiet_to: time = time(9)
    api: Url = _WECOM_API


class DingtalkSettings(Section):
    """An app with a robot, by stream (we connect), or by HTTP (DingTalk calls us at /dingtalk).
    `ai_card` is the template of answers that are shown while they come, None to have none."""

    client_id: str = Field(min_length=1, max_length=64)
    client_secret: SecretStr
    robot_code: str | None = Field(default=None, description="the client id, when it is not set")
    http: bool = False
    ai_card: str | None = "382e4302-551d-4880-bf29-a30acfab2e71.schema"
    button_card: str | None = Field(
        default=None, description="a template with buttons; without it buttons are lines to write"
    )
    api: Url = "https://api.dingtalk.com"
    old_api: Url = "https://oapi.dingtalk.com"

    @property
    def robot(self) -> str:
        return self.robot_code or self.client_id


class DingtalkRobotSettings(Section):
    """A custom robot of a group (自定义机器人) that alerts go to, with its signing secret."""

    access_token: SecretStr
    secret: SecretStr
    api: Url = "https://oapi.dingtalk.com"


class WebLimits(Section):
    """How much one visitor, and one address (which several visitors may share), may ask for."""

    messages: int = Field(default=20, ge=1, description="a minute, of a visitor")
    files: int = Field(default=10, ge=1, description="a minute, of a visitor")
    address: int = Field(default=120, ge=1, description="messages and files a minute")
    visitors: int = Field(default=60, ge=1, description="new ones an hour, of an address")
    streams: int = Field(default=5, ge=1, description="open pages of a visitor")
    address_streams: int = Field(default=50, ge=1)
    all_streams: int = Field(default=400, ge=1, description="of one process")
    letters: int = Field(default=4_000, ge=100, description="of one message")


class WebSettings(Section):
    """The chat page at /web/. `public_url` is its address as visitors see it, /web/ and all;
    `allowed_origins` are the sites that may show it inside of theirs. What visitors are known by is
    signed with `secret`; without one it is made, and kept in the data folder."""

    enabled: bool = True
    title: str | None = Field(default=None, min_length=1, max_length=60)
    greeting: str | None = Field(default=None, min_length=1, max_length=500)
    colour: str = Field(default="#c2410c", pattern=r"^#[0-9a-fA-F]{6}$")
    public_url: Url | None = None
    allowed_origins: tuple[Origin, ...] = ()
    secret: SecretStr | None = None
    trusted_proxies: int = Field(
        default=0, ge=0, le=5, description="of ours, that add to X-Forwarded-For"
    )
    links_for: timedelta = Field(
        default=timedelta(hours=12), gt=timedelta(0), description="the address of a file is good"
    )
    limits: WebLimits = WebLimits()

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value and len(value.get_secret_value()) < 32:
            raise ValueError("must have at least 32 characters")
        return value
