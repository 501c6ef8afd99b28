"""Recalled memories as a model reads them."""

from memory.long_term import Recalled


def as_read(memory: Recalled) -> str:
    """The words, since when they are known, and what tells them from the person's own plain words:
    the colleague who said or noted them, the day that they speak of, the day they ceased to hold."""
    notes = [f"{memory.since:%Y-%m-%d}"]
    if memory.kind == "summary":
        notes.append("summary of an earlier visit")
    if memory.speaker:
        notes.append(f"said to the person by our colleague {memory.speaker}")
    if memory.author:
        notes.append(f"noted by our colleague {memory.author}")
    if memory.happens_on:
        notes.append(f"about {memory.happens_on:%Y-%m-%d}")
    if memory.until:
        notes.append(f"held until {memory.until:%Y-%m-%d}")
    return f"{memory.text} ({'; '.join(notes)})"
