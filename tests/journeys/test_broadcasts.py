"""One text for many customers: ordered in chat, agreed to, confirmed by colleagues in WeCom."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.messages import Address, InboundMessage
from config.settings import Settings
from storage.tables.job import Job
from tests.builders.wecom_contact import LI, ZHANG, contact_settings, three_friends
from tests.emulators.wecom.contact import Contacts
from tests.emulators.wecom.server import WecomEmulator
from tests.fakes.ports import OpenFence
from tests.journeys.chat import ADMIN, AGENT, COLLEAGUE, CUSTOMER, MANAGER, Chat
from tests.journeys.conftest import OpenChat
from tools.outreach.tools import HANDLERS

TEXT = "周六有体验课\n欢迎来玩"


@dataclass
class Company:
    chat: Chat
    wecom: WecomEmulator
    contacts: Contacts

    async def follow(self) -> None:
        """What the job runner would do now."""
        async with self.chat.service.database.reading() as session:
            jobs = (await session.scalars(select(Job).where(Job.kind == "outreach.results"))).all()
        for job in jobs:
            context = await self.chat.ground.tools_of_job(job.created_by, job.key, OpenFence())
            await HANDLERS[job.kind](context, job.payload)
        await self.chat.service.settled()

    async def customer_says(self, external_id: str, text: str) -> None:
        """One of the contacts writes to 微信客服."""
        await self.chat.service.receive(
            InboundMessage(
                external_id=f"{external_id}:{text}", sender_id=external_id, sender_name="",
                address=Address(channel="wecom_kf", bot="wk1", chat=external_id), text=text,
            )
        )  # fmt: skip
        await self.chat.service.settled()


@pytest.fixture
async def company(open_chat: OpenChat) -> AsyncIterator[Company]:
    async with WecomEmulator(scale=0, flood=0) as wecom:
        contacts = three_friends(wecom)
        settings = Settings(wecom_contact=contact_settings(wecom, alone=2))
        yield Company(await open_chat(settings=settings), wecom, contacts)


async def test_from_the_order_to_the_results(company: Company) -> None:
    chat = company.chat
    asked = await chat.says(f"/broadcast {TEXT}")
    assert "3 位客户" in asked
    assert "zhangsan (2)、lisi (1)" in asked
    assert TEXT in asked
    assert "其他经理或管理员" in asked
    assert company.contacts.tasks == []
    made = await chat.says("/approve P-1", as_=ADMIN)
    assert "B-1" in made
    assert "确认后才会发送" in made
    assert [(task.sender, task.people, task.text) for task in company.contacts.tasks] == [
        (ZHANG, ["wm1", "wm2"], TEXT), (LI, ["wm3"], TEXT),
    ]  # fmt: skip
    await company.follow()
    assert "已送达" not in (await chat.last()).text
    company.contacts.confirm(ZHANG)
    shown = await chat.says("/broadcast B-1")
    assert "已送达 2/3" in shown
    assert "等待确认：lisi" in shown
    company.contacts.unfriend(LI, "wm3")
    company.contacts.confirm(LI)
    await company.follow()
    told = (await chat.last()).text
    assert "群发 B-1 结束了" in told
    assert "已不是好友：1" in told
    assert "B-1 已结束 已送达 2/3" in await chat.says("/broadcasts")


async def test_a_tag_chooses_and_few_people_need_no_other_yes(company: Company) -> None:
    asked = await company.chat.says("/broadcast #意向 有新课了")
    assert "2 位客户" in asked
    assert "标签“意向”" in asked
    assert "B-1" in await company.chat.presses("同意 P-1")
    (task,) = company.contacts.tasks
    assert (task.people, task.text) == (["wm1", "wm2"], "有新课了")


async def test_who_asked_for_many_cannot_agree_alone(company: Company) -> None:
    await company.chat.says(f"/broadcast {TEXT}")
    assert "需要另一位经理或管理员" in await company.chat.says("/approve P-1")
    assert company.contacts.tasks == []
    await company.chat.says("/approve P-1", as_=COLLEAGUE)
    assert len(company.contacts.tasks) == 2


async def test_a_yes_that_is_repeated_makes_no_second_task(company: Company) -> None:
    await company.chat.says("/broadcast #意向 有新课了")
    for _ in range(2):
        await company.chat.says("/approve P-1")
    assert len(company.contacts.tasks) == 1


@pytest.mark.parametrize("kind", ["reset_after", "lost", "malformed"])
async def test_a_task_whose_answer_was_lost_is_found_and_not_made_again(
    company: Company, kind: str
) -> None:
    company.wecom.fault(kind, path="externalcontact/add_msg_template")
    await company.chat.says("/broadcast #意向 有新课了")
    assert "B-1" in await company.chat.says("/approve P-1")
    assert len(company.contacts.tasks) == 1
    company.contacts.confirm(ZHANG)
    assert "已送达 2/2" in await company.chat.says("/broadcast B-1")


async def test_an_older_broadcast_in_the_same_words_is_not_taken_for_the_one_that_failed(
    company: Company,
) -> None:
    await company.chat.says("/broadcast #意向 有新课了")
    await company.chat.says("/approve P-1")
    company.wecom.fault("bad_gateway", path="externalcontact/add_msg_template")
    await company.chat.says("/broadcast #意向 有新课了")
    for _ in range(2):
        await company.chat.says("/approve P-2")
    assert len(company.contacts.tasks) == 2


async def test_a_platform_that_is_busy_leaves_the_plan_to_be_agreed_to_again(
    company: Company,
) -> None:
    company.wecom.fault("code", path="externalcontact/add_msg_template", value=-1)
    await company.chat.says("/broadcast #意向 有新课了")
    assert "稍后再试" in await company.chat.says("/approve P-1")
    assert company.contacts.tasks == []
    assert "B-1" in await company.chat.says("/approve P-1")
    assert len(company.contacts.tasks) == 1


@pytest.mark.parametrize("word", ["退订", "TD", "STOP。", "/unsubscribe"])
async def test_who_unsubscribed_is_left_out_even_after_the_yes_was_asked_for(
    company: Company, word: str
) -> None:
    await company.chat.says("/broadcast #意向 有新课了")
    await company.customer_says("wm1", word)
    await company.chat.says("/approve P-1")
    (task,) = company.contacts.tasks
    assert task.people == ["wm2"]
    assert "1 位已退订" in await company.chat.says(f"/broadcast {TEXT}")
    await company.customer_says("wm1", "订阅")
    assert "退订" not in await company.chat.says(f"/broadcast {TEXT}")


async def test_a_customer_is_told_that_it_ended(company: Company) -> None:
    assert "已为您退订" in await company.chat.says("退订", as_=CUSTOMER)
    assert "重新收到" in await company.chat.says("订阅", as_=CUSTOMER)


async def test_nobody_gets_more_than_so_many_in_a_month(company: Company) -> None:
    for number in range(4):
        await company.chat.says(f"/broadcast #意向 第 {number} 次")
        await company.chat.says(f"/approve P-{number + 1}")
    assert "2 位本月已达到次数上限" in await company.chat.says("/broadcast #意向 第五次")
    company.chat.clock.advance(timedelta(days=20))
    assert "2 位客户" in await company.chat.says("/broadcast #意向 下个月")


async def test_at_night_none_is_begun(company: Company) -> None:
    company.chat.clock.advance(timedelta(hours=12))
    assert "免打扰时间（21:00–09:00）" in await company.chat.says("/broadcast #意向 夜里")
    assert "还没有发出任何消息" in await company.chat.says("/approve P-1")
    assert company.contacts.tasks == []
    company.chat.clock.advance(timedelta(hours=11, minutes=30))
    assert "B-1" in await company.chat.says("/approve P-1")


async def test_senders_are_reminded_three_times_and_it_can_be_cancelled(company: Company) -> None:
    await company.chat.says("/broadcast #意向 有新课了")
    await company.chat.says("/approve P-1")
    await company.chat.says("/broadcast B-1")
    for _ in range(3):
        assert "已提醒 zhangsan" in await company.chat.says("/broadcast B-1 remind")
    assert "已经提醒过 3 次" in await company.chat.says("/broadcast B-1 remind")
    assert "已取消" in await company.chat.says("/broadcast B-1 cancel")
    assert company.contacts.tasks[0].cancelled
    assert "没有在等待" in await company.chat.says("/broadcast B-1 remind")


async def test_after_a_day_who_ordered_it_is_told_once_that_somebody_did_not_confirm(
    company: Company,
) -> None:
    await company.chat.says("/broadcast #意向 有新课了")
    await company.chat.says("/approve P-1")
    company.chat.clock.advance(timedelta(hours=25))
    before = len(company.chat.sent())
    for _ in range(2):
        await company.follow()
    (notice,) = company.chat.sent()[before:]
    assert "已过 24 小时" in notice.text
    assert "等待确认：zhangsan" in notice.text


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/broadcast", "用法"),
        ("/broadcast #意向", "用法"),
        ("/broadcast #没有 你好", "没有客户带有标签“没有”"),
        ("/broadcast B-9", "找不到群发“B-9”"),
        ("/broadcast B-1 explode", "用法"),
        ("/broadcast " + "字" * 1_400, "最多 4000 字节"),
        ("/broadcasts", "还没有群发过"),
    ],
)
async def test_what_cannot_be_is_said_so(company: Company, said: str, answer: str) -> None:
    assert answer in await company.chat.says(said)
    assert company.contacts.tasks == []


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        (48002, "没有客户联系的接口权限"),
        (60020, "可信 IP"),
        (45009, "稍后再试"),
        (40003, "没有接受"),
    ],
)
async def test_what_wecom_refuses_is_worded(company: Company, code: int, answer: str) -> None:
    company.wecom.fault("code", path="externalcontact/batch/get_by_user", value=code)
    assert answer in await company.chat.says("/broadcast 你好")


@pytest.mark.parametrize("who", [AGENT, CUSTOMER])
async def test_only_managers_write_to_many(company: Company, who: str) -> None:
    assert "更高的权限" in await company.chat.says("/broadcast 你好", as_=who)


async def test_without_customer_contact_it_says_what_to_set(open_chat: OpenChat) -> None:
    chat = await open_chat()
    assert "WECOM_CONTACT" in await chat.says("/broadcast 你好", as_=MANAGER)
