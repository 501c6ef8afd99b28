"""A lead as plain JSON, and back."""

from datetime import datetime
from typing import Any

from storage.tables.lead import Lead, LeadStatus

_PLAIN = (
    "contact_name", "contact_phone", "contact_wechat", "wechat_key", "contact_email", "company",
    "industry", "region", "source_channel", "source_campaign", "utm_source", "utm_medium",
    "utm_campaign", "utm_content", "assigned_to", "score", "traits",
)  # fmt: skip


def image(lead: Lead) -> dict[str, Any]:
    """Everything that a merge may change."""
    plain = {name: getattr(lead, name) for name in _PLAIN}
    due = lead.score_due.isoformat() if lead.score_due else None
    return plain | {
        "status": lead.status.value, "score_due": due, "updated_at": lead.updated_at.isoformat(),
    }  # fmt: skip


def restore(lead: Lead, kept: dict[str, Any]) -> None:
    for name in _PLAIN:
        setattr(lead, name, kept[name])
    lead.status = LeadStatus(kept["status"])
    lead.score_due = datetime.fromisoformat(kept["score_due"]) if kept["score_due"] else None
    lead.updated_at = datetime.fromisoformat(kept["updated_at"])
