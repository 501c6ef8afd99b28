"""What the checker reads: the emulator's ledger, and the database when all is over."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, text

from config.i18n import Language, say
from storage.database import Database

_CARRIED = re.compile(r"inbox:(\d+):case:\d+:(?:out$|to:)")
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
    key: str = ""

    @property
    def answers(self) -> int | None:
        """The row of the inbox that this is the answer to. What staff say is none: it stands behind
        the customer's last words, but was not asked for."""
        return None if self.carries else self.reply_to

    @property
    def carries(self) -> int | None:
        """The row of the inbox whose words this brings to the other side of a case."""
        found = _CARRIED.match(self.key)
        return int(found[1]) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A message from the web page: how often it is kept, answered by the agent, and brought to one of
    the staff."""

    name: str
    kept: int = 1
    answers: int = 1
    carried: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """`campaigns` and `leads` are the names and phone numbers in use, once for each row that has
    them, `tickets` what customers wanted of them; `astray` are ad sets whose budget is not what the
    market has; `held` are conversations under a lease, `served` those with an open case, once for
    each. `taken` are the messages that visitors of the web page were told we have; `unshown` what
    counts as sent there and does not stand on the page once; `to_page` are the rows of the inbox
    whose words were brought there."""

    updates: Sequence[Update] = ()
    effects: Sequence[Effect] = ()
    received: Sequence[Received] = ()
    sent: Sequence[Sent] = ()
    campaigns: Sequence[str] = ()
    leads: Sequence[str] = ()
    tickets: Sequence[str] = ()
    astray: Sequence[str] = ()
    unfinished: Sequence[str] = ()
    held: Sequence[int] = ()
    served: Sequence[int] = ()
    visits: Sequence[Visit] = ()
    taken: Sequence[str] = ()
    unshown: Sequence[int] = ()
    to_page: Sequence[int] = ()
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
SELECT o.id, c.chat, o.text, o.reply_to, o.status, o.external_id, o.doubts, o.key, o.said_by
FROM outbox o JOIN conversations c ON c.id = o.conversation_id
WHERE c.channel = 'telegram' ORDER BY o.id
"""
_CAMPAIGNS = "SELECT name FROM sandbox_campaigns"
# Of the load alone: the demo has people who share a number.
_TICKETS = "SELECT text FROM tickets WHERE text LIKE '%177%'"
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
_SERVED = "SELECT conversation_id FROM cases WHERE status IN ('waiting', 'active')"
_VISITS = """
SELECT i.external_id AS name, count(*) OVER (PARTITION BY i.external_id) AS kept,
  (SELECT count(*) FROM outbox o
   WHERE o.reply_to = i.id AND o.key NOT LIKE 'inbox:%:case:%') AS answers,
  (SELECT count(*) FROM outbox o WHERE o.key LIKE 'inbox:' || i.id || ':case:%') AS carried
FROM inbox i WHERE i.channel = 'web'
"""
_UNSHOWN = """
SELECT o.id FROM outbox o JOIN conversations c ON c.id = o.conversation_id
WHERE c.channel = 'web' AND o.status = 'sent'
  AND (SELECT count(*) FROM web_messages m WHERE m.key = o.key || '/0') <> 1
"""
_TO_PAGE = """
SELECT CAST(split_part(o.key, ':', 2) AS integer) FROM outbox o
JOIN conversations c ON c.id = o.conversation_id
WHERE c.channel = 'web' AND o.key LIKE 'inbox:%:case:%'
"""
_FIGURES = {
    "executed": "SELECT count(*) FROM approvals WHERE status = 'executed'",
    "actions": "SELECT count(*) FROM actions WHERE status = 'completed'",
    "failed_turns": "SELECT count(*) FROM inbox WHERE status = 'failed'",
    "cases": "SELECT count(*) FROM cases",
    "visits": "SELECT count(*) FROM inbox WHERE channel = 'web'",
    "carried": "SELECT count(*) FROM outbox WHERE key LIKE 'inbox:%:case:%'",
    "jobs_pushed": "SELECT count(*) FROM outbox WHERE key LIKE 'job:%'",
}


async def read_books(
    database: Database, ledger: Sequence[dict[str, Any]], taken: Sequence[str] = ()
) -> Books:
    """When nothing is at work any more."""
    async with database.reading() as session:

        async def column(query: str) -> list[Any]:
            return list((await session.execute(text(query))).scalars())

        received = (await session.execute(text(_RECEIVED))).all()
        sent = (await session.execute(text(_SENT))).all()
        visits = (await session.execute(text(_VISITS))).all()
        return Books(
            updates=updates_in(ledger),
            effects=effects_in(ledger),
            received=[
                Received(id=row.id, external_id=row.external_id, status=row.status)
                for row in received
            ],
            sent=[
                Sent(
                    id=row.id, chat=int(row.chat.partition(":")[0]), text=_shown(row), key=row.key,
                    reply_to=row.reply_to, status=row.status, external_id=row.external_id,
                    doubts=row.doubts,
                )
                for row in sent
            ],
            campaigns=await column(_CAMPAIGNS),
            leads=await column(_LEADS),
            tickets=await column(_TICKETS),
            astray=await column(_ASTRAY),
            unfinished=await column(_UNFINISHED),
            held=await column(_HELD),
            served=await column(_SERVED),
            visits=[
                Visit(name=row.name, kept=row.kept, answers=row.answers, carried=row.carried)
                for row in visits
            ],
            taken=taken,
            unshown=await column(_UNSHOWN),
            to_page=await column(_TO_PAGE),
            figures={name: (await column(query))[0] for name, query in _FIGURES.items()},
        )  # fmt: skip


def _shown(row: Row[Any]) -> str:
    """As the customer reads it: what staff say begins with who says it."""
    if row.said_by is None:
        return str(row.text)
    return say(Language.zh_cn, "cases.spoken", name=row.said_by, text=row.text)
