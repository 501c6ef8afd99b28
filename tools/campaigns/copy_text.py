"""The copy of a plan as people read it before they agree: equal texts together, each with a number
that an edit can name."""

from collections.abc import Sequence

from tools.campaigns.copy_languages import Tongue, language_of, put_into, tongue_of
from tools.campaigns.copy_models import name_in
from tools.campaigns.copy_plans import Place, copies_of, own_copy
from tools.campaigns.copy_rules import findings, keeps, tidied
from tools.campaigns.plans import CreationPlan, PlannedCopy
from tools.context import ToolContext


def grouped(plan: CreationPlan) -> list[tuple[PlannedCopy, list[Place]]]:
    """The different texts in the order of their first ads, with all the ads of each."""
    groups: dict[str, tuple[PlannedCopy, list[Place]]] = {}
    for place, copy in copies_of(plan).items():
        groups.setdefault(copy.words, (copy, []))[1].append(place)
    return [*groups.values()]


def copy_lines(context: ToolContext, plan: CreationPlan) -> list[str]:
    """The texts, why one is not the creative's own, and whom their language does not suit."""
    tongue = tongue_of(plan.countries)
    title = context.say("ad_copy.plan.title", language=name_in(context.language, tongue.language))
    texts = [
        context.say(
            "ad_copy.plan.line", place=place, ads=_ads(context, plan, places),
            words=copy.words, source=source_of(context, copy),
        )
        for place, (copy, places) in enumerate(grouped(plan), start=1)
    ]  # fmt: skip
    return [
        "\n  ".join([title, *texts]),
        *copy_notes(context, plan),
        context.say("ad_copy.plan.hint"),
    ]


def copy_notes(context: ToolContext, plan: CreationPlan) -> list[str]:
    """Why a text is not the creative's own, and whom the language does not suit."""
    tongue = tongue_of(plan.countries)
    return [*_unused(context, plan, tongue), *_not_spoken(context, plan, tongue)]


def _written(plan: CreationPlan, tongue: Tongue) -> str:
    """The language of most of the texts: English where nobody could write the other."""
    by_models = [copy.source == "model" for copy in copies_of(plan).values()]
    return tongue.language if any(by_models) else tongue.ours


def source_of(context: ToolContext, copy: PlannedCopy) -> str:
    return context.say(f"ad_copy.source.{copy.source}", model=copy.model)


def told(context: ToolContext, platform: str, text: str) -> str:
    """Every rule of the platform that the text breaks, in words."""
    return context.say("campaigns.joint").join(
        context.say(f"ad_copy.rules.{each.rule}", found=each.found)
        for each in findings(platform, text)
    )


def _ads(context: ToolContext, plan: CreationPlan, places: Sequence[Place]) -> str:
    """CR-1、CR-2 · 18-35, or each with its own ad sets where they differ."""
    comma = context.say("ad_copy.plan.comma")
    by_creative: dict[str, list[int]] = {}
    for position, creative in places:
        by_creative.setdefault(creative, []).append(position)
    if len({tuple(positions) for positions in by_creative.values()}) == 1:
        positions = next(iter(by_creative.values()))
        return f"{comma.join(by_creative)} · {_ad_sets(context, plan, positions)}"
    return comma.join(
        f"{creative} {_ad_sets(context, plan, positions)}"
        for creative, positions in by_creative.items()
    )


def _ad_sets(context: ToolContext, plan: CreationPlan, positions: Sequence[int]) -> str:
    if len(positions) == len(plan.ad_sets) > 1:
        return context.say("ad_copy.plan.all_ad_sets")
    rows = [plan.ad_sets[position] for position in positions]
    return "/".join(f"{row.age_min}-{row.age_max}" for row in rows)


def _unused(context: ToolContext, plan: CreationPlan, tongue: Tongue) -> list[str]:
    """Own words that stand nowhere, because they break a rule or are in another language."""
    used = {copy.words for copy in copies_of(plan).values()}
    left = [each for each in plan.creatives if own_copy(plan, each) is None]
    left = [each for each in left if tidied(each.words) not in used]
    foreign = [
        each.id
        for each in left
        if put_into(each.words, tongue.language) is None
        and put_into(each.words, tongue.ours) is None
        and keeps(plan.platform, tidied(each.words))
    ]
    lines = [
        context.say(
            "ad_copy.plan.broken", creative=each.id,
            reasons=told(context, plan.platform, tidied(each.words)),
        )
        for each in left
        if each.id not in foreign
    ]  # fmt: skip
    if foreign:
        comma = context.say("ad_copy.plan.comma")
        lines.append(
            context.say(
                "ad_copy.plan.foreign", creatives=comma.join(foreign),
                language=name_in(context.language, tongue.language),
            )
        )  # fmt: skip
    return lines


def _not_spoken(context: ToolContext, plan: CreationPlan, tongue: Tongue) -> list[str]:
    """Countries that read another language, and a language that nobody here could write."""
    lines = []
    copies = copies_of(plan).values()
    if tongue.ours != tongue.language and any(copy.source != "model" for copy in copies):
        lines.append(
            context.say(
                "ad_copy.plan.in_english",
                language=name_in(context.language, tongue.language),
            )
        )
    if tongue.others:
        lines.append(
            context.say(
                "ad_copy.plan.others", countries=", ".join(tongue.others[:5]),
                language=name_in(context.language, tongue.language),
                own=context.say("ad_copy.plan.comma").join(
                    dict.fromkeys(
                        name_in(context.language, language_of(each)) for each in tongue.others
                    )
                ),
            )
        )  # fmt: skip
    return lines
