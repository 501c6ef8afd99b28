"""Plans and contexts for the words of ads: no database is behind them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, cast

from config.i18n import Language
from config.roles import Role
from storage.database import Database
from storage.tables.organisation import Organisation, Person
from tests.builders.context import a_context
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeWriter
from tools.campaigns.plans import CreationPlan, PlannedAdSet, PlannedCreative
from tools.campaigns.proposing import AGE_GROUPS
from tools.context import ToolContext

OWN = "小班上课，先试听再决定。"


def copy_context(writer: FakeWriter | None = None, **overrides: Any) -> ToolContext:
    organisation = Organisation(id=1, slug="acme", created_at=datetime(2026, 1, 1, tzinfo=UTC))
    person = Person(id=1, name="王经理", role=Role.manager)
    given = {"language": Language.zh_cn, "writer": writer or FakeWriter()} | overrides
    return a_context(cast(Database, None), organisation, person, FakeClock(), **given)


def a_creative(number: int = 1, words: str = OWN, title: str = "外教试听课") -> PlannedCreative:
    return PlannedCreative(id=f"CR-{number}", title=title, words=words, url="https://a.cn/1.png")


def a_plan(*creatives: PlannedCreative, **values: Any) -> CreationPlan:
    ad_sets = tuple(
        PlannedAdSet(name=f"CN {low}-{high}", age_min=low, age_max=high, daily_budget=Decimal(100))
        for low, high in AGE_GROUPS
    )
    given: dict[str, Any] = {
        "platform": "sandbox", "name": "秋季", "objective": "sales", "daily_budget": Decimal(300),
        "countries": ("CN",), "product_url": None, "target_roas": None, "target_cpa": None,
        "ad_sets": ad_sets, "creatives": creatives or (a_creative(),), "ordered_by": 1,
    }  # fmt: skip
    return CreationPlan(**(given | values))
