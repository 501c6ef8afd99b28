"""Who may say yes, to what, until when, and how often a plan can run."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from config.roles import Role
from config.settings import ApprovalSettings
from storage.database import Database, ReadSession
from storage.tables.organisation import Organisation, Person
from storage.tables.trust import Approval, ApprovalStatus
from tests.builders.chats import a_conversation
from tests.builders.context import a_context, an_asker
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock
from tools.approvals.errors import (
    ApprovalClosed,
    ApprovalExpired,
    ApprovalNotFound,
    NotYourApproval,
    PlanChanged,
)  # fmt: skip
from tools.approvals.service import ApprovalService, Verdict
from tools.result import Proposal


@dataclass
class Office:
    """An organisation with two managers, an admin, an agent and a customer."""

    database: Database
    clock: FakeClock
    organisation: Organisation
    people: dict[str, Person]
    conversation: int

    async def opens(self, cost: str = "100", order: str = "order:1") -> str:
        proposal = Proposal(
            summary="C-1 加预算", lines=("100 → 200",), daily_cost=Decimal(cost), plan={"to": "200"}
        )
        context = a_context(
            self.database, self.organisation, self.people["wang"], self.clock, order_key=order,
            conversation_id=self.conversation,
        )  # fmt: skip
        async with self.database.unit_of_work() as session:
            service = self.service(session)
            return f"P-{(await service.open(session, context, 'set_budget', proposal)).number}"

    async def approves(self, who: str, ref: str, inbox_id: int = 1) -> Verdict:
        async with self.database.unit_of_work() as session:
            return await self.service(session).approve(
                session, ref, an_asker(self.people[who]), inbox_id=inbox_id
            )

    async def rejects(self, who: str, ref: str) -> Approval:
        async with self.database.unit_of_work() as session:
            return await self.service(session).reject(ref, an_asker(self.people[who]))

    async def waiting(self) -> list[str]:
        async with self.database.unit_of_work() as session:
            return [f"P-{row.number}" for row in await self.service(session).pending()]

    def service(self, session: ReadSession) -> ApprovalService:
        return ApprovalService(
            session, self.organisation.id, clock=self.clock, settings=ApprovalSettings()
        )


@pytest.fixture
async def office(database: Database, clock: FakeClock) -> Office:
    roles = {
        "wang": Role.manager, "liu": Role.manager, "boss": Role.admin, "li": Role.agent,
        "guest": Role.customer,
    }  # fmt: skip
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        people = {
            name: await a_person(session, organisation, name=name, role=role)
            for name, role in roles.items()
        }
        conversation = await a_conversation(session, organisation)
    return Office(database, clock, organisation, people, conversation)


async def test_a_manager_confirms_a_small_order_of_his_own(office: Office) -> None:
    assert (await office.approves("wang", await office.opens("1000"))).next == "run"


async def test_a_larger_order_needs_somebody_else(office: Office) -> None:
    ref = await office.opens("1000.01")
    with pytest.raises(NotYourApproval):
        await office.approves("wang", ref)
    assert (await office.approves("liu", ref)).next == "run"


async def test_a_very_large_order_needs_two_others(office: Office) -> None:
    ref = await office.opens("10000.01")
    assert (await office.approves("liu", ref)).next == "wait"
    assert (await office.approves("liu", ref, inbox_id=2)).next == "wait"
    with pytest.raises(NotYourApproval):
        await office.approves("wang", ref)
    assert (await office.approves("boss", ref, inbox_id=3)).next == "run"


@pytest.mark.parametrize("who", ["li", "guest"])
async def test_staff_and_customers_cannot_say_yes(office: Office, who: str) -> None:
    ref = await office.opens()
    with pytest.raises(NotYourApproval):
        await office.approves(who, ref)


async def test_only_the_turn_of_the_deciding_vote_may_run_the_plan(office: Office) -> None:
    ref = await office.opens()
    assert (await office.approves("wang", ref, inbox_id=7)).next == "run"
    assert (await office.approves("wang", ref, inbox_id=7)).next == "run"
    with pytest.raises(ApprovalClosed):
        await office.approves("wang", ref, inbox_id=8)
    with pytest.raises(ApprovalClosed):
        await office.approves("liu", ref, inbox_id=9)


async def test_of_approvers_who_race_one_wins(office: Office) -> None:
    ref = await office.opens("5000")
    outcomes = await asyncio.gather(
        *(
            office.approves(who, ref, inbox_id=number)
            for number, who in enumerate(["liu", "boss", "liu", "boss"])
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, Verdict) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, ApprovalClosed) for outcome in outcomes) == 3


async def test_after_a_day_it_is_too_late(office: Office) -> None:
    ref = await office.opens()
    office.clock.advance(timedelta(hours=24))
    assert await office.waiting() == []
    with pytest.raises(ApprovalExpired):
        await office.approves("wang", ref)


async def test_what_nobody_answered_is_closed_once(office: Office) -> None:
    await office.opens()
    office.clock.advance(timedelta(hours=24))
    async with office.database.unit_of_work() as session:
        closed = await office.service(session).expire_due()
        assert [row.status for row in closed] == [ApprovalStatus.expired]
    async with office.database.unit_of_work() as session:
        assert await office.service(session).expire_due() == []


async def test_a_rejected_order_cannot_be_approved_any_more(office: Office) -> None:
    ref = await office.opens()
    await office.rejects("liu", ref)
    with pytest.raises(ApprovalClosed):
        await office.approves("wang", ref)


async def test_the_one_who_asked_may_always_take_it_back(office: Office) -> None:
    ref = await office.opens("50000")
    assert (await office.rejects("wang", ref)).status is ApprovalStatus.rejected


@pytest.mark.parametrize("who", ["li", "guest"])
async def test_staff_and_customers_cannot_reject(office: Office, who: str) -> None:
    ref = await office.opens()
    with pytest.raises(NotYourApproval):
        await office.rejects(who, ref)


@pytest.mark.parametrize("change", [{"plan": {"to": "9000"}}, {"daily_cost": Decimal(1)}])
async def test_a_plan_that_was_changed_behind_the_approval_does_not_run(
    office: Office, change: dict[str, object]
) -> None:
    ref = await office.opens("900")
    async with office.database.unit_of_work() as session:
        await session.execute(update(Approval).values(**change))
    with pytest.raises(PlanChanged):
        await office.approves("wang", ref)


async def test_a_repeated_turn_opens_one_approval(office: Office) -> None:
    assert await office.opens(order="inbox:1:0") == await office.opens(order="inbox:1:0") == "P-1"
    assert await office.opens(order="inbox:2:0") == "P-2"


@pytest.mark.parametrize("ref", ["P-9", "9", "", "P-", "abc", "P-99999999999999999999"])
async def test_an_unknown_id_is_named(office: Office, ref: str) -> None:
    await office.opens()
    with pytest.raises(ApprovalNotFound):
        await office.approves("wang", ref)


@pytest.mark.parametrize("ref", ["P-1", "p-1", "1", " p1 "])
async def test_an_id_is_found_however_it_is_typed(office: Office, ref: str) -> None:
    await office.opens()
    assert (await office.approves("wang", ref)).next == "run"
