"""Whatever is ordered, agreed to, undone, lost and killed, in any order and at once: what runs never
passes the limits."""

import asyncio
import shutil
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.errors import TransientError, UserFacingError
from config.limits import SpendingLimits
from storage.database import Database
from tests.builders.campaigns import Crash, Shop, a_shop
from tests.fakes.clock import FakeClock
from tools.campaigns.arguments import ManageCampaign, SetBudget
from tools.campaigns.budgets import check_plan, propose_budget
from tools.campaigns.changes import apply
from tools.campaigns.limits_desk import show_limits
from tools.campaigns.managing import pause, propose_management
from tools.campaigns.plans import ChangePlan
from tools.campaigns.platforms.errors import ErrorCode
from tools.campaigns.undoing import undo_changes
from tools.context import ToolContext
from tools.result import Proposal
from tools.undo import last_change, mark_undone

LIMITS = SpendingLimits(
    organisation=Decimal(250), campaign=Decimal(170), day=Decimal(600), person=Decimal(580)
)
REFS = ("C-1", "C-2", "C-3")
WISHES = ("start", "raise", "cut", "undo")
ENDS = ("fine", "dies", "lost", "refused")
SWITCHES = ("set_status", "set_ad_set_status", "set_daily_budget")


@dataclass
class Office:
    """Campaigns of 100 a day, and plans that wait for somebody's yes."""

    shop: Shop
    plans: list[dict[str, Any]] = field(default_factory=list)
    begun: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    orders: int = 0

    def context(self, order_key: str = "") -> ToolContext:
        self.orders += 1
        return self.shop.context(order_key or f"order:{self.orders}", limits=LIMITS)

    async def wish(self, what: str, ref: str) -> None:
        try:
            proposal = await self._proposal(what, ref)
        except (UserFacingError, TransientError):
            return
        if isinstance(proposal, Proposal):
            self.plans.append(proposal.plan)

    async def _proposal(self, what: str, ref: str) -> object:
        if what == "start":
            order = ManageCampaign(campaign=ref, action="start")
            return await propose_management(self.context(), order)
        if what == "undo":
            async with self.shop.database.reading() as session:
                change = await last_change(session, self.context())
            if change is None:
                return None
            back = await undo_changes(self.context(), change)
            async with self.shop.database.unit_of_work() as session:
                await mark_undone(session, self.context(), change)
            return back
        percent = Decimal(50) if what == "raise" else Decimal(-20)
        return await propose_budget(self.context(), SetBudget(campaign=ref, change_percent=percent))

    async def agree(self, ends: list[str]) -> None:
        """To as many plans as there are ends, at once; and what died before is tried again."""
        chosen, self.plans = self.plans[: len(ends)], self.plans[len(ends) :]
        again, self.begun = self.begun, []
        await asyncio.gather(
            *(self._run(plan, end) for plan, end in zip(chosen, ends, strict=False)),
            *(self._run(plan, "fine", key) for key, plan in again),
        )

    async def _run(self, plan: dict[str, Any], end: str, key: str = "") -> None:
        context = self.context(key)
        faults = self.shop.sandbox.faults
        if end == "dies":
            context = self._dying(context.order_key)
        for method in SWITCHES if end in ("lost", "refused") else ():
            if end == "lost":
                faults.lose_answer(method)
            else:
                faults.refuse(method, ErrorCode.SERVICE_UNAVAILABLE)
        try:
            # As every tool, rule and undo does it.
            await check_plan(context, ChangePlan.model_validate(plan))
            await apply(context, ChangePlan.model_validate(plan))
        except Crash:
            self.begun.append((context.order_key, plan))
        except (UserFacingError, TransientError):
            return

    def _dying(self, order_key: str) -> ToolContext:
        dying = self.shop.dying(order_key)
        return self.shop.context(order_key, limits=LIMITS, ledger=dying.ledger)

    async def stop(self, ref: str) -> None:
        try:
            await pause(self.context(), ManageCampaign(campaign=ref, action="pause"))
        except (UserFacingError, TransientError):
            return

    async def does(self, kind: str, *words: Any) -> None:
        if kind == "wish":
            await self.wish(*words)
        elif kind == "agree":
            await self.agree(*words)
        else:
            await self.stop(*words)

    async def check(self) -> None:
        total = Decimal(0)
        for campaign in await self.shop.campaigns.list():
            live = await self.shop.sandbox.get_campaign(campaign.external_id)
            on = sum(
                (row.daily_budget for row in live.ad_sets if row.status == "active"), Decimal(0)
            )
            assert on <= LIMITS.campaign
            total += on if live.status == "active" else 0
        assert total <= LIMITS.organisation
        used = (await show_limits(self.context())).data
        assert Decimal(used["day"]["used"]) <= LIMITS.day
        assert Decimal(used["person"]["used"]) <= LIMITS.person
        # The books never say less than what runs.
        assert Decimal(used["organisation"]["used"]) >= total


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wish"), st.sampled_from(WISHES), st.sampled_from(REFS)),
        st.tuples(st.just("agree"), st.lists(st.sampled_from(ENDS), min_size=1, max_size=3)),
        st.tuples(st.just("stop"), st.sampled_from(REFS)),
    ),
    min_size=4, max_size=12,
)  # fmt: skip


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_no_interleaving_runs_past_a_limit(
    sqlite_template: Path, tmp_path: Path, steps: list[tuple[Any, ...]]
) -> None:
    async def story() -> None:
        url = f"sqlite+aiosqlite:///{shutil.copy(sqlite_template, tmp_path / 'huoke.db')}"
        async with Database(url) as database:
            shop = await a_shop(database, FakeClock())
            await shop.creative()
            for ref in REFS:
                await shop.campaign(f"create:{ref}", daily_budget=Decimal(100))
            office = Office(shop)
            await asyncio.gather(*(office.wish("start", ref) for ref in REFS))
            for kind, *words in steps:
                await office.does(kind, *words)
                await office.check()

    for name in ("huoke.db", "huoke.db-wal", "huoke.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    asyncio.run(story())
