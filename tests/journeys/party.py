"""People on several chat platforms at once, in private and in groups."""

from collections.abc import Sequence
from itertools import count

from sqlalchemy import select

from bot.composition import Ground
from bot.messages import Address, InboundMessage, OutboundMessage
from bot.service import Service
from storage.inbox import Inbox
from storage.tables.organisation import Person
from storage.tables.trust import Approval, AuditEntry
from tests.fakes.channel import FakeChannel
from tools.people.service import PeopleService, bind

TELEGRAM, DINGTALK = "telegram", "dingtalk"
GROUP = "-100"


class Party:
    """An account is called as its person and its platform, unless a test says otherwise. A group
    hears only what is said to the bot, as on every platform."""

    def __init__(self, service: Service, ground: Ground, channels: Sequence[str]) -> None:
        self.service = service
        self._ground = ground
        self.channels = {name: FakeChannel(name) for name in channels}
        for channel in self.channels.values():
            service.deliver(channel)
        self._numbers = count(1)

    async def joins(self, name: str, *channels: str) -> None:
        """Bind accounts on these channels to the person."""
        async with self.service.database.unit_of_work() as session:
            person = await PeopleService(session, self.service.organisation_id).find(name)
            for channel in channels:
                account = self._account(name, channel)
                await bind(
                    session, person, self.service.clock, channel=channel, external_id=account
                )
                await Inbox(self.service.organisation_id, self.service.clock).conversation(
                    session, self._place(channel, account), private_with=person.id
                )

    async def says(
        self, who: str, text: str, *, on: str = TELEGRAM, group: str = "", topic: str = "",
        pressed: str | None = None, calls_themselves: str = "",
    ) -> str:  # fmt: skip
        """What is answered in the chat in which it was said."""
        account = self._account(who, on)
        chat = f"{group}:{topic}" if topic else group or account
        already = len(self.read(on, chat))
        await self.service.receive(
            InboundMessage(
                external_id=f"m{next(self._numbers)}", address=self._place(on, chat),
                sender_id=account, sender_name=calls_themselves or who, text=text,
                private=not group, group=group, pressed=pressed,
            )
        )  # fmt: skip
        await self.service.settled()
        answers = self.read(on, chat)[already:]
        assert answers, f"{text!r} was not answered where it was said"
        return answers[0].text

    async def presses(
        self, who: str, label: str, *, on: str = TELEGRAM, group: str = "", topic: str = "",
        shown_in: str = "",
    ) -> str:  # fmt: skip
        """The button of the last message in the chat, or in another one."""
        chat = f"{group}:{topic}" if topic else group or self._account(who, on)
        key = next(
            button.key
            for message in reversed(self.read(on, shown_in or chat))
            for button in message.buttons
            if button.label == label
        )
        return await self.says(who, label, on=on, group=group, topic=topic, pressed=key)

    def read(self, channel: str, chat: str) -> list[OutboundMessage]:
        """All that was sent there."""
        sent = self.channels[channel].delivered
        return [each for each in sent if each.address.chat == chat]

    def told(self, who: str, channel: str) -> list[str]:
        """What somebody was sent in private there."""
        return [each.text for each in self.read(channel, self._account(who, channel))]

    async def forgets_windows(self) -> None:
        """Redis lost everything."""
        await self._ground.redis.flushall()

    async def approval(self, ref: str) -> Approval:
        async with self.service.database.reading() as session:
            query = select(Approval).where(Approval.number == int(ref.removeprefix("P-")))
            return (await session.scalars(query)).one()

    async def audited(self, event: str) -> list[AuditEntry]:
        async with self.service.database.reading() as session:
            return list(await session.scalars(select(AuditEntry).where(AuditEntry.event == event)))

    async def person(self, name: str) -> Person:
        async with self.service.database.reading() as session:
            return await PeopleService(session, self.service.organisation_id).find(name)

    def _account(self, who: str, channel: str) -> str:
        return f"{who}@{channel}"

    def _place(self, channel: str, chat: str) -> Address:
        return Address(channel=channel, bot="bot", chat=chat)
