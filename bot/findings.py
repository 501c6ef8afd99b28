"""What the doctor found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part: `fine` or not, what was seen, and what to do when it is not."""

    part: str
    fine: bool
    seen: str
    advice: str = ""
