"""A chat told as a story: who says what, and what they read then."""

from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from bot.messages import Address, File, InboundMessage, OutboundMessage
from bot.service import Service
from run_bot import Ground
from storage.tables.campaign import AdSet, Campaign
from storage.tables.lead import Lead
from storage.tables.organisation import Organisation
from storage.tables.trust import Approval
from storage.tables.work import Action
from tests.fakes.channel import FakeChannel
from tests.fakes.clock import FakeClock
from tools.people.service import PeopleService

MANAGER, COLLEAGUE, ADMIN, AGENT, CUSTOMER = "王经理", "刘经理", "陈总", "李雷", "访客"


class Chat:
    """Everybody writes on a console of their own; `last` is what somebody read last."""

    def __init__(self, service: Service, ground: Ground, clock: FakeClock) -> None:
        self.service = service
        self.ground = ground
        self.clock = clock
        self.channel = FakeChannel("console")
        service.deliver(self.channel)
        self._accounts: dict[str, str] = {}

    async def says(self, text: str, as_: str = MANAGER, files: tuple[File, ...] = ()) -> str:
        """Write, wait for the answer, and return it."""
        account = await self._account(as_)
        already = len(self._to(account))
        await self.service.gateway.receive(
            InboundMessage(
                external_id=uuid4().hex,
                address=Address(channel="console", bot="console", chat=account),
                sender_id=account, sender_name=as_, text=text, files=files,
            )
        )  # fmt: skip
        await self.service.settled()
        answers = self._to(account)[already:]
        assert len(answers) == 1, f"{text!r} was answered with {answers}"
        return answers[0].text

    async def presses(self, label: str, as_: str = MANAGER) -> str:
        """Press a button of the last message that somebody got."""
        message = await self.last(as_)
        sends = {button.label: button.send for button in message.buttons}
        assert label in sends, f"{label!r} is not among {list(sends)}"
        return await self.says(sends[label], as_=as_)

    async def last(self, who: str = MANAGER) -> OutboundMessage:
        return self._to(await self._account(who))[-1]

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

    def _to(self, account: str) -> list[OutboundMessage]:
        return [message for message in self.channel.delivered if message.address.chat == account]
