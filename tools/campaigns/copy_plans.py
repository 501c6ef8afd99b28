"""The copy of every ad of a campaign that is to be created: by the first model, the second, the
creative's own words, a template."""

from collections.abc import Collection, Sequence

from tools.campaigns.copy_languages import Tongue, put_into, tongue_of
from tools.campaigns.copy_models import Task, Written, written_by_models
from tools.campaigns.copy_rules import keeps, tidied
from tools.campaigns.copy_templates import angle_for, templates
from tools.campaigns.plans import CreationPlan, PlannedAdSet, PlannedCopy, PlannedCreative
from tools.campaigns.products import product_of
from tools.context import ToolContext

# Of more ads than these a model writes one text per creative: its answer has a limited length.
MOST_WRITTEN_APART = 9

# An ad of a plan: the place of its ad set, from 0, and its creative.
Place = tuple[int, str]


def places_of(plan: CreationPlan) -> list[Place]:
    """Creative by creative, which is the order in which people see them."""
    return [
        (position, creative.id)
        for creative in plan.creatives
        for position, ad_set in enumerate(plan.ad_sets)
        if creative in plan.creatives_of(ad_set)
    ]


def copies_of(plan: CreationPlan) -> dict[Place, PlannedCopy]:
    creatives = {each.id: each for each in plan.creatives}
    return {place: plan.ad_sets[place[0]].copy_of(creatives[place[1]]) for place in places_of(plan)}


async def with_copies(context: ToolContext, plan: CreationPlan) -> CreationPlan:
    """Every ad with words that keep the rules of its platform."""
    return await _rewritten(context, plan, places_of(plan), stale=frozenset())


def with_own_copies(plan: CreationPlan) -> CreationPlan:
    """Every ad with its creative's own words, in whatever language, or a template where those break
    a rule."""
    creatives = {each.id: tidied(each.words) for each in plan.creatives}
    return put(plan, {
        place: PlannedCopy(creative=place[1], words=creatives[place[1]], source="creative")
        if keeps(plan.platform, creatives[place[1]])
        else _by_ourselves(plan, place, frozenset())
        for place in places_of(plan)
    })  # fmt: skip


async def renewed(
    context: ToolContext, plan: CreationPlan, places: Sequence[Place], wish: str = ""
) -> CreationPlan:
    """The same with other words at `places`, as far as there are others; what a person wishes of
    them only a model can follow."""
    known = copies_of(plan)
    stale = frozenset(known[place].words for place in places)
    return await _rewritten(context, plan, places, stale=stale, wish=wish)


def with_words(plan: CreationPlan, places: Collection[Place], words: str) -> CreationPlan:
    """The same with these words at `places`, by a person."""
    return put(plan, {
        place: PlannedCopy(creative=place[1], words=words, source="person") for place in places
    })  # fmt: skip


def put(plan: CreationPlan, copies: dict[Place, PlannedCopy]) -> CreationPlan:
    known = copies_of(plan) | copies
    ad_sets = tuple(
        ad_set.model_copy(
            update={"copies": tuple(known[position, each.id] for each in plan.creatives_of(ad_set))}
        )
        for position, ad_set in enumerate(plan.ad_sets)
    )
    return plan.model_copy(update={"ad_sets": ad_sets})


def own_copy(plan: CreationPlan, creative: PlannedCreative) -> PlannedCopy | None:
    """The creative's own words where they keep the rules and are in the language of the ads."""
    tongue, words = tongue_of(plan.countries), tidied(creative.words)
    put_so = put_into(words, tongue.language) or put_into(words, tongue.ours)
    if put_so is None or not keeps(plan.platform, put_so):
        return None
    source = "creative" if put_so == words else "converted"
    return PlannedCopy(creative=creative.id, words=put_so, source=source)


async def _rewritten(
    context: ToolContext, plan: CreationPlan, places: Sequence[Place], *,
    stale: frozenset[str], wish: str = "",
) -> CreationPlan:  # fmt: skip
    written = await _by_models(context, plan, places, stale, wish)
    return put(plan, {
        place: PlannedCopy(
            creative=place[1], words=written[place].words, source="model",
            model=written[place].model,
        )
        if place in written
        else _by_ourselves(plan, place, stale)
        for place in places
        if place in written or not wish
    })  # fmt: skip


async def _by_models(
    context: ToolContext, plan: CreationPlan, places: Sequence[Place], stale: frozenset[str],
    wish: str,
) -> dict[Place, Written]:  # fmt: skip
    if not context.writer.models:
        return {}
    creatives = {each.id: each for each in plan.creatives}
    apart = len(places) <= MOST_WRITTEN_APART
    keys = {place: _key(place) if apart else place[1] for place in places}
    ages = {
        key: [_ages(plan.ad_sets[place[0]]) for place in places if keys[place] == key]
        for key in keys.values()
    }
    wanted = {
        key: {
            "title": creatives[place[1]].title, "words": creatives[place[1]].words,
            "ages": ages[key],
        }
        for place, key in keys.items()
    }  # fmt: skip
    product = product_of(plan.product_url or "")
    about = {
        "platform": plan.platform, "objective": plan.objective, "countries": plan.countries,
        "product": product, "page": plan.product_url or "",
        "not_again": sorted(stale), "wish": wish,
    }  # fmt: skip
    task = Task(
        platform=plan.platform, language=tongue_of(plan.countries).language, about=about,
        wanted=wanted, stale=stale,
        facts=" ".join([product, wish, *(f"{each.title} {each.words}" for each in plan.creatives)]),
    )  # fmt: skip
    done = await written_by_models(context, task)
    return {place: done[key] for place, key in keys.items() if key in done}


def _by_ourselves(plan: CreationPlan, place: Place, stale: frozenset[str]) -> PlannedCopy:
    """The first that is not stale, and behind a stale one the one that follows it."""
    ad_set = plan.ad_sets[place[0]]
    creative = next(each for each in plan.creatives if each.id == place[1])
    tongue = tongue_of(plan.countries)
    texts = templates(
        plan.platform, plan.objective, tongue.ours, _subjects(plan, creative, tongue),
        angle_for(ad_set.age_min, ad_set.age_max),
    )  # fmt: skip
    own = own_copy(plan, creative)
    choice = [own] if own else []
    choice += [PlannedCopy(creative=place[1], words=text, source="template") for text in texts]
    now = ad_set.copy_of(creative).words
    after = next((i + 1 for i, each in enumerate(choice) if stale and each.words == now), 0)
    fresh = (each for each in [*choice[after:], *choice[:after]] if each.words not in stale)
    return next(fresh, choice[0])


def _subjects(plan: CreationPlan, creative: PlannedCreative, tongue: Tongue) -> list[str]:
    """What a template may call the product."""
    named = (tidied(creative.title), product_of(plan.product_url or ""))
    return [text for name in named if name and (text := put_into(name, tongue.ours)) is not None]


def _key(place: Place) -> str:
    return f"{place[0] + 1}/{place[1]}"


def _ages(ad_set: PlannedAdSet) -> str:
    return f"{ad_set.age_min}-{ad_set.age_max}"
