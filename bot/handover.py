"""Between the agent and people: who serves a chat now, and what the agent hears of it meanwhile.

While people serve a chat the agent is silent: what the customer writes is kept and finished without
an answer, what the people write is kept as theirs. People of the platform read and write there
themselves; our own staff does from chats of their own, and each one's words are carried on. The agent's window of the conversation is read
anew after each of these, so that it knows what was said when the chat comes back to it.
"""

from collections.abc import Mapping, Sequence
from uuid import uuid4

import structlog

from agent.contract import Agent, Turn
from bot.channels.base import Channel
from bot.messages import HumanServes, SendFailed, StaffSaid
from bot.storable import storable
from config.clock import Clock
from config.roles import Role
from storage.database import Database, ReadSession, Session
from storage.handover import Handovers, Served
from storage.inbox import FILES_ALONE, ReceivedFile
from tools.support.staff import CaseService, Desk, Relay, Words

log = structlog.get_logger()


class Handover:
    """`channels` by name are those that this process serves."""

    def __init__(
        self,
        database: Database,
        organisation_id: int,
        clock: Clock,
        agent: Agent,
        channels: Mapping[str, Channel],
        desk: Desk,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._handovers = Handovers(organisation_id, clock)
        self._agent = agent
        self._channels = channels
        self._desk = desk

    async def look(self, session: ReadSession, conversation_id: int) -> tuple[Served, bool]:
        """Who serves this chat, and whether its platform lets us give it to people of its own."""
        served = await self._handovers.served(session, conversation_id)
        channel = self._channels.get(served.channel)
        return served, channel is not None and channel.capabilities.transfers

    def is_for_people(self, served: Served, turn: Turn) -> bool:
        """Whether this message is no business of the agent. Commands always are ours, except where
        people of a platform read them."""
        command = turn.text.startswith(("/", "／")) and not turn.text.startswith(FILES_ALONE)
        if served.by_people and not served.by_staff:
            return True
        # Whoever is staff no more serves nobody.
        at_desk = served.desk and turn.asker.role.includes(Role.agent)
        return (served.by_staff or at_desk) and not command

    async def pass_on(
        self, session: Session, served: Served, turn: Turn, files: Sequence[ReceivedFile]
    ) -> list[int] | None:
        """Carry the message of a case to the other side; the conversations that the agent is to
        read anew. None when who served has just left, so that the customer is the agent's again."""
        relay = Relay(session, self._desk)
        words = Words(
            inbox_id=turn.inbox_id, conversation_id=turn.conversation_id, text=turn.text,
            person_id=turn.asker.id, speaker=turn.asker.name, language=turn.language, files=files,
        )  # fmt: skip
        if served.by_staff:
            if not await relay.from_customer(words):
                return None
        elif served.desk:
            answered = await relay.from_staff(words)
            if answered is None:
                await relay.unheard(words)
            return [] if answered is None else [answered]
        return [turn.conversation_id]

    async def overheard(self, conversation_id: int) -> None:
        """Something was said here that the agent did not answer."""
        await self._agent.reread(self._organisation_id, conversation_id)

    async def keep(self, event: HumanServes | StaffSaid | SendFailed) -> None:
        changed: list[int] = []
        async with self._database.unit_of_work() as session:
            match event:
                case HumanServes():
                    changed = await self._handovers.change(
                        session, event.address, people=event.begins
                    )
                    log.info("handover", channel=event.address.channel, people=event.begins)
                    for conversation_id in changed:
                        await self._keep_case(session, conversation_id, begins=event.begins)
                case StaffSaid():
                    changed = await self._handovers.said(
                        session, event.address, external_id=event.external_id,
                        name=storable(event.name), text=storable(event.text),
                    )  # fmt: skip
                case SendFailed():
                    ours = await self._handovers.refused(
                        session, event.address, external_id=event.external_id, reason=event.reason
                    )
                    log.error("delivery.refused_later", reason=event.reason, ours=ours)
        for conversation_id in changed:
            await self.overheard(conversation_id)

    async def _keep_case(self, session: Session, conversation_id: int, *, begins: bool) -> None:
        """What people of a platform serve is a case, too."""
        cases = CaseService(session, self._desk)
        key = f"platform:{conversation_id}:{uuid4().hex}"
        if not begins:
            await cases.platform_ends(conversation_id, key)
            return
        customer = await self._handovers.customer_of(session, conversation_id)
        if customer is not None:
            await cases.platform_begins(conversation_id, customer, key)
