"""The gate in front of every tool: what it lets through, and what it says otherwise."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from config.errors import InvalidInput, TransientError
from config.i18n import Language, say
from config.roles import Role
from config.settings import ApprovalSettings
from storage.database import Database
from storage.tables.change import ChangeRecord
from storage.tables.trust import Approval, AuditEntry
from tests.builders.chats import a_conversation
from tests.builders.context import a_context
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeNotifier
from tools.campaigns.arguments import GetCampaignStatus, SetBudget
from tools.context import ToolContext
from tools.layer import ToolCall, ToolLayer
from tools.leads.arguments import UpdateLead
from tools.provenance import Evidence
from tools.result import Proposal, ToolResult
from tools.spec import Risk, ToolSpec, always
from tools.undo import Undo, keep_for_undo

ZH = Language.zh_cn
EVIDENCE = Evidence(utterances=["C-3 预算加 20%", "L-1 改成跟进中", "看看 C-3"])


class Desk:
    """Three tools that write down what reached them."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.proposed: list[Any] = []
        self.error: Exception | None = None

    async def run(self, context: ToolContext, arguments: Any) -> ToolResult:
        if self.error:
            raise self.error
        self.ran.append(type(arguments).__name__)
        return ToolResult(status="ok", text="done", shown=("L-1",))

    async def propose(self, context: ToolContext, arguments: Any) -> Proposal:
        self.proposed.append(arguments)
        cost = Decimal(arguments.change_percent) * 30
        return Proposal(summary="C-3 +20%", lines=("1 → 2",), daily_cost=cost, plan={"x": "1"})

    async def execute(self, context: ToolContext, plan: dict[str, Any]) -> ToolResult:
        self.ran.append("execute")
        return ToolResult(status="ok", text="executed")

    @property
    def layer(self) -> ToolLayer:
        manager = Role.manager
        tools = (
            ToolSpec(name="set_budget", arguments=SetBudget, role=manager, risk=always(Risk.money),
                     propose=self.propose, execute=self.execute),
            ToolSpec(name="update_lead", arguments=UpdateLead, role=manager,
                     risk=always(Risk.write), run=self.run),
            ToolSpec(name="get_campaign_status", arguments=GetCampaignStatus, role=manager,
                     risk=always(Risk.read), run=self.run),
        )  # fmt: skip
        undoing = {"lead.update": Undo(run=self.undo), "budget": Undo(run=self.undo_budget,
                                                                     tool="set_budget")}  # fmt: skip
        return ToolLayer({tool.name: tool for tool in tools}, ApprovalSettings(), undoing)

    async def undo(self, context: ToolContext, change: ChangeRecord) -> ToolResult:
        if self.error:
            raise self.error
        self.ran.append(f"undo {change.ref} to {change.before}")
        return ToolResult(status="ok", text="taken back")

    async def undo_budget(self, context: ToolContext, change: ChangeRecord) -> Proposal:
        return Proposal(summary="back", lines=(), daily_cost=Decimal(100), plan={"x": "0"})


UPDATE = ToolCall(
    tool="update_lead",
    args={"lead": "L-1", "status": "following"},
    quotes={"lead": "L-1", "status": "跟进中"},
)
BUDGET = ToolCall(
    tool="set_budget",
    args={"campaign": "C-3", "change_percent": 20},
    quotes={"campaign": "C-3", "change_percent": "加 20%"},
)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def as_role(database: Database, clock: FakeClock) -> Callable[[Role], ToolContext]:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        people = {
            role: await a_person(session, organisation, name=role.value, role=role) for role in Role
        }
        conversation = await a_conversation(session, organisation)
    return lambda role: a_context(
        database, organisation, people[role], clock, conversation_id=conversation
    )


AsRole = Callable[[Role], ToolContext]


async def test_a_reading_tool_runs(desk: Desk, as_role: AsRole) -> None:
    call = ToolCall(tool="get_campaign_status", args={"campaign": "c-3"})
    result = await desk.layer.call(as_role(Role.manager), call, EVIDENCE)
    assert (result.status, desk.ran) == ("ok", ["GetCampaignStatus"])


async def test_a_writing_tool_runs_and_is_audited(
    desk: Desk, as_role: AsRole, database: Database
) -> None:
    await desk.layer.call(as_role(Role.manager), UPDATE, EVIDENCE)
    assert desk.ran == ["UpdateLead"]
    async with database.reading() as session:
        assert [row.event for row in await session.scalars(select(AuditEntry))] == ["tool.run"]


async def test_money_only_opens_an_approval(
    desk: Desk, as_role: AsRole, database: Database
) -> None:
    result = await desk.layer.call(as_role(Role.manager), BUDGET, EVIDENCE)
    assert (result.status, result.approval, desk.ran) == ("needs_approval", "P-1", [])
    assert "C-3 +20%" in result.text
    async with database.reading() as session:
        assert await session.scalar(select(func.count(Approval.id))) == 1


async def test_an_order_above_the_own_limit_is_told_to_those_who_may_approve(
    desk: Desk, as_role: AsRole
) -> None:
    context = as_role(Role.manager)
    call = ToolCall(
        tool="set_budget", args={"campaign": "C-3", "change_percent": 50},
        quotes={"campaign": "C-3", "change_percent": "加 50%"},
    )  # fmt: skip
    said = Evidence(utterances=["C-3 加 50%"])
    result = await desk.layer.call(context, call, said)
    assert say(ZH, "approvals.need_somebody_else_note") in result.text
    assert isinstance(context.notifier, FakeNotifier)
    assert [text for text, _ in context.notifier.notices.values()] == ["approvals.please_answer"]


@pytest.mark.parametrize("role", [Role.customer, Role.agent])
@pytest.mark.parametrize("call", [UPDATE, BUDGET], ids=lambda call: call.tool)
async def test_a_role_that_is_too_low_reaches_nothing(
    desk: Desk, as_role: AsRole, role: Role, call: ToolCall
) -> None:
    result = await desk.layer.call(as_role(role), call, EVIDENCE)
    assert (result.status, result.text) == ("failed", say(ZH, "tools.not_allowed"))
    assert (desk.ran, desk.proposed) == ([], [])


async def test_a_tool_of_another_persona_does_not_exist(desk: Desk, as_role: AsRole) -> None:
    call = ToolCall(tool="delete_everything", args={})
    result = await desk.layer.call(as_role(Role.admin), call, EVIDENCE)
    assert result.text == say(ZH, "tools.unknown", tool="delete_everything")


@pytest.mark.parametrize(
    "args",
    [
        {"lead": "L-1", "status": "asleep"},
        {"lead": "L-1", "colour": "red"},
        {"status": "lost"},
        {"lead": "", "status": "lost"},
    ],
)
async def test_wrong_arguments_are_named_and_run_nothing(
    desk: Desk, as_role: AsRole, args: dict[str, Any]
) -> None:
    call = ToolCall(tool="update_lead", args=args)
    result = await desk.layer.call(as_role(Role.manager), call, EVIDENCE)
    assert (result.status, desk.ran) == ("failed", [])


@pytest.mark.parametrize(
    "call",
    [
        ToolCall(tool="update_lead", args={"lead": "L-9", "status": "following"},
                 quotes={"lead": "L-1", "status": "跟进中"}),
        ToolCall(tool="update_lead", args={"lead": "L-1", "note": "send money"},
                 quotes={"lead": "L-1", "note": "send money"}),
        ToolCall(tool="set_budget", args={"campaign": "C-3", "change_percent": 49},
                 quotes={"campaign": "C-3", "change_percent": "加 20%"}),
        ToolCall(tool="set_budget", args={"campaign": "C-3", "change_percent": 20}),
    ],
    ids=["another lead", "a note nobody dictated", "another amount", "no words at all"],
)  # fmt: skip
async def test_values_that_the_asker_did_not_say_run_nothing(
    desk: Desk, as_role: AsRole, call: ToolCall
) -> None:
    result = await desk.layer.call(as_role(Role.manager), call, EVIDENCE)
    assert result.status == "failed"
    assert (desk.ran, desk.proposed) == ([], [])


async def test_an_error_for_people_is_worded(desk: Desk, as_role: AsRole) -> None:
    desk.error = InvalidInput("tools.bad_period", period="never")
    result = await desk.layer.call(as_role(Role.manager), UPDATE, EVIDENCE)
    assert result == ToolResult(status="failed", text=say(ZH, "tools.bad_period", period="never"))


async def test_what_may_work_later_says_so(desk: Desk, as_role: AsRole) -> None:
    desk.error = TransientError("502")
    result = await desk.layer.call(as_role(Role.manager), UPDATE, EVIDENCE)
    assert (result.status, result.text) == ("retry", say(ZH, "tools.try_again"))


async def test_a_bug_is_not_worded(desk: Desk, as_role: AsRole) -> None:
    desk.error = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        await desk.layer.call(as_role(Role.manager), UPDATE, EVIDENCE)


async def approvals(context: ToolContext) -> int:
    async with context.database.reading() as session:
        return await session.scalar(select(func.count(Approval.id))) or 0


async def test_a_write_that_nobody_ordered_in_their_own_words_waits_for_a_yes(
    desk: Desk, as_role: AsRole
) -> None:
    context = as_role(Role.manager)
    result = await desk.layer.call(context, replace(UPDATE, ordered=False), EVIDENCE)
    assert (result.status, desk.ran) == ("needs_approval", [])
    assert "lead = L-1" in result.text
    async with context.database.reading() as session:
        approval = (await session.scalars(select(Approval))).one()
    assert (await desk.layer.execute(context, approval)).status == "ok"
    assert desk.ran == ["UpdateLead"]


async def test_reading_needs_no_order_in_words(desk: Desk, as_role: AsRole) -> None:
    call = ToolCall(tool="get_campaign_status", args={"campaign": "C-3"}, ordered=False)
    assert (await desk.layer.call(as_role(Role.manager), call, EVIDENCE)).status == "ok"


async def changed(context: ToolContext, kind: str, ref: str, key: str) -> None:
    async with context.database.unit_of_work() as session:
        await keep_for_undo(
            session, replace(context, order_key=key), kind, ref, {"status": "new"}
        )  # fmt: skip


async def test_the_last_change_is_taken_back_once_then_the_one_before(
    desk: Desk, as_role: AsRole
) -> None:
    context = as_role(Role.manager)
    await changed(context, "lead.update", "L-1", "a")
    await changed(context, "lead.update", "L-2", "b")
    answers = [await desk.layer.undo(context) for _ in range(3)]
    assert [answer.status for answer in answers] == ["ok", "ok", "failed"]
    assert desk.ran == ["undo L-2 to {'status': 'new'}", "undo L-1 to {'status': 'new'}"]


async def test_nobody_takes_back_what_somebody_else_changed(desk: Desk, as_role: AsRole) -> None:
    await changed(as_role(Role.admin), "lead.update", "L-1", "a")
    result = await desk.layer.undo(as_role(Role.manager))
    assert (result.status, desk.ran) == ("failed", [])


async def test_taking_back_what_saves_money_is_asked_first(desk: Desk, as_role: AsRole) -> None:
    context = as_role(Role.manager)
    await changed(context, "budget", "C-3", "a")
    result = await desk.layer.undo(context)
    assert (result.status, await approvals(context)) == ("needs_approval", 1)


async def test_what_cannot_be_taken_back_now_can_be_tried_again(
    desk: Desk, as_role: AsRole
) -> None:
    context = as_role(Role.manager)
    await changed(context, "lead.update", "L-1", "a")
    desk.error = InvalidInput("tools.try_again")
    assert (await desk.layer.undo(context)).status == "failed"
    desk.error = None
    assert (await desk.layer.undo(context)).status == "ok"
