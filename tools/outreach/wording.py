"""A broadcast in words."""

from collections.abc import Mapping, Sequence

from config.i18n import Language, say
from storage.tables.broadcast import Broadcast, BroadcastTask, RecipientStatus

_SHORT = 24


def line(language: Language, broadcast: Broadcast, counts: Mapping[RecipientStatus, int]) -> str:
    """One line of a list."""
    text = " ".join(broadcast.text.split())
    return say(
        language, "outreach.line", ref=broadcast.ref,
        status=say(language, f"outreach.statuses.{broadcast.status}"),
        sent=counts.get(RecipientStatus.sent, 0), total=sum(counts.values()),
        text=text if len(text) <= _SHORT else f"{text[:_SHORT]}…",
    )  # fmt: skip


def state(
    language: Language,
    broadcast: Broadcast,
    tasks: Sequence[BroadcastTask],
    counts: Mapping[RecipientStatus, int],
) -> str:
    """Everything about one."""
    waiting = [task.sender for task in tasks if not task.confirmed]
    lines = [line(language, broadcast, counts)]
    lines += [
        say(language, f"outreach.counts.{status}", count=counts[status])
        for status in RecipientStatus
        if counts.get(status)
    ]
    if waiting and broadcast.status == "waiting":
        joint = say(language, "outreach.joint")
        lines.append(say(language, "outreach.waits_for", senders=joint.join(waiting)))
    return "\n".join(lines)
