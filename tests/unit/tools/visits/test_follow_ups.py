"""What is to be done for customers who left: whose it is, and until when."""

from datetime import timedelta

import pytest

from config.errors import NotAllowed
from storage.audit import AuditLog
from storage.tables.visit import FollowUpStatus
from tests.builders.visits import Reception
from tests.fakes.ports import FakeNotifier
from tests.unit.tools.visits.test_ending import has_a_lead
from tools.reports.scheduling import push_brief
from tools.visits.follow_ups import FollowUpNotFound, list_follow_ups, settle
from tools.visits.recalling import asks_for_last, last_visit

HELMETS = "你们卖不卖自行车头盔？"


async def left_open(reception: Reception) -> int:
    """A question of a customer whose lead is the agent's; the number of what is to follow."""
    inbox_id = await reception.says(HELMETS, unsure=True)
    await has_a_lead(reception, inbox_id, reception.agent.id)
    await reception.leaves()
    return (await reception.follow_ups())[0].id


async def test_each_sees_what_is_theirs_and_managers_what_is_nobodys(reception: Reception) -> None:
    number = await left_open(reception)
    own = await list_follow_ups(reception.context(reception.agent), "mine")
    assert own.text.splitlines()[1].startswith(f"{number}. 今天：回复 赵敏")
    assert [send for _, send in own.buttons] == [
        f"/followups done {number}", f"/followups drop {number}"
    ]  # fmt: skip
    managers = await list_follow_ups(reception.context(), "mine")
    assert "补一份资料" in managers.text
    assert "回复 赵敏" not in managers.text
    both = await list_follow_ups(reception.context(), "all")
    assert "（负责：李雷）" in both.text
    assert "（负责：管理员）" in both.text
    assert both.shown == (f"FU-{number}", f"FU-{number + 1}")


async def test_what_is_late_is_said_to_be(reception: Reception) -> None:
    await left_open(reception)
    reception.clock.advance(timedelta(days=2))
    own = await list_follow_ups(reception.context(reception.agent), "mine")
    assert "11-18（已过期）" in own.text


async def test_it_is_settled_once_and_by_whom_is_known(reception: Reception) -> None:
    number = await left_open(reception)
    with pytest.raises(NotAllowed):
        await list_follow_ups(reception.context(reception.agent), "all")
    stranger = await reception.staff.joins("韩梅梅", reception.agent.role)
    with pytest.raises(NotAllowed):
        await settle(reception.context(stranger), number, "done")
    await settle(reception.context(reception.agent), number, "done")
    again = await settle(reception.context(), number, "drop")
    assert again.text == f"第 {number} 号跟进已经由 李雷 完成了。"
    row = (await reception.follow_ups())[0]
    assert (row.status, row.done_by) == (FollowUpStatus.done, reception.agent.id)
    assert row.done_at == reception.clock.now()
    async with reception.database.reading() as session:
        log = AuditLog(reception.staff.organisation.id, reception.clock)
        events = [entry.event for entry in await log.latest(session, 10)]
    assert events.count("follow_up.done") == 1


async def test_what_is_not_there_is_said_so(reception: Reception) -> None:
    with pytest.raises(FollowUpNotFound):
        await settle(reception.context(), 77, "done")


@pytest.mark.parametrize("settled", [True, False])
async def test_the_daily_brief_counts_what_is_due(reception: Reception, settled: bool) -> None:
    number = await left_open(reception)
    if settled:
        await settle(reception.context(), number, "done")
    notifier = FakeNotifier()
    await push_brief(reception.context(notifier=notifier), {})
    ((text, _),) = notifier.sent.values()
    assert ("今天要跟进的客户：1 件" in text) is not settled


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("我上次问了什么？", True), ("上次我们聊到哪了", True), ("之前说的是什么来着", True),
        ("你还记得我上次说的吗", True), ("What did I ask last time?", True),
        ("what were we talking about before?", True), ("上次买的鞋子能退吗", False),
        ("有什么新品", False), ("我上次来过", False), ("What are your prices?", False),
    ],
)  # fmt: skip
def test_a_question_about_the_last_time_is_recognised(text: str, asks: bool) -> None:
    assert asks_for_last(text) is asks


async def test_the_last_visit_is_ones_own_and_not_too_long_ago(reception: Reception) -> None:
    await left_open(reception)
    own = await last_visit(reception.context(reception.customer))
    assert own is not None
    assert HELMETS in own.text
    assert "L-1" not in own.text, "leads are the organisation's"
    assert await last_visit(reception.context(reception.agent)) is None
    reception.clock.advance(timedelta(days=61))
    assert await last_visit(reception.context(reception.customer)) is None
