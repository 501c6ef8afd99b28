"""An analysis in words: what to do now, figures, verdict, warnings."""

from datetime import timedelta

from storage.tables.optimization import Experiment, ExperimentStatus
from tools.campaigns.service import money, rate, ratio
from tools.context import ToolContext
from tools.optimization.analysing import Analysis, Variant
from tools.optimization.experiments import ALPHA, MIN_CONVERSIONS
from tools.optimization.looking import Course


def analysis_text(
    context: ToolContext, experiment: Experiment, found: Analysis, *, on: bool = True
) -> str:
    """`on`: its campaign spends."""
    status = context.say(f"optimization.test.status.{experiment.status.value}")
    until = experiment.ends_at.astimezone(context.timezone)
    running = experiment.status is ExperimentStatus.running
    lines = [
        context.say(
            "optimization.test.title", ref=experiment.ref, name=experiment.name, status=status,
            campaign=experiment.campaign, until=f"{until:%m-%d %H:%M}",
        ),
        *([_now(context, experiment, found, on=on)] if running else []),
        *(_variant(context, each, rank) for rank, each in enumerate(found.variants, start=1)),
        *_verdict(context, experiment, found),
        *(_course(context, found, found.course, running=running) if found.course else []),
        *_pairs(context, found),
    ]  # fmt: skip
    if found.skewed:
        lines.append(context.say("optimization.test.skewed", p=_p(found.sample_ratio_p)))
    return "\n".join(lines)


def _now(context: ToolContext, experiment: Experiment, found: Analysis, *, on: bool) -> str:
    """One sentence: stop, or go on until when."""
    ends = experiment.ends_at.astimezone(context.timezone)
    values = {"campaign": experiment.campaign, "until": f"{ends:%m-%d %H:%M}"}
    if not on:
        return context.say("optimization.test.now.paused", **values)
    if found.skewed:
        return context.say("optimization.test.now.skewed", **values)
    if found.may_stop:
        return context.say("optimization.test.now.stop", **values, creative=found.best.creative)
    if found.p_value is not None:
        return context.say("optimization.test.now.go_on", **values)
    if found.days_left is None:
        return context.say("optimization.test.now.wait", **values)
    ready = context.local_now() + timedelta(days=found.days_left)
    key = "gather" if ready <= ends else "too_slow"
    return context.say(f"optimization.test.now.{key}", **values, ready=f"{ready:%m-%d}")


def _course(
    context: ToolContext, found: Analysis, course: Course, *, running: bool
) -> list[str]:  # fmt: skip
    """The boundary of the present look, and the interval that holds at any time."""
    lines = []
    if running:
        key = "crossed" if course.crossed else "not_crossed"
        lines.append(
            context.say(
                "optimization.test.look", look=course.look, planned=course.planned,
                z=f"{abs(course.z):.2f}", bound=f"{course.bound:.2f}",
                state=context.say(f"optimization.test.{key}"),
            )
        )  # fmt: skip
    interval = course.looks[-1].interval
    if interval is not None:
        lines.append(
            context.say(
                "optimization.test.interval", leader=found.of(course.leader).creative,
                other=found.of(course.runner_up).creative, low=_percent(interval.low),
                high=_percent(interval.high),
            )
        )  # fmt: skip
    return lines


def _pairs(context: ToolContext, found: Analysis) -> list[str]:
    """Which of several variants differ, corrected for how many are compared."""
    if found.p_value is None or not found.pairs:
        return []
    told = [
        context.say(
            "optimization.test.pair", first=found.of(each.first).creative,
            second=found.of(each.second).creative, p=_p(each.p_value),
            sign="≠" if each.p_value < ALPHA else "≈",
        )
        for each in found.pairs
    ]  # fmt: skip
    joint = context.say("campaigns.joint")
    return [context.say("optimization.test.pairs", pairs=joint.join(told))]


def _percent(share: float) -> str:
    return f"{share:+.0%}".replace("-", "−")


def _variant(context: ToolContext, each: Variant, rank: int) -> str:
    figures = each.figures
    return context.say(
        "optimization.test.line", rank=rank, creative=each.creative, roas=ratio(figures.roas),
        rate=f"{each.rate:.3%}", low=f"{each.interval.low:.3%}", high=f"{each.interval.high:.3%}",
        ctr=rate(figures.ctr), conversions=figures.conversions,
        spend=money(context, figures.spend), revenue=money(context, figures.revenue),
    )  # fmt: skip


def _verdict(context: ToolContext, experiment: Experiment, found: Analysis) -> list[str]:
    running = experiment.status is ExperimentStatus.running
    if found.p_value is None:
        return [*_not_enough(context, found, running=running), *_early(context, found, running)]
    if found.winner is None:
        return [
            context.say("optimization.test.no_winner", p=_p(found.p_value)),
            context.say("optimization.test.go_on"),
        ]
    return [
        context.say(
            "optimization.test.winner", creative=found.winner.creative, p=_p(found.p_value)
        ),
        *_doubts(context, found),
        *_advice(context, found, found.winner, running=running),
    ]  # fmt: skip


def _not_enough(context: ToolContext, found: Analysis, *, running: bool) -> list[str]:
    fewest = found.fewest
    have = {"creative": fewest.creative, "have": fewest.figures.conversions, "min": MIN_CONVERSIONS}
    lines = [context.say("optimization.test.not_enough", **have)]
    if not running:
        lines.append(context.say("optimization.test.ended_early"))
    elif found.days_left is None:
        lines.append(context.say("optimization.test.no_pace"))
    else:
        lines.append(context.say("optimization.test.days_left", n=found.days_left))
    return lines


def _early(context: ToolContext, found: Analysis, running: bool) -> list[str]:
    if not (running and found.decided_early):
        return []
    return [
        context.say(
            "optimization.test.early", creative=found.best.creative, p=_p(found.sequential_p)
        )
    ]


def _doubts(context: ToolContext, found: Analysis) -> list[str]:
    """What weakens or supports the verdict: an equal among several, and the test that may be read at
    any time."""
    lines = []
    if found.rival is not None:
        lines.append(context.say("optimization.test.rival", creative=found.rival.creative))
    if found.decided_early:
        lines.append(context.say("optimization.test.peeking_safe", p=_p(found.sequential_p)))
    return lines


def _advice(context: ToolContext, found: Analysis, winner: Variant, *, running: bool) -> list[str]:
    if winner is found.worst:
        return [context.say("optimization.test.dear_winner", creative=winner.creative)]
    if not running:
        return [context.say("optimization.test.use_winner", creative=winner.creative)]
    if not found.may_stop:
        return [context.say("optimization.test.not_yet")]
    return [
        context.say(
            "optimization.test.stop_worst", creative=found.worst.creative, ad_set=found.worst.ad_set
        ),
        context.say(
            "optimization.test.raise_winner", creative=winner.creative, ad_set=winner.ad_set
        ),
    ]


def _p(value: float) -> str:
    return "<0.0001" if value < 0.0001 else f"{value:.4f}"
