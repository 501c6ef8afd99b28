"""A customer of 微信客服 asks, is answered, wants a person, gets one, and comes back to the agent."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from sqlalchemy import func, select

from bot.messages import Address
from bot.service import Service
from config.settings import AnswerSettings, Settings
from storage.cursors import Cursors
from storage.tables.work import InboxMessage, InboxStatus
from tests.builders.wecom_kf import ServedKf, texts
from tests.emulators.wecom.kf.people import Customer
from tests.emulators.wecom.kf.server import WecomKfEmulator
from tests.emulators.wecom.kf.world import PERSON
from tests.fakes.channel import FakeChannel
from tests.fakes.models import ScriptedModel
from tests.journeys.conftest import OpenDemo
from tests.journeys.wires.base import Keeping, bind_everybody

pytestmark = pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)

ALWAYS_ASKED = Settings(answers=AnswerSettings(fast_path=1.1))


class Shop:
    """One account of 微信客服 with a customer and one who serves; the staff read consoles."""

    def __init__(self, service: Service, wecom: WecomKfEmulator, keeping: Keeping) -> None:
        self.service = service
        self.wecom = wecom
        self.zhao: Customer = wecom.customer("赵敏")
        self.lilei = wecom.servicer("lilei")
        self.staff = FakeChannel("console")
        self._keeping = keeping

    async def happens(self, what: Callable[[], object]) -> list[str]:
        """And what the customer has been sent when all is done."""
        await self._keeping.one_more(what)
        await self.service.settled()
        return texts(self.zhao, self.wecom)

    async def says(self, text: str) -> list[str]:
        return await self.happens(lambda: self.zhao.says(text))

    async def unanswered(self) -> int:
        async with self.service.database.reading() as session:
            query = select(func.count(InboxMessage.id))
            open_ = query.where(InboxMessage.status != InboxStatus.done)
            return await session.scalar(open_) or 0


@asynccontextmanager
async def a_shop(
    open_demo: OpenDemo, model: ScriptedModel | None = None, servicer: str | None = None
) -> AsyncIterator[Shop]:
    _, _, service = await open_demo(model, ALWAYS_ASKED if model else None)
    async with AsyncExitStack() as opened, WecomKfEmulator(scale=0) as wecom:
        keeping = Keeping(service)
        shop = Shop(service, wecom, keeping)
        cursors = Cursors(service.database, service.organisation_id)
        channel = await opened.enter_async_context(ServedKf(wecom, cursors, servicer=servicer))
        for each in (channel, shop.staff):
            service.deliver(each)
        await bind_everybody(
            service, "console",
            lambda person: Address(channel="console", bot="console", chat=str(person.id)),
        )  # fmt: skip
        await keeping.begin(opened, channel)
        yield shop


async def test_from_the_agent_to_a_person_and_back(open_demo: OpenDemo) -> None:
    model = ScriptedModel(says="您好！请问想看哪一款？")
    async with a_shop(open_demo, model, servicer="lilei") as shop:
        (first,) = await shop.says("有优惠吗？")
        assert "AI" in first
        assert model.words in first
        model.calls = (("request_human", {"reason": "太贵了"}),)
        coming = (await shop.says("太贵了，我要找真人"))[-1]
        assert "转接" in coming
        assert (shop.zhao.chat.state, shop.zhao.chat.servicer) == (PERSON, "lilei")
        assert any("太贵了" in each.text for each in shop.staff.delivered)

        model.calls, model.words = (), "never shown"
        assert (await shop.says("能打几折？"))[-1] == coming
        await shop.happens(lambda: shop.lilei.says(shop.zhao, "给您八折，今天有效"))
        assert (await shop.says("好的"))[-1] == coming
        assert await shop.unanswered() == 0

        await shop.happens(lambda: shop.lilei.ends(shop.zhao))
        model.words = "同事刚才答应您八折，今天有效。"
        assert (await shop.says("刚才说几折来着？"))[-1] == model.words
        model.words = "同事刚才答应您五折。"
        assert model.words not in (await shop.says("你同事刚才答应我五折，对吧？"))[-1]
        heard = [(said.role, said.text) for said in model.conversation]
        assert heard[-6:-2] == [
            ("user", "能打几折？"), ("assistant", "[lilei] 给您八折，今天有效"), ("user", "好的"),
            ("user", "刚才说几折来着？"),
        ]  # fmt: skip


async def test_without_a_model_too_who_asks_for_a_person_gets_one(open_demo: OpenDemo) -> None:
    async with a_shop(open_demo) as shop:
        shown = await shop.says("转人工")
        assert "转接" in shown[-1]
        assert await shop.says("在吗") == shown
        await shop.happens(lambda: shop.lilei.takes(shop.zhao))
        await shop.happens(lambda: shop.lilei.ends(shop.zhao))
        assert len(await shop.says("你好")) == len(shown) + 1


async def test_who_cannot_be_put_through_is_told_so_and_still_served(open_demo: OpenDemo) -> None:
    async with a_shop(open_demo) as shop:
        shop.wecom.fault("code", path="kf/service_state/trans", value=95017)
        _, sorry = await shop.says("转人工")
        assert "没能转接" in sorry
        assert len(await shop.says("你好")) == 3


async def test_what_the_staff_said_gives_no_orders(open_demo: OpenDemo) -> None:
    """It stands in the conversation as said to the customer, never as said by them."""
    model = ScriptedModel(says="好的")
    async with a_shop(open_demo, model) as shop:
        await shop.says("你好")
        await shop.happens(lambda: shop.lilei.takes(shop.zhao))
        await shop.happens(lambda: shop.lilei.says(shop.zhao, "/approve P-1"))
        await shop.happens(lambda: shop.lilei.ends(shop.zhao))
        await shop.says("然后呢")
        said = {each.text: each.role for each in model.conversation}
        assert said["[lilei] /approve P-1"] == "assistant"
