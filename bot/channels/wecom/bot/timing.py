"""How long the long connection waits for what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds. A confirmation that takes longer than `ack` is lost; a connection that lived for
    `steady` ends the backing off; who was `kicked` stays away so long. Drafts are sent each `draft`
    seconds, of a long answer each `slow_draft`; a stream may live for `stream` from its first
    frame, and answers may name a message for `token`."""

    connect: float = 10.0
    ping: float = 30.0
    ack: float = 5.0
    steady: float = 10.0
    first_retry: float = 1.0
    last_retry: float = 60.0
    kicked: float = 600.0
    draft: float = 1.0
    slow_draft: float = 2.5
    stream: float = 345.0
    token: float = 23.5 * 3600
