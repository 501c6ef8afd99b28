"""The only place that spells Redis keys; the organisation is in the type, so it is in the key."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationKey:
    organisation_id: int
    conversation_id: int

    def window(self) -> str:
        return f"huoke:{self.organisation_id}:conversation:{self.conversation_id}:window"


def pace_key(organisation_id: int, what: str) -> str:
    """How much may be sent where."""
    return f"huoke:{organisation_id}:pace:{what}"


def shelf_key(organisation_id: int, name: str) -> str:
    """A note that processes share for a while."""
    return f"huoke:{organisation_id}:shelf:{name}"
