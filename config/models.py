"""Language models behind OpenAI-compatible endpoints, in the order in which they are tried."""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr


class ModelSettings(BaseModel):
    """One model. `input_price` and `output_price` are per million tokens, in the organisation's
    currency; without them the cost counts as zero. `extra` goes into the body of every request."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[\w.:/ -]{1,60}$", description="how /quota and logs call it")
    base_url: HttpUrl
    model: str = Field(min_length=1, max_length=120)
    api_key: SecretStr | None = None
    input_price: Decimal = Field(default=Decimal(0), ge=0)
    output_price: Decimal = Field(default=Decimal(0), ge=0)
    timeout: float = Field(default=20.0, gt=0, le=55, description="seconds for one answer")
    extra: dict[str, Any] = {}


_GEMINI = HttpUrl("https://generativelanguage.googleapis.com/v1beta/openai/")


def deepseek(key: SecretStr) -> tuple[ModelSettings, ...]:
    """Without its thinking mode, whose hidden reasoning would have to be sent back with tools."""
    return (
        ModelSettings(
            name="deepseek", base_url=HttpUrl("https://api.deepseek.com"),
            model="deepseek-v4-flash", api_key=key, extra={"thinking": {"type": "disabled"}},
        ),
    )  # fmt: skip


def openai(key: SecretStr) -> tuple[ModelSettings, ...]:
    return (
        ModelSettings(
            name="openai", base_url=HttpUrl("https://api.openai.com/v1"), model="gpt-5-mini",
            api_key=key,
        ),
    )  # fmt: skip


def gemini(key: SecretStr) -> tuple[ModelSettings, ...]:
    """Pro, then Flash."""
    return tuple(
        ModelSettings(name=f"gemini-{kind}", base_url=_GEMINI, model=f"gemini-{kind}-latest",
                      api_key=key)
        for kind in ("pro", "flash")
    )  # fmt: skip
