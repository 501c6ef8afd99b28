"""Settings come from the environment, .env and YAML; a wrong one stops the start and is named."""

import json
from pathlib import Path

import pytest

from config.errors import ConfigurationError
from config.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without anybody's .env, and an environment without anybody's settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "HUOKE_CONFIG", "ORGANISATION"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_without_anything_it_runs_embedded() -> None:
    settings = load_settings()
    assert settings.embedded
    assert settings.redis_url is None
    assert settings.database == "sqlite+aiosqlite:///data/huoke.db"


def test_the_environment_wins_over_dotenv_and_dotenv_over_yaml(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (elsewhere / "huoke.yaml").write_text("organisation: yaml\nlanguage: en\ndata_dir: y\n")
    (elsewhere / ".env").write_text("ORGANISATION=dotenv\nDATA_DIR=d\n")
    monkeypatch.setenv("ORGANISATION", "environment")
    settings = load_settings()
    assert (settings.organisation, str(settings.data_dir), settings.language) == (
        "environment", "d", "en",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://somewhere/db"),
        ("REDIS_URL", "http://somewhere"),
        ("LANGUAGE", "klingon"),
        ("ORGANISATION", "With Spaces"),
        ("SANDBOX__DAY_SECONDS", "0"),
        ("WORK__LEASE", "PT60S"),
        ("APPROVALS__OWN_DAILY_LIMIT", "a lot"),
        ("LOG__COLOUR", "red"),
        ("MODELS", '[{"name": "x", "model": "m", "base_url": "not a url"}]'),
        ("ANSWERS__ROUNDS", "0"),
    ],
)
def test_a_wrong_value_stops_the_start_and_is_named(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        load_settings()


def test_an_unknown_name_in_the_yaml_is_named(elsewhere: Path) -> None:
    (elsewhere / "huoke.yaml").write_text("organization: typo\n")
    with pytest.raises(ConfigurationError, match="organization"):
        load_settings()


def test_passwords_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://me:sesame@host/db")
    assert "sesame" not in repr(load_settings())


def test_a_wrong_url_does_not_show_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://me:sesame@host/db")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert "sesame" not in str(caught.value)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().language = "en"  # type: ignore[assignment,misc]


def test_a_key_alone_makes_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().model_chain == ()
    monkeypatch.setenv("GEMINI_API_KEY", "g-key")
    monkeypatch.setenv("DEEPSEEK_API_KEY", "d-key")
    chain = load_settings().model_chain
    assert [model.name for model in chain] == ["deepseek", "gemini-pro", "gemini-flash"]
    assert "d-key" not in repr(chain)


def test_listed_models_come_first_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [
        {"name": name, "model": "m", "base_url": "http://127.0.0.1:11434/v1"}
        for name in ("mine", "yours")
    ]
    monkeypatch.setenv("MODELS", json.dumps(listed))
    monkeypatch.setenv("OPENAI_API_KEY", "o-key")
    names = [model.name for model in load_settings().model_chain]
    assert names == ["mine", "yours", "openai"]
