"""An analysis in words: figures, verdict, warnings, and what to do."""

from storage.tables.optimization import Experiment, ExperimentStatus
from tools.campaigns.service import money, rate, ratio
from tools.context import ToolContext
from tools.optimization.analysing import Analysis, Variant
from tools.optimization.experiments import MIN_CONVERSIONS


def analysis_text(context: ToolContext, experiment: Experiment, found: Analysis) -> str:
    status = context.say(f"optimization.test.status.{experiment.status.value}")
    until = experiment.ends_at.astimezone(context.timezone)
    lines = [
        context.say(
            "optimization.test.title", ref=experiment.ref, name=experiment.name, status=status,
            campaign=experiment.campaign, until=f"{until:%m-%d %H:%M}",
        ),
        *(_variant(context, each, rank) for rank, each in enumerate(found.variants, start=1)),
        *_verdict(context, experiment, found),
    ]  # fmt: skip
    if found.skewed:
        lines.append(context.say("optimization.test.skewed"))
    return "\n".join(lines)


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
    """What weakens the verdict: an equal among several, or that somebody looked before the end."""
    lines = []
    if found.rival is not None:
        lines.append(context.say("optimization.test.rival", creative=found.rival.creative))
    key = "optimization.test.peeking_safe" if found.decided_early else "optimization.test.peeking"
    lines.append(context.say(key, p=_p(found.sequential_p)))
    return lines


def _advice(context: ToolContext, found: Analysis, winner: Variant, *, running: bool) -> list[str]:
    if winner is found.worst:
        return [context.say("optimization.test.dear_winner", creative=winner.creative)]
    if not running:
        return [context.say("optimization.test.use_winner", creative=winner.creative)]
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
