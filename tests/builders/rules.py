"""A desk at which rules are made and checked, over a campaign whose figures a test decides."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from config.roles import Role
from config.settings import ApprovalSettings
from storage.tables.optimization import RuleCheck
from storage.tables.trust import Approval
from tests.builders.campaigns import Shop
from tests.builders.metrics import FiguresAsTold, daily
from tests.fakes.ports import FakeNotifier, FakePlatforms
from tools.campaigns.platforms.base import AdMetrics
from tools.context import Asker, ToolContext
from tools.optimization.arguments import CreateRule, ListRules
from tools.optimization.jobs import check_rules
from tools.optimization.ruling import create_rule, list_rules
from tools.optimization.undoing import UNDO
from tools.undo import last_change

SETTINGS = ApprovalSettings()


@dataclass
class Desk:
    """C-1 runs with 100 a day per ad set; the first has a CPA of 90, the others of 30."""

    shop: Shop
    rows: Sequence[AdMetrics]
    notifier: FakeNotifier = field(default_factory=FakeNotifier)

    def context(self, order_key: str = "inbox:1:0", **more: Any) -> ToolContext:
        platform = FiguresAsTold(self.shop.sandbox, self.rows)
        given = {"platforms": FakePlatforms(platform), "notifier": self.notifier}
        return self.shop.context(order_key, **(given | more))

    @property
    def service(self) -> ToolContext:
        """What a job gets."""
        return self.context(
            "job:1", asker=Asker(id=0, name="HuoKe", role=Role.admin), conversation_id=0
        )

    async def rule(self, order_key: str = "inbox:1:0", **arguments: Any) -> str:
        defaults: dict[str, Any] = {
            "metric": "cpa", "operator": "greater_than", "value": Decimal(60),
            "time_range": "24h", "action": "pause_adset",
        }  # fmt: skip
        order = CreateRule(**(defaults | arguments))
        return str((await create_rule(self.context(order_key), order)).data["rule"])

    async def check(self) -> None:
        await check_rules(SETTINGS, self.service, {})

    async def live(self) -> list[str]:
        live = await self.shop.campaigns.live(await self.shop.campaigns.get("C-1"))
        return [f"{row.status.value} {row.daily_budget:.2f}" for row in live.ad_sets]

    async def checks(self) -> list[RuleCheck]:
        async with self.shop.database.reading() as session:
            return list(await session.scalars(select(RuleCheck).order_by(RuleCheck.id)))

    async def outcomes(self, ad_set: str = "A-1.1") -> list[str]:
        return [row.outcome.value for row in await self.checks() if row.ad_set == ad_set]

    async def undo(self) -> bool:
        """Take the last change back; whether the rule is on then."""
        async with self.shop.database.reading() as session:
            record = await last_change(session, self.context())
        assert record is not None
        await UNDO[record.kind].run(self.context("inbox:9:0"), record)
        listed = await list_rules(self.context(), ListRules())
        return bool(listed.data["rules"][0]["enabled"])

    async def approvals(self) -> list[Approval]:
        async with self.shop.database.reading() as session:
            return list(await session.scalars(select(Approval)))


async def a_desk(shop: Shop, **campaign_arguments: Any) -> Desk:
    campaign = await shop.running_campaign(daily_budget=Decimal(300), **campaign_arguments)
    today = shop.sandbox.today(shop.clock.now())
    dear, *others = campaign.ad_sets
    days = range(-3, 8)
    rows = daily(campaign, dear, today, spend=90, revenue=90, conversions=1, days=days)
    for row in others:
        rows += daily(campaign, row, today, spend=90, revenue=360, conversions=3, days=days)
    return Desk(shop, rows)
