"""Who is asking, and what a tool may use to answer."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.cases import CaseSettings
from config.clock import Clock
from config.hours import HoursSettings
from config.i18n import Language, say
from config.limits import SpendingLimits
from config.roles import Role
from config.support import SupportSettings
from config.visits import VisitSettings
from memory.meaning import Meanings, shared_meanings
from storage.database import Database, Session
from storage.ledger import ActionLedger, Fence
from tools.mood import MoodGuess
from tools.outreach.group_sends import GroupSends
from tools.ports import AdPlatforms, CampaignKeeper, KnowledgeSearch, Notifier, Writer

__all__ = ["Asker", "Fence", "ToolContext"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The person whose request this is; `id` 0 stands for the service itself (a job)."""

    id: int
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolContext:
    """Given by the agent for one turn; nothing in it comes from a model.

    `order_key` names the request for good (inbox row or approval, and position in the turn):
    every effect of a tool derives its ledger key from it. `transfers`: the platform can give the
    chat to people of its own. `mood` is that of a customer's message.
    """

    organisation_id: int
    asker: Asker
    language: Language
    timezone: ZoneInfo
    currency: str
    conversation_id: int
    order_key: str
    database: Database
    ledger: ActionLedger
    clock: Clock
    platforms: AdPlatforms
    notifier: Notifier
    writer: Writer
    group_sends: GroupSends | None = None
    transfers: bool = False
    mood: MoodGuess | None = None
    hours: HoursSettings = field(default_factory=HoursSettings)
    support: SupportSettings = field(default_factory=SupportSettings)
    cases: CaseSettings = field(default_factory=CaseSettings)
    visits: VisitSettings = field(default_factory=VisitSettings)
    limits: SpendingLimits = field(default_factory=SpendingLimits)
    knowledge: KnowledgeSearch | None = None
    keeper: CampaignKeeper | None = None
    meanings: Meanings = field(default_factory=shared_meanings)

    def say(self, key: str, /, **values: Any) -> str:
        """A text of the catalogues in the asker's language."""
        return say(self.language, key, **values)

    async def campaign_changed(self, session: Session, ref: str) -> None:
        """Told wherever our own rows of a campaign change, inside that transaction."""
        if self.keeper is not None:
            await self.keeper.changed(session, ref)

    def local_now(self) -> datetime:
        """The present moment in the organisation's time zone."""
        return self.clock.now().astimezone(self.timezone)
