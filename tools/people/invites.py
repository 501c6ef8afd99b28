"""One-time codes that bind a chat account to a person."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import func, select, update

from config.clock import Clock
from config.roles import Role
from storage.database import Session
from storage.tables.organisation import Account, Invite, Person
from storage.tables.work import Conversation, InboxMessage
from tools.people.errors import AccountTaken, InviteInvalid

VALID_FOR = timedelta(days=7)
# Without letters and digits that look alike; 32 ** 12 codes cannot be guessed.
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LETTERS = 12


async def invite(session: Session, clock: Clock, person: Person) -> str:
    """A new code for `person`, which is kept nowhere; the ones before it stay valid."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
    session.add(
        Invite(
            organisation_id=person.organisation_id,
            code_hash=_hashed(code),
            person_id=person.id,
            created_at=clock.now(),
            expires_at=clock.now() + VALID_FOR,
        )
    )
    await session.flush()
    return code


async def redeem(
    session: Session, clock: Clock, code: str, *, stranger: Person, conversation_id: int
) -> Person:
    """Give the account that `stranger` writes with in this conversation to the invited person.

    Raises InviteInvalid for a code that is unknown, used or too old, AccountTaken when the account
    is somebody's already.
    """
    # Several accounts were brought together by a code: what one of them says binds not the others.
    if stranger.role is not Role.customer or await _accounts(session, stranger) > 1:
        raise AccountTaken(stranger.name)
    person_id = await session.scalar(
        update(Invite)
        .where(
            Invite.organisation_id == stranger.organisation_id,
            Invite.code_hash == _hashed(code),
            Invite.used_at.is_(None),
            Invite.expires_at > clock.now(),
        )
        .values(used_at=clock.now())
        .returning(Invite.person_id)
    )
    if person_id is None:
        raise InviteInvalid
    conversation = await session.get_one(Conversation, conversation_id)
    await _hand_over(session, stranger, person_id, conversation.channel)
    person: Person = await session.get_one(Person, person_id)
    return person


async def _accounts(session: Session, person: Person) -> int:
    counted = await session.scalar(
        select(func.count(Account.id)).where(Account.person_id == person.id)
    )
    return counted or 0


async def _hand_over(session: Session, stranger: Person, person_id: int, channel: str) -> None:
    """The account, its private chats, and what it said there and in groups."""
    # They often call themselves by their own name, which must not name two people from now on.
    stranger.name = f"#{stranger.id}"
    await session.execute(
        update(Account)
        .where(Account.person_id == stranger.id, Account.channel == channel)
        .values(person_id=person_id)
    )
    await session.execute(
        update(InboxMessage)
        .where(InboxMessage.channel == channel, InboxMessage.person_id == stranger.id)
        .values(person_id=person_id)
    )
    await session.execute(
        update(Conversation)
        .where(Conversation.person_id == stranger.id, Conversation.channel == channel)
        .values(person_id=person_id)
    )


def _hashed(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode("utf-8", "replace")).hexdigest()
