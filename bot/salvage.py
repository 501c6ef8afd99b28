"""What can be kept of a message that the database does not take as it came."""

import hashlib

from bot.messages import InboundMessage
from bot.storable import storable

_ID_LETTERS = 128


def bare(message: InboundMessage) -> InboundMessage:
    """Who said what where, and nothing else; the same id for the same message."""
    return InboundMessage(
        external_id=_id_of(message.external_id), address=message.address,
        sender_id=message.sender_id, sender_name="", text=storable(message.text),
        private=message.private,
    )  # fmt: skip


def _id_of(said: str) -> str:
    if len(said) <= _ID_LETTERS and said == storable(said):
        return said
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
