"""A customer leaves: what is written down of it, what the staff is to do then, and what is known
when the customer comes again."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.visit_watch import open_ender
from config.settings import Settings
from storage.tables.memory import Memory, MemoryKind
from storage.tables.visit import FollowUp, Visit
from tests.builders.shop import a_shop
from tests.journeys.chat import AGENT, CUSTOMER, MANAGER, Chat
from tests.journeys.conftest import OpenChat

LEAVES = timedelta(minutes=31)
OFFICE = Settings.model_validate({"hours": {"weekly": ["mon-fri 09:00-18:00"]}})
SHOES = "买的鞋子几天之内可以退货？"
HELMETS = "你们卖不卖自行车头盔？"
ON_CONSOLE = pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)


@pytest.fixture
async def shop(open_chat: OpenChat) -> Chat:
    """A shop that works on weekdays from 9 to 18, with documents about returns and warranty."""
    chat = await open_chat(settings=OFFICE)
    ground = chat.ground
    await a_shop(ground.database, ground.organisation_id, ground.knowledge, chat.clock)
    return chat


async def leaves(chat: Chat, times: int = 1) -> None:
    """Nobody says anything for half an hour; `times` is how often the watch looks then."""
    chat.clock.advance(LEAVES)
    for _ in range(times):
        await open_ender(chat.ground.tools_of_job).look()
    await chat.service.settled()


async def visits(chat: Chat) -> Sequence[Visit]:
    async with chat.service.database.reading() as session:
        return (await session.scalars(select(Visit).order_by(Visit.id))).all()


async def follow_ups(chat: Chat) -> Sequence[FollowUp]:
    async with chat.service.database.reading() as session:
        return (await session.scalars(select(FollowUp).order_by(FollowUp.id))).all()


async def got(chat: Chat, who: str, after: int = 0) -> list[str]:
    account = str(await chat.person(who))
    return [sent.text for sent in chat._wire.read(account)][after:]


@ON_CONSOLE
async def test_what_was_asked_and_answered_is_written_down_when_they_leave(shop: Chat) -> None:
    await shop.says("你好", as_=CUSTOMER)
    await shop.says(SHOES, as_=CUSTOMER)
    await shop.says("谢谢，我穿 42 码", as_=CUSTOMER)
    await leaves(shop)
    (visit,) = await visits(shop)
    lines = visit.summary.splitlines()
    assert f"想了解：“{SHOES}”" in lines
    assert "答复：依据《退货政策》" in lines
    assert any("42 码" in line for line in lines)
    assert 3 <= len(lines) <= 6
    assert await follow_ups(shop) == [], "all was answered"


@ON_CONSOLE
async def test_a_talk_of_nothing_is_not_summed_up(shop: Chat) -> None:
    for text in ("你好", "在吗", "谢谢", "再见"):
        await shop.says(text, as_=CUSTOMER)
    await leaves(shop)
    (visit,) = await visits(shop)
    assert visit.summarised_at is not None
    assert visit.summary == ""
    async with shop.service.database.reading() as session:
        kept = await session.scalars(select(Memory).where(Memory.kind == MemoryKind.summary))
        assert kept.all() == []


async def test_the_managers_hear_of_what_nobody_could_answer_and_settle_it(shop: Chat) -> None:
    await shop.says("你好", as_=MANAGER)
    await shop.says(HELMETS, as_=CUSTOMER)
    already = len(await got(shop, MANAGER))
    await leaves(shop, times=3)
    (notice,) = await got(shop, MANAGER, already)
    assert f"客户 {CUSTOMER} 离开了" in notice
    assert f"回复 {CUSTOMER} 没有得到答案的问题：“{HELMETS}”" in notice
    assert "补一份资料" in notice
    answer, document = await follow_ups(shop)
    assert str(answer.id) in await shop.presses(f"完成 {answer.id}")
    assert "已经由" in await shop.says(f"/followups drop {answer.id}")
    listed = await shop.says("/followups")
    assert "补一份资料" in listed
    assert "没有得到答案" not in listed
    await shop.says(f"/followups drop {document.id}")
    assert "没有" in await shop.says("/followups all")
    assert [row.status.value for row in await follow_ups(shop)] == ["done", "dropped"]


@ON_CONSOLE
async def test_the_owner_of_the_lead_is_asked_to_call(shop: Chat) -> None:
    await shop.says("你好", as_=AGENT)
    await shop.says("你好", as_=MANAGER)
    before = await shop.leads()
    await shop.says("我叫赵敏，电话 13900001234，请联系我", as_=CUSTOMER)
    lead = f"L-{before + 1}"
    await shop.says(f"{lead} 分给李雷")
    await shop.says("这个耳机多少钱？", as_=CUSTOMER)
    managers, agents = len(await got(shop, MANAGER)), len(await got(shop, AGENT))
    await leaves(shop)
    heard = "\n".join(await got(shop, AGENT, agents))
    assert f"联系 {CUSTOMER}，还没有成交" in heard
    assert not any("还没有成交" in text for text in await got(shop, MANAGER, managers))
    assert "还没有成交" in await shop.says("/followups", as_=AGENT)
    assert "耳机多少钱" in await shop.says(f"{lead} 什么情况")


async def test_who_comes_again_is_known(shop: Chat) -> None:
    await shop.says(SHOES, as_=CUSTOMER)
    await leaves(shop)
    shop.clock.advance(timedelta(days=3))
    greeted = await shop.says("你好", as_=CUSTOMER)
    assert "上次" in greeted
    assert SHOES in greeted
    assert "情绪" not in greeted
    assert "上次" not in await shop.says("你好", as_=CUSTOMER), "once a visit"
    assert SHOES in await shop.says("我上次问了什么？", as_=CUSTOMER)


@ON_CONSOLE
async def test_the_staff_and_strangers_do_not_read_it(shop: Chat) -> None:
    await shop.says(HELMETS, as_=CUSTOMER)
    await leaves(shop)
    for line in ("/followups", "/followups all", "/followups done 1"):
        assert "权限" in await shop.says(line, as_=CUSTOMER)
    assert "只有管理员" in await shop.says("/followups all", as_=AGENT)
    (answer, _) = await follow_ups(shop)
    assert "不归您" in await shop.says(f"/followups done {answer.id}", as_=AGENT)
    assert (await follow_ups(shop))[0].status.value == "open"
    assert "上次" not in await shop.says("你好", as_=MANAGER)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/followups 9", "用法：/followups"), ("/followups done x", "用法：/followups"),
        ("/followups done 99999", "没有第 99999 号"), ("/followups", "没有要您跟进"),
    ],
)  # fmt: skip
@ON_CONSOLE
async def test_a_mistake_is_told_with_the_way_to_write_it(shop: Chat, line: str, told: str) -> None:
    assert told in await shop.says(line)
