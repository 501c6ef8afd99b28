"""What the checker reads: the emulator's ledger, and the database when all is over."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from storage.database import Database

_SENDS = ("sendMessage", "sendPhoto", "sendDocument", "editMessageText")


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What Telegram had for us; `confirmed` when it was told that we have it."""

    id: int
    chat: int
    kind: str = "message"
    text: str = "?"
    confirmed: bool = True

    @property
    def asks(self) -> bool:
        """Whether it is a message or a press, which has to be answered."""
        return self.kind == "callback_query" or (self.kind == "message" and bool(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A message that Telegram showed; `seen`: our side was told so."""

    n: int
    chat: int
    message_id: int
    text: str
    seen: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A row of the inbox."""

    id: int
    external_id: str
    status: str = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A row of the outbox."""

    id: int
    chat: int
    text: str
    reply_to: int | None = None
    status: str = "sent"
    external_id: str | None = None
    doubts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """`campaigns` and `leads` are the names and phone numbers in use, once for each row that has
    them; `astray` are ad sets whose budget is not what the market has; `held` are conversations
    under a lease."""

    updates: Sequence[Update] = ()
    effects: Sequence[Effect] = ()
    received: Sequence[Received] = ()
    sent: Sequence[Sent] = ()
    campaigns: Sequence[str] = ()
    leads: Sequence[str] = ()
    astray: Sequence[str] = ()
    unfinished: Sequence[str] = ()
    held: Sequence[int] = ()
    figures: dict[str, int] = field(default_factory=dict)


def updates_in(ledger: Iterable[dict[str, Any]]) -> list[Update]:
    created: dict[int, dict[str, Any]] = {}
    confirmed: set[int] = set()
    for entry in ledger:
        if entry["kind"] != "update":
            continue
        if entry["event"] == "created":
            created[entry["update_id"]] = entry
        elif entry["event"] == "confirmed":
            confirmed.add(entry["update_id"])
    return [
        Update(
            id=number, chat=entry["chat"], kind=entry["type"], text=entry["text"],
            confirmed=number in confirmed,
        )
        for number, entry in created.items()
    ]  # fmt: skip


def effects_in(ledger: Iterable[dict[str, Any]]) -> list[Effect]:
    """The messages alone, in the order in which they showed."""
    return [
        Effect(
            n=entry["n"], chat=entry["chat"], message_id=entry["message_id"],
            text=entry["text"] or "", seen=entry["outcome"] == "ok",
        )
        for entry in ledger
        if entry["kind"] == "effect" and entry["method"] in _SENDS
    ]  # fmt: skip


_RECEIVED = "SELECT id, external_id, status FROM inbox WHERE channel = 'telegram' ORDER BY id"
_SENT = """
SELECT o.id, c.chat, o.text, o.reply_to, o.status, o.external_id, o.doubts
FROM outbox o JOIN conversations c ON c.id = o.conversation_id
WHERE c.channel = 'telegram' ORDER BY o.id
"""
_CAMPAIGNS = "SELECT name FROM sandbox_campaigns"
# Of the load alone: the demo has people who share a number.
_LEADS = "SELECT contact_phone FROM leads WHERE contact_phone LIKE '+86177%'"
# The last budget that the market was told, where it is another one than ours.
_ASTRAY = """
SELECT 'A-' || a.campaign_number || '.' || a.position AS name
FROM ad_sets a
JOIN sandbox_ad_sets s ON a.external_id = 'sb-s' || s.id
WHERE a.daily_budget <> (
  SELECT x.daily_budget FROM sandbox_changes x
  WHERE x.ad_set_id = s.id AND x.daily_budget IS NOT NULL ORDER BY x.at DESC, x.id DESC LIMIT 1
)
"""
_UNFINISHED = "SELECT key FROM actions WHERE status IN ('pending', 'executing')"
_HELD = "SELECT id FROM conversations WHERE lease_owner IS NOT NULL"
_FIGURES = {
    "executed": "SELECT count(*) FROM approvals WHERE status = 'executed'",
    "actions": "SELECT count(*) FROM actions WHERE status = 'completed'",
    "failed_turns": "SELECT count(*) FROM inbox WHERE status = 'failed'",
    "jobs_pushed": "SELECT count(*) FROM outbox WHERE key LIKE 'job:%'",
}


async def read_books(database: Database, ledger: Sequence[dict[str, Any]]) -> Books:
    """When nothing is at work any more."""
    async with database.reading() as session:

        async def column(query: str) -> list[Any]:
            return list((await session.execute(text(query))).scalars())

        received = (await session.execute(text(_RECEIVED))).all()
        sent = (await session.execute(text(_SENT))).all()
        return Books(
            updates=updates_in(ledger),
            effects=effects_in(ledger),
            received=[
                Received(id=row.id, external_id=row.external_id, status=row.status)
                for row in received
            ],
            sent=[
                Sent(
                    id=row.id, chat=int(row.chat.partition(":")[0]), text=row.text,
                    reply_to=row.reply_to, status=row.status, external_id=row.external_id,
                    doubts=row.doubts,
                )
                for row in sent
            ],
            campaigns=await column(_CAMPAIGNS),
            leads=await column(_LEADS),
            astray=await column(_ASTRAY),
            unfinished=await column(_UNFINISHED),
            held=await column(_HELD),
            figures={name: (await column(query))[0] for name, query in _FIGURES.items()},
        )  # fmt: skip
