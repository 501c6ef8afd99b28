"""Ad accounts in the settings: one of each platform, further ones, and the plain names."""

import json
from pathlib import Path

import pytest

from config.errors import ConfigurationError
from config.masking import secret_values
from config.settings import load_settings

META = {
    "META__ACCESS_TOKEN": "token-of-meta", "META__ACCOUNT_ID": "501", "META__PAGE_ID": "1",
    "META__PIXEL_ID": "2", "META__WEBSITE": "https://shop.example.com",
}  # fmt: skip
GOOGLE = {
    "GOOGLE__CUSTOMER_ID": "1234567890", "GOOGLE__REFRESH_TOKEN": "1//refresh",
    "GOOGLE__BUSINESS_NAME": "Shop", "GOOGLE__WEBSITE": "https://shop.example.com",
}  # fmt: skip


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Without anybody's .env."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HUOKE_CONFIG", raising=False)
    return monkeypatch


def given(environment: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        environment.setenv(name, value)


def test_without_a_section_there_is_no_account(environment: pytest.MonkeyPatch) -> None:
    given(environment, {"META_APP_ID": "900", "GOOGLE_ADS_CLIENT_ID": "client"})
    assert load_settings().ad_accounts("meta") == {}
    assert load_settings().google is None


def test_further_accounts_have_what_they_do_not_say_from_the_first(
    environment: pytest.MonkeyPatch,
) -> None:
    given(environment, META)
    given(environment, {"META_ACCOUNTS__EU__ACCOUNT_ID": "502", "META_ACCOUNTS__EU__PAGE_ID": "3"})
    accounts = load_settings().ad_accounts("meta")
    assert [*accounts] == ["main", "eu"]
    main, eu = (account.model_dump() for account in accounts.values())
    assert {name for name in main if main[name] != eu[name]} == {"account_id", "page_id"}


def test_the_plain_names_complete_every_account_and_the_section_wins(
    environment: pytest.MonkeyPatch,
) -> None:
    given(environment, META | {"META_ACCOUNTS__EU__ACCOUNT_ID": "502", "META_APP_ID": "900"})
    given(environment, {"META_APP_SECRET": "secret-of-app", "META_API_VERSION": "v27.0"})
    given(environment, {"META__API_VERSION": "v28.0"})
    found = load_settings()
    for account in (found.meta, found.meta_accounts["eu"]):
        assert account is not None
        assert (account.app_id, account.api_version) == ("900", "v28.0")
        assert account.app_secret is not None
        assert account.app_secret.get_secret_value() == "secret-of-app"


def test_the_plain_names_are_enough_for_what_google_needs_of_an_app(
    environment: pytest.MonkeyPatch,
) -> None:
    plain = {"DEVELOPER_TOKEN": "developer", "CLIENT_ID": "client", "CLIENT_SECRET": "hush-hush"}
    given(environment, GOOGLE | {f"GOOGLE_ADS_{name}": value for name, value in plain.items()})
    found = load_settings()
    assert found.google is not None
    assert found.google.client_id == "client"
    assert {"developer", "hush-hush", "1//refresh"} <= secret_values(found)


@pytest.mark.parametrize(
    ("name", "account", "said"),
    [
        ("eu", "501", "names an account twice"), ("main", "502", "not main"),
        ("502", "502", "a letter in it"), ("eu", "act_502", "META_ACCOUNTS__EU__ACCOUNT_ID"),
    ],
)  # fmt: skip
def test_accounts_that_cannot_be_told_apart_stop_the_start(
    environment: pytest.MonkeyPatch, name: str, account: str, said: str
) -> None:
    given(environment, META)
    given(environment, {"META_ACCOUNTS": json.dumps({name: {"account_id": account}})})
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert said in str(caught.value)
    assert "token-of-meta" not in str(caught.value)
