"""What the doctor found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part: `fine` or not, what was seen, and what to do when it is not. Without a `needed`
    part nothing can be received; without another one the answers are only poorer."""

    part: str
    fine: bool
    seen: str
    advice: str = ""
    needed: bool = True
