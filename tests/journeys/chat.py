"""A chat told as a story: who says what, and what they read then."""

from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.composition import Ground
from bot.messages import File, OutboundMessage
from bot.service import Service
from storage.tables.campaign import AdSet, Campaign
from storage.tables.lead import Lead
from storage.tables.organisation import Organisation
from storage.tables.trust import Approval
from storage.tables.work import Action, OutboxMessage
from tests.fakes.clock import FakeClock
from tests.journeys.wires.base import Wire
from tools.people.service import PeopleService

MANAGER, COLLEAGUE, ADMIN, AGENT, CUSTOMER = "王经理", "刘经理", "陈总", "李雷", "访客"


class Chat:
    """Everybody writes in a private chat of their own; `last` is what somebody read last."""

    def __init__(self, service: Service, ground: Ground, clock: FakeClock, wire: Wire) -> None:
        self.service = service
        self.ground = ground
        self.clock = clock
        self._wire = wire
        self._accounts: dict[str, str] = {}

    async def says(self, text: str, as_: str = MANAGER, files: tuple[File, ...] = ()) -> str:
        """Write, wait for the answer, and return it."""
        account = await self._account(as_)
        already, replies = len(self._wire.read(account)), await self._replies()
        await self._wire.write(account, as_, text, files)
        return await self._answer(account, already, text, replies)

    async def presses(self, label: str, as_: str = MANAGER) -> str:
        """Press a button of the last message that somebody got."""
        account = await self._account(as_)
        already, replies = len(self._wire.read(account)), await self._replies()
        await self._wire.press(account, as_, label)
        return await self._answer(account, already, label, replies)

    async def writes(self, text: str, as_: str = MANAGER) -> None:
        """Write, and do not wait."""
        await self._wire.write(await self._account(as_), as_, text, ())

    async def last(self, who: str = MANAGER) -> OutboundMessage:
        return self._wire.read(await self._account(who))[-1]

    def sent(self) -> list[OutboundMessage]:
        """Everything that anybody got."""
        return self._wire.read()

    def drafts(self) -> list[str] | None:
        return self._wire.drafts()

    async def person(self, name: str) -> int:
        """The id of somebody."""
        return int(await self._account(name))

    async def zone(self) -> ZoneInfo:
        """The organisation's."""
        async with self.service.database.reading() as session:
            row = await session.get_one(Organisation, self.ground.organisation_id)
            return ZoneInfo(row.timezone)

    async def lead(self, ref: str) -> Lead:
        async with self.service.database.reading() as session:
            query = select(Lead).where(Lead.number == int(ref.removeprefix("L-")))
            return (await session.scalars(query)).one()

    async def leads(self) -> int:
        async with self.service.database.reading() as session:
            return await session.scalar(select(func.count(Lead.id))) or 0

    async def campaign(self, ref: str) -> Campaign:
        async with self.service.database.reading() as session:
            query = select(Campaign).where(Campaign.number == int(ref.removeprefix("C-")))
            return (await session.scalars(query)).one()

    async def budgets(self, ref: str) -> list[str]:
        """The daily budgets of a campaign's ad sets."""
        campaign = await self.campaign(ref)
        async with self.service.database.reading() as session:
            query = select(AdSet).where(AdSet.campaign_id == campaign.id).order_by(AdSet.position)
            return [f"{row.daily_budget:.2f}" for row in await session.scalars(query)]

    async def approval(self, ref: str) -> Approval:
        async with self.service.database.reading() as session:
            query = select(Approval).where(Approval.number == int(ref.removeprefix("P-")))
            return (await session.scalars(query)).one()

    async def actions(self) -> list[Action]:
        """Every outside effect, in order."""
        async with self.service.database.reading() as session:
            return list(await session.scalars(select(Action).order_by(Action.id)))

    async def _account(self, name: str) -> str:
        if name not in self._accounts:
            async with self.service.database.reading() as session:
                people = PeopleService(session, self.ground.organisation_id)
                self._accounts[name] = str((await people.find(name)).id)
        return self._accounts[name]

    async def _answer(self, account: str, already: int, to: str, replies: int) -> str:
        await self.service.settled()
        assert await self._replies() == replies + 1, f"{to!r} was not answered once"
        # A long text, or one with files, takes several messages on some platforms.
        return "\n".join(sent.text for sent in self._wire.read(account)[already:] if sent.text)

    async def _replies(self) -> int:
        async with self.service.database.reading() as session:
            query = select(func.count(OutboxMessage.id)).where(OutboxMessage.reply_to.is_not(None))
            return await session.scalar(query) or 0
