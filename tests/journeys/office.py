"""Staff and customers on several chat platforms at once, and what each of them is told there."""

from datetime import timedelta

from bot.messages import InboundMessage, OutboundMessage
from storage.outbox import File
from storage.tables.case import Case
from tests.fakes.clock import FakeClock
from tests.journeys.party import DINGTALK, TELEGRAM, Party
from tools.support.case_rows import CaseRows

WECOM = "wecom_app"
ZHAO, QIAN, SUN = "赵敏", "钱伟", "孙丽"


class Office(Party):
    """`places` says which platform everybody writes on."""

    places: dict[str, str]
    clock: FakeClock

    async def writes(
        self, who: str, text: str, *, files: tuple[File, ...] = (), answers: str = "",
        again: str = "",
    ) -> None:  # fmt: skip
        """And waits until all that follows from it is delivered; `again` is the name of a message
        that the platform delivers a second time."""
        on = self.places[who]
        account = self._account(who, on)
        await self.service.receive(
            InboundMessage(
                external_id=again or f"o{next(self._numbers)}", sender_id=account, sender_name=who,
                address=self._place(on, account), text=text, files=files, answers=answers,
            )
        )  # fmt: skip
        await self.service.settled()

    async def clicks(self, who: str, label: str) -> None:
        """The newest button of that name."""
        await self.presses(who, label, on=self.places[who])

    async def passes(self, minutes: float) -> None:
        """Time, and then what the housekeeper does each minute."""
        self.clock.advance(timedelta(minutes=minutes))
        await self.service.housekeeper.look_after_cases()
        await self.service.settled()

    def shown(self, who: str) -> list[OutboundMessage]:
        on = self.places[who]
        return self.read(on, self._account(who, on))

    def heard(self, who: str) -> list[str]:
        return self.told(who, self.places[who])

    def last(self, who: str) -> str:
        return self.heard(who)[-1]

    async def case(self, ref: str) -> Case:
        async with self.service.database.reading() as session:
            found = await CaseRows(session, self.service.organisation_id).by_ref(ref)
            assert found is not None, f"there is no {ref}"
            return found


__all__ = ["DINGTALK", "QIAN", "SUN", "TELEGRAM", "WECOM", "ZHAO", "Office"]
