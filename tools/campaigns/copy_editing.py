"""A person changes the copy of a campaign that still waits for a yes: another plan comes of it,
which is shown again and binds nobody who agreed to the one before."""

import re
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from tools.campaigns.copy_languages import put_into, tongue_of
from tools.campaigns.copy_plans import Place, copies_of, places_of, put, renewed, with_words
from tools.campaigns.copy_rules import keeps, tidied
from tools.campaigns.copy_text import grouped, told
from tools.campaigns.failures import (
    CopyBreaksRules,
    NoSuchCopy,
    NothingElseToSay,
    RewritingNeedsModel,
)
from tools.campaigns.plans import CreationPlan, PlannedCopy
from tools.campaigns.proposing import proposal_of
from tools.context import ToolContext
from tools.result import Proposal
from tools.spec import Arguments

_CREATIVE = re.compile(r"CR[-_ ]?(\d{1,9})", re.IGNORECASE)
_AD_SET = re.compile(r"A[-_ ]?(?:\d{1,9}\.)?(\d{1,3})", re.IGNORECASE)
_AGES = re.compile(r"(\d{2})\s*[-~—到至]\s*(\d{2})")


class CopyEdit(Arguments):
    """`which` ads: the number of a text as shown, CR-2, A-2 (the second ad set), 18-35; all when it
    is empty. `words` for "set", other ones for "renew" (as the `wish` has them), the creative's
    for "own"."""

    which: str = Field(default="", max_length=40)
    how: Literal["set", "renew", "own"]
    words: str | None = Field(default=None, max_length=2_000)
    wish: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _words_to_set(self) -> Self:
        if (self.how == "set") != bool(self.words):
            raise ValueError("give words exactly when they are to be set")
        return self


async def revise_creation(context: ToolContext, stored: dict[str, Any], edit: CopyEdit) -> Proposal:
    """Raises NoSuchCopy, CopyBreaksRules, RewritingNeedsModel, NothingElseToSay."""
    plan = CreationPlan.model_validate(stored)
    places = _meant(plan, edit.which)
    if edit.how == "set":
        after = _set(context, plan, places, edit.words or "")
    elif edit.how == "own":
        after = _own(context, plan, places)
    else:
        if edit.wish and not context.writer.models:
            raise RewritingNeedsModel(edit.wish)
        after = await renewed(context, plan, places, edit.wish)
    if copies_of(after) == copies_of(plan):
        raise NothingElseToSay
    return proposal_of(context, after, chosen=True)


def _meant(plan: CreationPlan, which: str) -> list[Place]:
    """Raises NoSuchCopy with what there is."""
    places, groups = places_of(plan), grouped(plan)
    which = which.strip()
    if not which:
        return places
    if which.isdecimal():
        found = groups[int(which) - 1][1] if 0 < int(which) <= len(groups) else []
    elif match := _CREATIVE.fullmatch(which):
        found = [place for place in places if place[1] == f"CR-{int(match[1])}"]
    elif match := _AD_SET.fullmatch(which):
        found = [place for place in places if place[0] + 1 == int(match[1])]
    else:
        found = _of_ages(plan, places, which)
    if not found:
        raise NoSuchCopy(which, len(groups), [each.id for each in plan.creatives])
    return found


def _of_ages(plan: CreationPlan, places: list[Place], which: str) -> list[Place]:
    match = _AGES.fullmatch(which)
    if match is None:
        return []
    asked = (int(match[1]), int(match[2]))
    rows = [(row.age_min, row.age_max) for row in plan.ad_sets]
    return [place for place in places if rows[place[0]] == asked]


def _set(context: ToolContext, plan: CreationPlan, places: list[Place], said: str) -> CreationPlan:
    words = tidied(said)
    _check(context, plan, words)
    return with_words(plan, places, words)


def _own(context: ToolContext, plan: CreationPlan, places: list[Place]) -> CreationPlan:
    """Whatever language they are in: the person wants them."""
    language = tongue_of(plan.countries).language
    creatives = {each.id: each for each in plan.creatives}
    copies = {}
    for place in places:
        words = tidied(creatives[place[1]].words)
        put_so = put_into(words, language) or words
        _check(context, plan, put_so)
        source: Literal["creative", "converted"] = "creative" if put_so == words else "converted"
        copies[place] = PlannedCopy(creative=place[1], words=put_so, source=source)
    return put(plan, copies)


def _check(context: ToolContext, plan: CreationPlan, words: str) -> None:
    if not keeps(plan.platform, words):
        raise CopyBreaksRules(words, told(context, plan.platform, words))
