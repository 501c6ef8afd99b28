"""Between the agent and people of a platform: who serves a chat now, and what the agent hears of
it meanwhile.

While people serve a chat the agent is silent: what the customer writes is kept and finished without
an answer, what the people write is kept as theirs. The agent's window of the conversation is read
anew after each of these, so that it knows what was said when the chat comes back to it.
"""

from collections.abc import Mapping

import structlog

from agent.contract import Agent
from bot.channels.base import Channel
from bot.messages import HumanServes, SendFailed, StaffSaid
from bot.storable import storable
from config.clock import Clock
from storage.database import Database, ReadSession
from storage.handover import Handovers

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
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._handovers = Handovers(organisation_id, clock)
        self._agent = agent
        self._channels = channels

    async def look(self, session: ReadSession, conversation_id: int) -> tuple[bool, bool]:
        """Whether people serve this chat, and whether its platform lets us give it to them."""
        served = await self._handovers.served(session, conversation_id)
        channel = self._channels.get(served.channel)
        return served.by_people, channel is not None and channel.capabilities.transfers

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
