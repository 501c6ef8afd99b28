"""What people are told of an alert."""

from zoneinfo import ZoneInfo

from config.alerts import AlertRule
from storage.alerts import News
from storage.tables.notice import Alert

_MARKS = {"critical": "🔴", "warning": "🟡"}


def text_key(state: str, name: str) -> str:
    """The catalogue text of an alert that is firing or resolved."""
    return f"alerts.firing.{name}" if state == "firing" else f"alerts.resolved.{name}"


def values_of(alert: News | Alert, rule: AlertRule, zone: ZoneInfo) -> dict[str, str]:
    """What that text is filled with."""
    return {
        "mark": _MARKS[rule.severity], "subject": alert.subject, "detail": alert.detail,
        "value": f"{alert.value:.0f}", "limit": f"{rule.threshold:g}",
        "since": f"{alert.since.astimezone(zone):%m-%d %H:%M}",
    }  # fmt: skip
