"""Pictures for a phone chat: PNG, two pixels a point, Chinese labels legible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isnan
from typing import TYPE_CHECKING

from tools.reports import canvas
from tools.reports.canvas import BLUE, GREY, INK, short
from tools.reports.typeface import drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABELLED_POINTS, _MARKED_POINTS = 8, 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One number a day: `values` and, day for day, those of the period `before`.

    None is a day without a value and leaves a gap; `label` names the number and its unit.
    """

    label: str
    days: Sequence[date]
    values: Sequence[float | None]
    before: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`note` stands beside the count ("50.0%")."""

    label: str
    count: int
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`note` stands behind the bar ("15 · 44%"); `before` is the period before, None without."""

    label: str
    value: float
    before: float | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """Bars of one number, the longest on top; `label` names the number and its unit."""

    label: str
    bars: Sequence[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """An arrow with its name; a `broken` one says that something is not so."""

    source: str
    label: str
    target: str
    broken: bool = False


def daily_chart(title: str, panels: Sequence[Panel], *, now: str, before: str) -> bytes:
    """Lines below each other, each on its own scale; `now` and `before` name the two periods."""
    with canvas.DRAWING:
        height = 3.8 if len(panels) == 1 else 0.5 + 1.85 * len(panels)
        figure = canvas.figure(title, height)
        every = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
        for axes, panel in zip(every, panels, strict=True):
            _draw(axes, panel, now, before)
        # "outside" would make the legend compete with the title for its line.
        every[0].legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, prop=canvas.font(9),
            labelcolor=INK, borderaxespad=0.2, handlelength=1.2, columnspacing=1.2,
        )  # fmt: skip
        return canvas.png(figure)


def funnel_chart(title: str, stages: Sequence[Stage]) -> bytes:
    """Centred bars that narrow, joined by what is kept from one to the next."""
    with canvas.DRAWING:
        figure = canvas.figure(title, 0.6 + 0.85 * len(stages))
        axes = figure.subplots()
        first = max((stage.count for stage in stages), default=0) or 1
        widths = [stage.count / first for stage in stages]
        for row, (stage, width) in enumerate(zip(stages, widths, strict=True)):
            _stage(axes, row, stage, width)
        for row, (wide, narrow) in enumerate(pairwise(widths)):
            left = [(1 - wide) / 2, (1 - narrow) / 2]
            right = [(1 + wide) / 2, (1 + narrow) / 2]
            axes.fill_betweenx(
                [row + 0.3, row + 0.7], left, right, color=BLUE, alpha=0.15, linewidth=0
            )
        canvas.tidy(axes)
        axes.set(xlim=(0, 1), ylim=(len(stages) - 0.6, -0.4), xticks=[])
        axes.set_yticks(range(len(stages)), [stage.label for stage in stages],
                        fontproperties=canvas.font(11))  # fmt: skip
        axes.spines["bottom"].set_visible(False)
        return canvas.png(figure)


def ranking_chart(title: str, rankings: Sequence[Ranking], *, now: str, before: str) -> bytes:
    """Horizontal bars with their numbers, each ranking on its own scale."""
    with canvas.DRAWING:
        counts = [len(ranking.bars) for ranking in rankings]
        figure = canvas.figure(title, 0.9 + 0.62 * len(rankings) + 0.42 * sum(counts))
        heights = [count + 0.6 for count in counts]
        every = figure.subplots(
            len(rankings), 1, squeeze=False, gridspec_kw={"height_ratios": heights}
        )[:, 0]
        for axes, ranking in zip(every, rankings, strict=True):
            _rank(axes, ranking, now, before)
        every[-1].legend(
            loc="upper right", bbox_to_anchor=(1, 0), ncols=2, frameon=False, prop=canvas.font(9),
            labelcolor=INK, borderaxespad=0.2, handlelength=1.2, columnspacing=1.2,
        )  # fmt: skip
        return canvas.png(figure)


def network_chart(title: str, links: Sequence[Link]) -> bytes:
    """What nothing comes from is on the right, what only that comes from in the middle."""
    with canvas.DRAWING:
        places = _columns(links)
        rows = max(sum(x == column for x, _ in places.values()) for column in range(3))
        figure = canvas.figure(title, 1.0 + 0.42 * rows)
        axes = figure.subplots()
        axes.set(xlim=(-0.15, 2.75), ylim=(-0.06, 1.06))
        axes.set_axis_off()
        for link in links:
            (x, y), (to_x, to_y) = places[link.source], places[link.target]
            style = ":" if link.broken else "-"
            axes.plot([x, to_x], [y, to_y], style, color=BLUE, linewidth=1, alpha=0.45, zorder=1)
            _note(axes, x + (to_x - x) * 0.72, y + (to_y - y) * 0.72, link.label, 7, GREY)
        for name, (x, y) in places.items():
            axes.plot([x], [y], "o", color=BLUE, markersize=4, zorder=2)
            _note(axes, x + 0.03, y, name, 9, INK)
        return canvas.png(figure)


def _draw(axes: "Axes", panel: Panel, now: str, before: str) -> None:
    values, earlier = _floats(panel.values), _floats(panel.before)
    draw = _bars if len(values) == 1 else _lines
    points = [point for point in draw(axes, values, earlier, now, before) if not isnan(point[1])]
    if len(values) > 1:
        canvas.date_ticks(axes, panel.days)
    top = max((value for value in (*values, *earlier) if not isnan(value)), default=0) or 1
    whole = all(value.is_integer() for _, value in points)
    canvas.tidy(axes)
    canvas.scale(axes, top, whole=whole)
    axes.set_title(panel.label, loc="left", fontproperties=canvas.font(10), color=INK)
    if len(values) > _LABELLED_POINTS and points:
        points = [max(points, key=lambda point: point[1])]
    decimals = top < 10 and not whole
    for place, value in points:
        canvas.write(axes, place, value, f"{value:.2f}" if decimals else short(value))


def _bars(
    axes: "Axes", values: list[float], earlier: list[float], now: str, before: str
) -> list[tuple[float, float]]:
    """A single day beside the day before; returns the points that may be labelled."""
    axes.bar([-0.5], earlier, width=0.5, color=GREY, label=before)
    axes.bar([0.5], values, width=0.5, color=BLUE, label=now)
    axes.set(xlim=(-2, 2), xticks=[])
    return [(-0.5, earlier[0]), (0.5, values[0])]


def _lines(
    axes: "Axes", values: list[float], earlier: list[float], now: str, before: str
) -> list[tuple[float, float]]:
    places = range(len(values))
    few = len(values) <= _MARKED_POINTS
    marker = "o" if few else ""
    axes.plot(places, earlier, color=GREY, linewidth=1.2, label=before, marker=marker,
              markersize=2)  # fmt: skip
    axes.plot(places, values, color=BLUE, linewidth=2 if few else 1.3, label=now, marker=marker,
              markersize=3.5)  # fmt: skip
    axes.fill_between(places, values, color=BLUE, alpha=0.08, linewidth=0)
    # Set by hand: gaps at the ends would otherwise be cut off.
    edge = len(values) * 0.04
    axes.set_xlim(-edge, len(values) - 1 + edge)
    return list(zip(places, values, strict=True))


def _stage(axes: "Axes", row: int, stage: Stage, width: float) -> None:
    """`width` is the stage's part of the first, 0 to 1."""
    axes.barh([row], [width], left=[(1 - width) / 2], color=BLUE, height=0.6)
    inside = width > 0.4
    axes.text(
        0.5 if inside else 0.52 + width / 2, row, f"{stage.count:,}  {stage.note}",
        va="center", ha="center" if inside else "left", fontproperties=canvas.font(11),
        color="white" if inside else INK,
    )  # fmt: skip


def _rank(axes: "Axes", ranking: Ranking, now: str, before: str) -> None:
    rows = range(len(ranking.bars))
    values = [bar.value for bar in ranking.bars]
    earlier = [bar.before or 0.0 for bar in ranking.bars]
    top = max((*values, *earlier), default=0) or 1
    axes.barh([row - 0.12 for row in rows], values, height=0.46, color=BLUE, label=now)
    axes.barh([row + 0.24 for row in rows], earlier, height=0.2, color=GREY, label=before)
    for row, bar in zip(rows, ranking.bars, strict=True):
        axes.text(bar.value + top * 0.015, row - 0.12, bar.note, va="center",
                  fontproperties=canvas.font(9.5), color=INK)  # fmt: skip
    canvas.tidy(axes)
    # Room for the numbers behind the longest bar.
    axes.set(xlim=(0, top * 1.45), ylim=(len(rows) - 0.4, -0.6), xticks=[])
    axes.set_yticks(
        rows, [drawable(bar.label) for bar in ranking.bars], fontproperties=canvas.font(10.5)
    )
    axes.spines["bottom"].set_visible(False)
    axes.set_title(ranking.label, loc="left", fontproperties=canvas.font(10), color=INK)


def _columns(links: Sequence[Link]) -> dict[str, tuple[int, float]]:
    """Column (0 to 2) and height (0 to 1, from below) of each name: near to what it belongs to."""
    names = dict.fromkeys(name for link in links for name in (link.source, link.target))
    places: dict[str, tuple[int, float]] = {}
    for column in range(3):
        inside = [name for name in names if _column(name, links) == column]
        heights = {}
        for name in inside:
            near = [places[link.source][1] for link in links
                    if link.target == name and link.source in places]  # fmt: skip
            heights[name] = sum(near) / len(near) if near else 0.5
        inside.sort(key=lambda name: -heights[name])
        for row, name in enumerate(inside):
            places[name] = (column, 1 - (row + 0.5) / len(inside))
    return places


def _column(name: str, links: Sequence[Link]) -> int:
    sources = {link.source for link in links}
    if name not in sources:
        return 2
    return 0 if any(link.target in sources for link in links if link.source == name) else 1


def _note(axes: "Axes", x: float, y: float, text: str, size: float, color: str) -> None:
    """Words on a line, readable where it passes below them."""
    from matplotlib.patheffects import withStroke

    axes.annotate(
        text, (x, y), va="center", ha="left", color=color, fontproperties=canvas.font(size), zorder=3,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip


def _floats(values: Sequence[float | None]) -> list[float]:
    """Gaps as NaN, which matplotlib leaves out."""
    return [float("nan") if value is None else value for value in values]
