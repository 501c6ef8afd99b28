"""What an approver agrees to, as complete JSON: amounts are strings, nothing is looked up later."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from tools.arguments import Objective, Platform
from tools.campaigns.platforms.base import SpecialCategory


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


CopySource = Literal["creative", "converted", "model", "template", "person"]


class PlannedCreative(_Part):
    """`words` are its own, which are not always those of its ads."""

    id: str
    title: str
    words: str
    url: str


class PlannedCopy(_Part):
    """The words of one ad, character by character as the approver saw them. `model` is the name of
    the one that wrote them."""

    creative: str
    words: str
    source: CopySource
    model: str = ""


class PlannedAdSet(_Part):
    """`creative` is the only one that runs here; None: all of the plan. An ad without a copy here
    has its creative's own words."""

    name: str
    age_min: int
    age_max: int
    daily_budget: Decimal
    creative: str | None = None
    copies: tuple[PlannedCopy, ...] = ()

    def copy_of(self, creative: PlannedCreative) -> PlannedCopy:
        own = PlannedCopy(creative=creative.id, words=creative.words, source="creative")
        return next((each for each in self.copies if each.creative == creative.id), own)


class CreationPlan(_Part):
    """One ad per creative in every ad set that does not name its own; `ordered_by` is the id of
    the person who asked. `account` is the id of the ad account it goes to, None where the platform
    has one only."""

    platform: Platform
    name: str
    objective: Objective
    daily_budget: Decimal
    countries: tuple[str, ...]
    product_url: str | None
    target_roas: Decimal | None
    target_cpa: Decimal | None
    ad_sets: tuple[PlannedAdSet, ...]
    creatives: tuple[PlannedCreative, ...]
    ordered_by: int
    account: str | None = None
    special_category: SpecialCategory | None = None

    def creatives_of(self, ad_set: PlannedAdSet) -> tuple[PlannedCreative, ...]:
        return tuple(each for each in self.creatives if ad_set.creative in (None, each.id))


Field = Literal["status", "daily_budget"]


class Fact(_Part):
    """The value of one field of C-3 or A-3.1; budgets with two decimals, `100.00`."""

    ref: str
    field: Field
    value: str


class Change(_Part):
    """`why` is a sentence for people, empty when they gave the order themselves."""

    ref: str
    field: Field
    before: str
    after: str
    why: str = ""

    @property
    def moved(self) -> Decimal:
        """The daily money that a budget change adds or takes away; zero for a switch."""
        if self.field == "status":
            return Decimal(0)
        return abs(Decimal(self.after) - Decimal(self.before))


class ChangePlan(_Part):
    """Changes to one campaign, in this order. `seen` are further facts that the approver relied
    on: when one of them is different at execution, nothing is changed. `undoing` takes an earlier
    plan back: it may go all the way at once, and is not itself taken back by /undo."""

    campaign: str
    changes: tuple[Change, ...]
    seen: tuple[Fact, ...] = ()
    undoing: bool = False


def amount(value: Decimal) -> str:
    """A budget as plans and facts spell it."""
    return f"{value:.2f}"
