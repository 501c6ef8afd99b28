"""What the organisation promises its customers, and when it asks how it was."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import Field, ValidationInfo, field_validator

from config.section import Section


class Promise(Section):
    """Working time until somebody answers, and until the matter is settled."""

    response: timedelta = Field(gt=timedelta(0))
    resolution: timedelta = Field(gt=timedelta(0))


def _promise(response: float, resolution: float) -> Promise:
    return Promise(response=timedelta(hours=response), resolution=timedelta(hours=resolution))


class SupportSettings(Section):
    """By the priority of a ticket, in working time (HOURS): SUPPORT__URGENT__RESPONSE=PT15M."""

    low: Promise = _promise(8, 40)
    normal: Promise = _promise(4, 24)
    high: Promise = _promise(1, 8)
    urgent: Promise = _promise(0.25, 4)
    warn_at: float = Field(default=0.8, gt=0, lt=1, description="part of a time, then a warning")
    close_after: timedelta = Field(
        default=timedelta(days=7), description="when a customer says no more of what is resolved"
    )
    watch_every: timedelta = Field(default=timedelta(minutes=1), ge=timedelta(seconds=1))
    ask_satisfaction: bool = True
    ask_again_after: timedelta = Field(default=timedelta(days=7), ge=timedelta(0))
    low_satisfaction: int = Field(default=2, ge=1, le=4, description="marks reported to managers")

    @field_validator("low", "normal", "high", "urgent", mode="before")
    @classmethod
    def _over_the_default(cls, value: Any, info: ValidationInfo) -> Any:
        default = cls.model_fields[info.field_name or ""].default
        if isinstance(default, Promise) and isinstance(value, Mapping):
            return default.model_dump() | dict(value)
        return value
