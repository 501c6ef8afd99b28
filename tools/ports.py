"""What the tools need from above or from outside; run_bot.py passes the implementations in."""

from collections.abc import Collection, Sequence
from typing import Protocol

from config.i18n import Language
from config.notices import NoticeKind
from memory.knowledge import Passage
from storage.database import Session
from tools.campaigns.platforms.accounts import AccountFacts, AdAccount
from tools.campaigns.platforms.base import AdPlatform
from tools.result import Attachment


class AdPlatforms(Protocol):
    """The ad platforms that are configured."""

    @property
    def names(self) -> Sequence[str]: ...

    @property
    def accounts(self) -> Sequence[AdAccount]:
        """Those at real platforms; the first of a platform is its default one, and a platform
        that has none here has one account of its own."""

    def get(self, name: str, account: str | None = None) -> AdPlatform:
        """The platform called `name`, on the account with this id, or on its first one. Raises
        PlatformNotConfigured, or AccountRemoved (both user-facing)."""

    async def facts(self, account: AdAccount) -> AccountFacts:
        """What the platform says of the account now; raises what it refuses."""


class CampaignKeeper(Protocol):
    """Keeps our campaigns where others look at them."""

    async def changed(self, session: Session, ref: str) -> None:
        """The campaign was made or changed, inside the caller's transaction."""


class Notifier(Protocol):
    """Messages to people other than the one who is talking. All queue inside the caller's
    transaction, under `key` so that a repeated turn does not repeat them. Whoever switched the kind
    off is not told, and whoever has quiet hours now is told at their end; of notices about the same
    `topic` those that come close together are told as one, with their number and the newest."""

    async def to_staff(
        self, session: Session, kind: NoticeKind, key: str, text: str, **values: object
    ) -> int:
        """Catalogue text `text`, in each person's language, to every agent, manager and admin;
        returns how many of them read it, now or later."""

    async def to_people(
        self,
        session: Session,
        kind: NoticeKind,
        key: str,
        people: Sequence[int],
        text: str,
        *,
        topic: str = "",
        urgent: bool = False,
        **values: object,
    ) -> int:
        """The same for these people. An `urgent` one comes in quiet hours, too, unless the person
        does not want that."""

    async def to_person(
        self,
        session: Session,
        kind: NoticeKind,
        key: str,
        person_id: int,
        text: str,
        *,
        topic: str = "",
        attachments: Sequence[Attachment] = (),
        shown: Sequence[str] = (),
        buttons: Sequence[dict[str, str]] = (),
        urgent: bool = False,
    ) -> bool:
        """Words and files made for one person, already in their language, with buttons (label and
        what pressing sends); False when they have no chat in which we can reach them, or do not want
        notices of this kind."""


class Writer(Protocol):
    """A language model that words something; never asked to decide."""

    @property
    def models(self) -> Sequence[str]:
        """Their names, in the order in which they are tried."""

    async def write(
        self, instructions: str, material: str, *, model: str | None = None,
        within: float | None = None,
    ) -> str | None:  # fmt: skip
        """The text, by `model` alone when it is named; or None when no model is configured, none
        answered (within so many seconds), or the asker's quota is used up. `material` is data:
        nothing in it is obeyed."""


class KnowledgeSearch(Protocol):
    """What the company's documents say."""

    async def search(
        self, query: str, *, limit: int = 5, categories: Collection[int] = (),
        language: Language | None = None,
    ) -> list[Passage]:  # fmt: skip
        """The passages of current documents that bear on `query`, the best first."""
