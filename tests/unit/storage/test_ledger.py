"""An outside effect happens once per key, whatever breaks in between."""

from typing import Any

import pytest
from sqlalchemy import select

from config.errors import AppError, PermanentError, TransientError
from storage.database import Database
from storage.ledger import ActionLedger, KeyReused, OutcomeUnknown
from storage.tables.organisation import Organisation
from storage.tables.work import Action, ActionStatus
from tests.builders.organisation import an_organisation
from tests.fakes.clock import FakeClock


class Receiver:
    """An outside system that keeps what it was told; each fault hits one call."""

    def __init__(self) -> None:
        self.effects = 0
        self.fault: str | None = None
        self.reachable = True

    async def act(self) -> dict[str, Any]:
        fault, self.fault = self.fault, None
        if fault == "refused":
            raise PermanentError("no")
        if fault == "lost before":
            raise TransientError("connection refused")
        self.effects += 1
        if fault == "lost after":
            raise TransientError("timed out")
        if fault == "killed after":
            raise SystemExit
        return {"id": self.effects}

    async def find(self) -> dict[str, Any] | None:
        if not self.reachable:
            raise TransientError("down")
        return {"id": self.effects} if self.effects else None


class Fence:
    lost = False

    async def check(self) -> None:
        if self.lost:
            raise AppError("lease lost")


@pytest.fixture
async def organisation(database: Database) -> Organisation:
    async with database.unit_of_work() as session:
        return await an_organisation(session)


@pytest.fixture
def fence() -> Fence:
    return Fence()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def ledger(
    database: Database, organisation: Organisation, clock: FakeClock, fence: Fence
) -> ActionLedger:
    return ActionLedger(database, organisation_id=organisation.id, clock=clock, fence=fence)


async def once(ledger: ActionLedger, receiver: Receiver, amount: str = "5.00") -> dict[str, Any]:
    return await ledger.once(
        "order:1", "set_budget", {"amount": amount}, act=receiver.act, find=receiver.find
    )


async def status(database: Database) -> ActionStatus:
    async with database.reading() as session:
        return (await session.scalars(select(Action))).one().status


async def test_a_repeated_order_returns_the_first_result(
    ledger: ActionLedger, receiver: Receiver
) -> None:
    assert await once(ledger, receiver) == {"id": 1}
    assert await once(ledger, receiver) == {"id": 1}
    assert receiver.effects == 1


async def test_the_same_key_with_another_request_is_refused(
    ledger: ActionLedger, receiver: Receiver
) -> None:
    await once(ledger, receiver)
    with pytest.raises(KeyReused):
        await once(ledger, receiver, amount="6.00")
    assert receiver.effects == 1


async def test_an_answer_that_got_lost_is_read_back(
    ledger: ActionLedger, receiver: Receiver, database: Database
) -> None:
    receiver.fault = "lost after"
    assert await once(ledger, receiver) == {"id": 1}
    assert await status(database) is ActionStatus.completed


async def test_a_call_that_surely_did_nothing_may_be_tried_again(
    ledger: ActionLedger, receiver: Receiver, database: Database
) -> None:
    receiver.fault = "lost before"
    with pytest.raises(TransientError):
        await once(ledger, receiver)
    assert await status(database) is ActionStatus.failed
    assert await once(ledger, receiver) == {"id": 1}
    assert receiver.effects == 1


async def test_a_worker_killed_after_the_effect_does_not_repeat_it(
    ledger: ActionLedger, receiver: Receiver
) -> None:
    receiver.fault = "killed after"
    with pytest.raises(SystemExit):
        await once(ledger, receiver)
    assert await once(ledger, receiver) == {"id": 1}
    assert receiver.effects == 1


async def test_when_nobody_can_tell_a_human_is_asked(
    ledger: ActionLedger, receiver: Receiver, database: Database
) -> None:
    receiver.fault, receiver.reachable = "lost after", False
    with pytest.raises(OutcomeUnknown):
        await once(ledger, receiver)
    assert await status(database) is ActionStatus.unknown
    receiver.reachable = True
    assert await once(ledger, receiver) == {"id": 1}
    assert receiver.effects == 1


async def test_a_refusal_is_written_down(
    ledger: ActionLedger, receiver: Receiver, database: Database
) -> None:
    receiver.fault = "refused"
    with pytest.raises(PermanentError):
        await once(ledger, receiver)
    assert await status(database) is ActionStatus.failed


async def test_a_worker_that_lost_its_lease_does_not_act(
    ledger: ActionLedger, receiver: Receiver, fence: Fence
) -> None:
    fence.lost = True
    with pytest.raises(AppError, match="lease lost"):
        await once(ledger, receiver)
    assert receiver.effects == 0
