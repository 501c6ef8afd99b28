"""When the service tells people that it is not well."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

from pydantic import Field, ValidationInfo, field_validator

from config.section import Section

Severity = Literal["warning", "critical"]


class AlertRule(Section):
    """Fires when the value has been at the threshold or above it for `hold`, and is resolved when
    it has been below for as long."""

    threshold: float = Field(gt=0)
    hold: timedelta = Field(default=timedelta(0), ge=timedelta(0))
    severity: Severity = "warning"
    enabled: bool = True


def _rule(threshold: float, minutes: float = 0, severity: Severity = "warning") -> AlertRule:
    return AlertRule(threshold=threshold, hold=timedelta(minutes=minutes), severity=severity)


class AlertSettings(Section):
    """What is set of a rule changes that alone: ALERTS__DISK__THRESHOLD=90."""

    every: timedelta = Field(default=timedelta(minutes=1), ge=timedelta(seconds=1))
    look_every: timedelta = Field(
        default=timedelta(minutes=5), description="at other companies' servers while all is well"
    )
    # Seconds that the oldest message waits for its answer.
    unanswered: AlertRule = _rule(120, 1, "critical")
    # Seconds that the oldest message of a channel waits to be sent.
    unsent: AlertRule = _rule(300, 1, "critical")
    # Messages of the last hour that a platform refused, and that nobody knows the fate of.
    failed_sends: AlertRule = _rule(10)
    doubtful_sends: AlertRule = _rule(5)
    # 1 for a channel that no process is connected to, and for a part that the doctor finds unwell.
    channels: AlertRule = _rule(1, 2, "critical")
    parts: AlertRule = _rule(1, 2, "critical")
    # Per cent of the organisation's quota for models.
    quota_near: AlertRule = _rule(80)
    quota_used: AlertRule = _rule(100, 0, "critical")
    # Jobs of the last day whose last run failed.
    jobs: AlertRule = _rule(1)
    # Per cent of the data folder's disk.
    disk: AlertRule = _rule(95, 5, "critical")
    # Per cent of the turns of the last ten minutes that failed, when there were a few.
    turn_errors: AlertRule = _rule(20, 2, "critical")

    @field_validator("*", mode="before")
    @classmethod
    def _over_the_default(cls, value: Any, info: ValidationInfo) -> Any:
        default = cls.model_fields[info.field_name or ""].default
        if isinstance(default, AlertRule) and isinstance(value, Mapping):
            return default.model_dump() | dict(value)
        return value

    @property
    def rules(self) -> dict[str, AlertRule]:
        """All rules by name."""
        found = {name: getattr(self, name) for name in type(self).model_fields}
        return {name: rule for name, rule in found.items() if isinstance(rule, AlertRule)}
