"""Visits that are over are summed up once, with all that follows from it, whatever happens."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from storage.tables.lead import Activity, Lead, LeadEvent, LeadNote, LeadTag, Source
from storage.tables.memory import Memory, MemoryKind
from storage.tables.notice import Notice
from storage.tables.relation import Entity, Relation, RelationKind
from storage.tables.visit import Mood
from storage.tables.work import InboxMessage
from tests.builders.chunks import a_document
from tests.builders.visits import LEAVES, Reception
from tests.fakes.ports import FakeWriter
from tools.leads.service import LeadService, NewLead
from tools.support.ticket_repository import TicketRepository
from tools.support.tickets import TicketService

HELMETS = "你们卖不卖自行车头盔？"


class Killed(BaseException):
    """Stands for SIGKILL: nothing catches it."""


async def has_a_lead(reception: Reception, inbox_id: int, owner: int | None = None) -> Lead:
    """Made by a message of the customer."""
    async with reception.database.unit_of_work() as session:
        service = LeadService.of(session, reception.context())
        new = NewLead(
            name="赵敏", phone="13900001234", source=Source.telegram,
            order_key=f"inbox:{inbox_id}:0",
        )  # fmt: skip
        lead = (await service.capture(session, new)).lead
        service.assign(lead, owner)
        return lead


async def sells(reception: Reception, *products: str) -> None:
    """A document lists these."""
    organisation_id = reception.staff.organisation.id
    async with reception.database.unit_of_work() as session:
        document = await a_document(session, organisation_id, "价目表", number=7, title="价目表")
        rows = [
            Entity(organisation_id=organisation_id, name=name, key=name.casefold())
            for name in ("价目", *products)
        ]
        session.add_all(rows)
        await session.flush()
        session.add_all(
            Relation(
                organisation_id=organisation_id, document_id=document.id, subject_id=rows[0].id,
                kind=RelationKind.lists, object_id=row.id,
            )
            for row in rows[1:]
        )  # fmt: skip


async def memories(reception: Reception) -> list[str]:
    async with reception.database.reading() as session:
        rows = await session.scalars(
            select(Memory.text).where(Memory.kind == MemoryKind.summary).order_by(Memory.id)
        )
        return list(rows)


async def test_it_is_written_down_once_however_many_processes_look(reception: Reception) -> None:
    await reception.says(HELMETS, unsure=True)
    reception.clock.advance(LEAVES)
    finished = await asyncio.gather(*(reception.ender().look() for _ in range(3)))
    await reception.ender().look()
    assert sum(finished) == 1
    assert len(await memories(reception)) == 1
    assert len(await reception.follow_ups()) == 2
    assert len(await reception.reads(reception.manager)) == 1


@pytest.mark.parametrize(
    "point", ["visit_ended", "visit_worded", "visit_written", "visit_finished"]
)
async def test_a_process_that_dies_at_any_point_is_made_good(
    reception: Reception, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    def die(name: str) -> None:
        if name == point:
            raise Killed

    await reception.says(HELMETS, unsure=True)
    with monkeypatch.context() as patched:
        patched.setattr("tools.visits.ending.failpoint", die)
        with pytest.raises(Killed):
            await reception.leaves()
    await reception.ender().look()
    assert len(await memories(reception)) == 1
    assert await reception.due() == {"answer": "11-18", "document": "11-23"}
    (notice,) = await reception.reads(reception.manager)
    assert HELMETS in notice


async def test_who_still_talks_has_not_left(reception: Reception) -> None:
    await reception.says(HELMETS, unsure=True)
    reception.clock.advance(timedelta(minutes=29))
    assert await reception.ender().look() == 0
    assert await reception.summary() == []


async def test_each_visit_has_a_summary_of_its_own(reception: Reception) -> None:
    await reception.says("鞋子几天可以退？", sources=("退货政策",))
    await reception.leaves()
    await reception.says("能开发票吗？", sources=("常见问题",))
    await reception.leaves()
    first, second = (visit.summary for visit in await reception.visits())
    assert "鞋子" in first
    assert "鞋子" not in second
    assert "《常见问题》" in second
    assert len(await memories(reception)) == 2


async def test_who_came_again_before_anybody_looked_has_two_visits(reception: Reception) -> None:
    await reception.says("鞋子几天可以退？", sources=("退货政策",))
    reception.clock.advance(LEAVES)
    await reception.says("能开发票吗？", sources=("常见问题",))
    assert await reception.ender().look() == 1
    (first, _) = await reception.visits()
    assert "鞋子" in first.summary
    assert "发票" not in first.summary


async def test_what_was_said_to_colleagues_belongs_to_it(reception: Reception) -> None:
    await reception.says("转人工", intent="request_human")
    reception.clock.advance(timedelta(minutes=5))
    await reception.heard("我的订单 A123 还没到")
    await reception.helped("查到了，已经到您的城市")
    await reception.leaves()
    told = "\n".join(await reception.summary())
    assert "A123" in told
    assert "李雷 说“查到了，已经到您的城市”" in told


async def test_a_lead_learns_what_was_asked(reception: Reception) -> None:
    await sells(reception, "点读笔", "点读", "学习机")
    inbox_id = await reception.says("点读笔多少钱？", sources=("价目表",))
    lead = await has_a_lead(reception, inbox_id, reception.agent.id)
    await reception.leaves()
    await reception.ender().look()
    async with reception.database.reading() as session:
        (note,) = await session.scalars(select(LeadNote).where(LeadNote.lead_id == lead.id))
        tags = await session.scalars(select(LeadTag.tag).where(LeadTag.lead_id == lead.id))
        did = await session.scalars(select(LeadEvent.activity))
        assert [*tags] == ["点读笔"]
        assert [*did] == [Activity.enquiry]
    assert "点读笔多少钱" in note.text
    assert note.author_id is None
    (told,) = await reception.reads(reception.agent)
    assert "联系 赵敏，还没有成交" in told
    assert await reception.reads(reception.manager) == [], "the lead has an owner"


async def test_nobody_is_told_of_what_needs_nothing(reception: Reception) -> None:
    await reception.says("鞋子几天可以退？", sources=("退货政策",))
    await reception.leaves()
    assert len(await reception.summary()) >= 3
    assert await reception.follow_ups() == []
    async with reception.database.reading() as session:
        assert await session.scalar(select(func.count(Notice.id))) == 0


async def test_an_owner_without_a_chat_is_no_reason_to_forget_it(reception: Reception) -> None:
    away = await reception.staff.joins("韩梅梅", chat=False, role=reception.agent.role)
    inbox_id = await reception.says("耳机多少钱？")
    await has_a_lead(reception, inbox_id, away.id)
    await reception.leaves()
    (told,) = await reception.reads(reception.manager)
    assert "还没有成交" in told
    assert [row.owner_id for row in await reception.follow_ups()] == [away.id]


async def test_the_same_is_not_suggested_twice_while_it_stands(reception: Reception) -> None:
    for _ in range(2):
        await reception.says("你们太慢了", mood=Mood.angry)
        await reception.leaves()
    assert len(await reception.follow_ups()) == 1
    assert len(await reception.reads(reception.manager)) == 1


async def test_a_ticket_has_deadlines_of_its_own(reception: Reception) -> None:
    inbox_id = await reception.says("我要退货！箱子压坏了", mood=Mood.angry, intent="create_ticket")
    context = reception.context(order_key=f"inbox:{inbox_id}:0")
    async with reception.database.unit_of_work() as session:
        await TicketService.of(session, context).open(
            "", "箱子压坏了", person_id=reception.customer.id, conversation_id=None,
            order_key=context.order_key,
        )  # fmt: skip
        assert await TicketRepository(session, context.organisation_id).running()
    await reception.leaves()
    assert await reception.follow_ups() == []
    told = "\n".join(await reception.summary())
    assert "K-1（待处理）" in told
    assert "K-1 还在处理" in told


async def test_what_was_erased_meanwhile_is_not_retold(reception: Reception) -> None:
    inbox_id = await reception.says(HELMETS, unsure=True)

    class Erasing(FakeWriter):
        async def write(
            self, instructions: str, material: str, *, model: str | None = None,
            within: float | None = None,
        ) -> str | None:  # fmt: skip
            async with reception.database.unit_of_work() as session:
                (await session.get_one(InboxMessage, inbox_id)).text = ""
            return "客户问了自行车头盔\n没有答上来\n情绪平静"

    await reception.leaves(writer=Erasing())
    assert await reception.summary() == []
    assert await memories(reception) == []
    assert await reception.follow_ups() == []
