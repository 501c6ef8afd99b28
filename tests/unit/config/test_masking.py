"""Secrets and personal data are not readable in what is masked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.channels import TelegramSettings
from config.masking import Mask, masked, secret_values
from config.models import deepseek
from config.settings import Settings

_TOKEN = "123456789:AAE-abcdefghijklmnopqrstuvwxyz_0123"
_ERROR = (
    "(sqlite3.OperationalError) disk I/O error [SQL: INSERT INTO inbox] [parameters: ('我的秘密',)]"
)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("connect postgresql+asyncpg://me:sesame@host/db", "sesame"),
        ("GET /webhook?token=sesame&x=1", "sesame"),
        ("https://oapi.example/robot/send?access_token=sesame", "sesame"),
        ("Authorization: Bearer sesame", "sesame"),
        ("{'secret_token': 'sesame', 'url': 'https://x'}", "sesame"),
        ("headers=[('X-Telegram-Bot-Api-Secret-Token', 'sesame')]", "sesame"),
        (f"https://api.telegram.org/bot{_TOKEN}/getMe", "AAE"),
        ("https://api.telegram.org/file/bot1:short/photos/1.jpg", "short"),
        ("https://api.telegram.org/bot123%3Asesame/getMe", "sesame"),
        (f"the token {_TOKEN} is refused", "abcdefghijklm"),
        (_ERROR, "我的秘密"),
        ("call 13812345678 back", "13812345678"),
        ("call +8613812345678 back", "8613812345678"),
        ("call 138 1234 5678 back", "1234 5678"),
        ("call +86 138-1234-5678 back", "1234-5678"),
        ("id 11010519491231002X", "11010519491231002"),
        ("card 6222021234567890123", "6222021234567890123"),
        ("mail zhang.wei@example.com", "zhang.wei"),
    ],
)
def test_secrets_and_personal_data_are_masked(text: str, secret: str) -> None:
    assert secret not in masked(text)


@pytest.mark.parametrize(
    "text",
    ["turn.failed", "inbox 42", "2026-11-18T02:00:00.123456Z", "L-12", "http://127.0.0.1:8080/x",
     "chat -1001234567890", "12:30:45", "tokens 512", "order_key inbox:12:0", "2026-11-18 10:00"],
)  # fmt: skip
def test_the_rest_stays_readable(text: str) -> None:
    assert masked(text) == text


@given(st.text())
def test_masking_survives_any_text(text: str) -> None:
    assert masked(masked(text)) == masked(text)


@given(st.text(min_size=8, alphabet=st.characters(exclude_characters="*")), st.text(), st.text())
def test_a_known_secret_is_masked_wherever_it_stands(secret: str, before: str, after: str) -> None:
    assert secret not in Mask([secret]).text(f"{before}{secret}{after}")


def test_a_secret_is_found_inside_another_and_percent_encoded() -> None:
    mask = Mask(["sesame/open", "sesame/open/now"])
    assert mask.text("x sesame/open/now y sesame%2Fopen") == "x *** y ***"


def test_short_secrets_do_not_make_words_unreadable() -> None:
    assert Mask(["turn"]).text("turn.failed") == "turn.failed"


@pytest.mark.parametrize(
    "value",
    [{"a": {"b": ["13812345678"]}}, ("13812345678",), {"13812345678"}, 13812345678,
     ValueError("13812345678"), b"13812345678", {"13812345678": 1}],
)  # fmt: skip
def test_nothing_hides_inside_a_value(value: object) -> None:
    assert "13812345678" not in repr(Mask()(None, "info", {"event": "x", "value": value}))


def test_a_field_that_is_named_a_secret_is_one() -> None:
    event = {"webhook_secret": "open", "headers": {"Authorization": "x y"}, "tokens": 5}
    assert Mask()(None, "info", event) == {
        "webhook_secret": "***", "headers": {"Authorization": "***"}, "tokens": 5,
    }  # fmt: skip


def test_every_secret_of_the_settings_is_known() -> None:
    settings = Settings(
        database_url=SecretStr("postgresql+asyncpg://me:open%2Fsesame@host/db"),
        redis_url=SecretStr("redis://:redis-password@host"),
        models=tuple(deepseek(SecretStr("model-key"))),
        telegram=TelegramSettings(
            token=SecretStr(_TOKEN), webhook_url="https://x/telegram",
            webhook_secret=SecretStr("webhook-secret-0"),
        ),
    )  # fmt: skip
    assert secret_values(settings) >= {
        "open/sesame", "open%2Fsesame", "redis-password", "model-key", _TOKEN, "webhook-secret-0",
    }  # fmt: skip
