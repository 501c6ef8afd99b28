"""A customer and one of the staff, each on a real chat platform: the same one, and different ones."""

from collections.abc import Mapping

import pytest

from bot.composition import Ground
from bot.service import Service
from config.i18n import Language, say
from config.roles import Role
from tests.fakes.clock import FakeClock
from tests.journeys.chat import AGENT, CUSTOMER, Chat
from tests.journeys.conftest import OpenDemo
from tests.journeys.wires import dingtalk, telegram, web, wecom_app
from tests.journeys.wires.base import Wire
from tools.people.service import add_person

ZH = Language.zh_cn
TAKE = say(ZH, "cases.button_take")
HAN, SECOND, THIRD = "韩梅梅", "钱伟", "孙丽"


async def test_a_person_serves_a_customer(chat: Chat) -> None:
    await chat.says("转人工", as_=CUSTOMER)
    await chat.presses(TAKE, as_=AGENT)
    assert AGENT in (await chat.last(CUSTOMER)).text
    await chat.writes("您好，我是李雷", as_=AGENT)
    await chat.service.settled()
    assert (await chat.last(CUSTOMER)).text == "客服 李雷：您好，我是李雷"
    await chat.writes("几点发货", as_=CUSTOMER)
    await chat.service.settled()
    assert "几点发货" in (await chat.last(AGENT)).text
    await chat.says("/handback", as_=AGENT)
    assert await chat.says("你好", as_=CUSTOMER)


class Desks:
    """Everybody has an account on every platform, and uses one of them."""

    def __init__(self, chats: Mapping[str, Chat]) -> None:
        self._chats = chats

    async def writes(self, who: str, text: str) -> None:
        await self._chats[who].writes(text, as_=who)
        await self._chats[who].service.settled()

    async def last(self, who: str) -> str:
        return (await self._chats[who].last(who)).text


@pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)
async def test_two_serve_three_across_four_platforms_and_pass_one_on(
    open_demo: OpenDemo, clock: FakeClock
) -> None:
    stack, ground, service = await open_demo()
    for name in (SECOND, THIRD):
        await another_customer(service, ground, name)
    wires: list[Wire] = [
        await open_(stack, service)
        for open_ in (telegram.open_wire, wecom_app.open_wire, dingtalk.open_wire, web.open_wire)
    ]
    on_telegram, on_wecom, on_dingtalk, on_web = (
        Chat(service, ground, clock, wire) for wire in wires
    )
    desks = Desks(
        {
            AGENT: on_telegram, HAN: on_dingtalk, CUSTOMER: on_wecom, SECOND: on_telegram,
            THIRD: on_web,
        }
    )  # fmt: skip
    for who, ref, by in ((CUSTOMER, "H-1", AGENT), (SECOND, "H-2", HAN), (THIRD, "H-3", AGENT)):
        await desks.writes(who, "转人工")
        await desks.writes(by, f"/takeover {ref}")
    await desks.writes(AGENT, "孙女士您好")
    await desks.writes(HAN, "钱先生您好")
    assert "李雷：孙女士您好" in await desks.last(THIRD)
    assert "韩梅梅：钱先生您好" in await desks.last(SECOND)
    await desks.writes(CUSTOMER, "鞋子 42 码")
    await desks.writes(SECOND, "我要退货")
    assert "鞋子 42 码" in await desks.last(AGENT)
    assert "我要退货" in await desks.last(HAN)
    await desks.writes(AGENT, "/transfer H-1 韩梅梅")
    await desks.writes(CUSTOMER, "还在吗")
    assert "还在吗" in await desks.last(AGENT)
    await desks.writes(HAN, "/takeover H-1")
    for who, text in ((HAN, "42 码有货"), (AGENT, "裙子明天到")):
        await desks.writes(who, text)
    assert "韩梅梅：42 码有货" in await desks.last(CUSTOMER)
    assert "李雷：裙子明天到" in await desks.last(THIRD)
    assert "韩梅梅：钱先生您好" in await desks.last(SECOND)
    await desks.writes(CUSTOMER, "太好了")
    assert "太好了" in await desks.last(HAN)
    assert "太好了" not in await desks.last(AGENT)


@pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)
async def test_a_reply_on_telegram_is_for_the_customer_it_quotes(
    open_demo: OpenDemo, clock: FakeClock
) -> None:
    stack, ground, service = await open_demo()
    await another_customer(service, ground)
    wire = await telegram.open_wire(stack, service)
    chat = Chat(service, ground, clock, wire)
    for who, ref in ((CUSTOMER, "H-1"), (SECOND, "H-2")):
        await chat.says("转人工", as_=who)
        await chat.says(f"/takeover {ref}", as_=AGENT)
    await chat.writes("鞋呢", as_=CUSTOMER)
    await service.settled()
    await wire.reply(str(await chat.person(AGENT)), AGENT, "已寄出")
    await service.settled()
    assert (await chat.last(CUSTOMER)).text == "客服 李雷：已寄出"
    assert "已寄出" not in (await chat.last(SECOND)).text


async def another_customer(service: Service, ground: Ground, name: str = SECOND) -> None:
    async with service.database.unit_of_work() as session:
        await add_person(
            session, ground.organisation_id, ground.clock, name=name, role=Role.customer
        )
