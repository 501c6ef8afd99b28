"""How sure a test is by now: a difference and the rates behind it, day by day, with their intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from tools.reports import canvas
from tools.reports.canvas import BLUE, GREY, INK, PALE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, which can be told apart without colour vision; markers differ, too.
_COLOURS = (BLUE, "#D55E00", "#009E73", "#CC79A7", "#E69F00", GREY)
_MARKERS = "osD^vP"
# How much wider than the last interval the picture of all is: the first ones are huge.
_VIEW = 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day's value and where it lies between."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A point for each day, None where there is none."""

    label: str
    points: Sequence[Point | None]


def interval_chart(
    title: str, days: Sequence[date], difference: Curve, rates: Sequence[Curve], *, rates_label: str
) -> bytes:
    """Above, a difference as a share (0.1: a tenth) with its band around the line of no difference;
    below, the rates with their intervals."""
    with canvas.DRAWING:
        figure = canvas.figure(title, 6.2)
        above, below = figure.subplots(2, 1)
        _difference(above, difference)
        _rates(below, rates)
        for axes, label in ((above, difference.label), (below, rates_label)):
            canvas.date_ticks(axes, days)
            canvas.tidy(axes)
            axes.set_xlim(-0.5, len(days) - 0.5)
            axes.grid(axis="y", color=PALE, linewidth=0.8)
            axes.set_title(label, loc="left", fontproperties=canvas.font(10), color=INK)
        below.legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=4, frameon=False,
            prop=canvas.font(9), labelcolor=INK, handlelength=1.2, columnspacing=1.4,
        )  # fmt: skip
        return canvas.png(figure)


def _difference(axes: "Axes", curve: Curve) -> None:
    from matplotlib.ticker import FuncFormatter

    known = [(at, point) for at, point in enumerate(curve.points) if point is not None]
    axes.axhline(0, color=INK, linewidth=1)
    # The font has no minus sign of its own, which matplotlib would take.
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:+.0%}" if value else "0")
    )
    if not known:
        return
    places = [at for at, _ in known]
    lows, highs = [point.low for _, point in known], [point.high for _, point in known]
    values = [point.value for _, point in known]
    axes.fill_between(places, lows, highs, color=BLUE, alpha=0.15, linewidth=0)
    axes.errorbar(
        places[-1:], values[-1:], yerr=[[values[-1] - lows[-1]], [highs[-1] - values[-1]]],
        color=BLUE, linewidth=1.5, capsize=4,
    )  # fmt: skip
    axes.plot(places, values, color=BLUE, linewidth=2, marker="o", markersize=3.5)
    reach = _VIEW * max(abs(lows[-1]), abs(highs[-1]))
    axes.set_ylim(-reach, reach)
    for value in (lows[-1], values[-1], highs[-1]):
        _beside(axes, places[-1], value, f"{value:+.0%}")


def _rates(axes: "Axes", curves: Sequence[Curve]) -> None:
    from matplotlib.ticker import PercentFormatter

    for row, curve in enumerate(curves):
        aside = (row - (len(curves) - 1) / 2) * min(0.16, 0.6 / len(curves))
        known = [(at + aside, point) for at, point in enumerate(curve.points) if point is not None]
        axes.errorbar(
            [at for at, _ in known], [point.value for _, point in known],
            yerr=[[point.value - point.low for _, point in known],
                  [point.high - point.value for _, point in known]],
            color=_COLOURS[row % len(_COLOURS)], marker=_MARKERS[row % len(_MARKERS)],
            markersize=3.5, linewidth=1.5, elinewidth=1, capsize=2, label=curve.label,
        )  # fmt: skip
    tops = [point.high for curve in curves for point in curve.points[-1:] if point is not None]
    axes.set_ylim(0, max(tops, default=1.0) * 1.5 or 1.0)
    axes.yaxis.set_major_formatter(PercentFormatter(1))


def _beside(axes: "Axes", x: float, y: float, text: str) -> None:
    from matplotlib.patheffects import withStroke

    axes.annotate(
        text, (x, y), xytext=(6, 0), textcoords="offset points", va="center", color=INK,
        fontproperties=canvas.font(8.5), path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip
