"""Pictures for a phone chat: PNG, two pixels a point, Chinese labels legible.

matplotlib is imported inside the functions: it costs 30 MB and a third of a second, and most
turns draw nothing. Figures are made without pyplot, whose state is global.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from math import isnan
from threading import Lock
from typing import TYPE_CHECKING, Any

from tools.reports.typeface import FONT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Blue and grey differ in lightness too: they can be told apart without colour vision.
_BLUE, _GREY, _INK, _PALE = "#0072B2", "#9AA0A6", "#202124", "#E8EAED"
_WIDTH, _DPI, _COLOURS = 6.4, 160, 32
_LABELLED_POINTS, _MARKED_POINTS = 8, 45
_DATE_TICKS, _LONG_DATE_TICKS = 7, 5
# Charts are drawn in threads, and matplotlib's font caches are not made for several at once.
_DRAWING = Lock()


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
    with _DRAWING:
        height = 3.8 if len(panels) == 1 else 0.5 + 1.85 * len(panels)
        figure = _figure(title, height)
        every = figure.subplots(len(panels), 1, squeeze=False)[:, 0]
        for axes, panel in zip(every, panels, strict=True):
            _draw(axes, panel, now, before)
        # "outside" would make the legend compete with the title for its line.
        every[0].legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, prop=_font(9),
            labelcolor=_INK, borderaxespad=0.2, handlelength=1.2, columnspacing=1.2,
        )  # fmt: skip
        return _png(figure)


def funnel_chart(title: str, stages: Sequence[Stage]) -> bytes:
    """Centred bars that narrow, joined by what is kept from one to the next."""
    with _DRAWING:
        figure = _figure(title, 0.6 + 0.85 * len(stages))
        axes = figure.subplots()
        first = max((stage.count for stage in stages), default=0) or 1
        widths = [stage.count / first for stage in stages]
        for row, (stage, width) in enumerate(zip(stages, widths, strict=True)):
            _stage(axes, row, stage, width)
        for row, (wide, narrow) in enumerate(pairwise(widths)):
            left = [(1 - wide) / 2, (1 - narrow) / 2]
            right = [(1 + wide) / 2, (1 + narrow) / 2]
            axes.fill_betweenx(
                [row + 0.3, row + 0.7], left, right, color=_BLUE, alpha=0.15, linewidth=0
            )
        _tidy(axes)
        axes.set(xlim=(0, 1), ylim=(len(stages) - 0.6, -0.4), xticks=[])
        axes.set_yticks(range(len(stages)), [stage.label for stage in stages],
                        fontproperties=_font(11))  # fmt: skip
        axes.spines["bottom"].set_visible(False)
        return _png(figure)


def ranking_chart(title: str, rankings: Sequence[Ranking], *, now: str, before: str) -> bytes:
    """Horizontal bars with their numbers, each ranking on its own scale."""
    with _DRAWING:
        counts = [len(ranking.bars) for ranking in rankings]
        figure = _figure(title, 0.9 + 0.62 * len(rankings) + 0.42 * sum(counts))
        heights = [count + 0.6 for count in counts]
        every = figure.subplots(
            len(rankings), 1, squeeze=False, gridspec_kw={"height_ratios": heights}
        )[:, 0]
        for axes, ranking in zip(every, rankings, strict=True):
            _rank(axes, ranking, now, before)
        every[-1].legend(
            loc="upper right", bbox_to_anchor=(1, 0), ncols=2, frameon=False, prop=_font(9),
            labelcolor=_INK, borderaxespad=0.2, handlelength=1.2, columnspacing=1.2,
        )  # fmt: skip
        return _png(figure)


def network_chart(title: str, links: Sequence[Link]) -> bytes:
    """What nothing comes from is on the right, what only that comes from in the middle."""
    with _DRAWING:
        places = _columns(links)
        rows = max(sum(x == column for x, _ in places.values()) for column in range(3))
        figure = _figure(title, 1.0 + 0.42 * rows)
        axes = figure.subplots()
        axes.set(xlim=(-0.15, 2.75), ylim=(-0.06, 1.06))
        axes.set_axis_off()
        for link in links:
            (x, y), (to_x, to_y) = places[link.source], places[link.target]
            style = ":" if link.broken else "-"
            axes.plot([x, to_x], [y, to_y], style, color=_BLUE, linewidth=1, alpha=0.45, zorder=1)
            _note(axes, x + (to_x - x) * 0.72, y + (to_y - y) * 0.72, link.label, 7, _GREY)
        for name, (x, y) in places.items():
            axes.plot([x], [y], "o", color=_BLUE, markersize=4, zorder=2)
            _note(axes, x + 0.03, y, name, 9, _INK)
        return _png(figure)


def short(value: float) -> str:
    """1,234 · 56.7 · 2.35 · 0 — as people read it."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}"


def _draw(axes: "Axes", panel: Panel, now: str, before: str) -> None:
    values, earlier = _floats(panel.values), _floats(panel.before)
    draw = _bars if len(values) == 1 else _lines
    points = [point for point in draw(axes, values, earlier, now, before) if not isnan(point[1])]
    if len(values) > 1:
        _date_ticks(axes, panel.days)
    top = max((value for value in (*values, *earlier) if not isnan(value)), default=0) or 1
    whole = all(value.is_integer() for _, value in points)
    _tidy(axes)
    _scale(axes, top, whole=whole)
    axes.set_title(panel.label, loc="left", fontproperties=_font(10), color=_INK)
    if len(values) > _LABELLED_POINTS and points:
        points = [max(points, key=lambda point: point[1])]
    decimals = top < 10 and not whole
    for place, value in points:
        _write(axes, place, value, f"{value:.2f}" if decimals else short(value))


def _bars(
    axes: "Axes", values: list[float], earlier: list[float], now: str, before: str
) -> list[tuple[float, float]]:
    """A single day beside the day before; returns the points that may be labelled."""
    axes.bar([-0.5], earlier, width=0.5, color=_GREY, label=before)
    axes.bar([0.5], values, width=0.5, color=_BLUE, label=now)
    axes.set(xlim=(-2, 2), xticks=[])
    return [(-0.5, earlier[0]), (0.5, values[0])]


def _lines(
    axes: "Axes", values: list[float], earlier: list[float], now: str, before: str
) -> list[tuple[float, float]]:
    places = range(len(values))
    few = len(values) <= _MARKED_POINTS
    marker = "o" if few else ""
    axes.plot(places, earlier, color=_GREY, linewidth=1.2, label=before, marker=marker,
              markersize=2)  # fmt: skip
    axes.plot(places, values, color=_BLUE, linewidth=2 if few else 1.3, label=now, marker=marker,
              markersize=3.5)  # fmt: skip
    axes.fill_between(places, values, color=_BLUE, alpha=0.08, linewidth=0)
    # Set by hand: gaps at the ends would otherwise be cut off.
    edge = len(values) * 0.04
    axes.set_xlim(-edge, len(values) - 1 + edge)
    return list(zip(places, values, strict=True))


def _stage(axes: "Axes", row: int, stage: Stage, width: float) -> None:
    """`width` is the stage's part of the first, 0 to 1."""
    axes.barh([row], [width], left=[(1 - width) / 2], color=_BLUE, height=0.6)
    inside = width > 0.4
    axes.text(
        0.5 if inside else 0.52 + width / 2, row, f"{stage.count:,}  {stage.note}",
        va="center", ha="center" if inside else "left", fontproperties=_font(11),
        color="white" if inside else _INK,
    )  # fmt: skip


def _rank(axes: "Axes", ranking: Ranking, now: str, before: str) -> None:
    rows = range(len(ranking.bars))
    values = [bar.value for bar in ranking.bars]
    earlier = [bar.before or 0.0 for bar in ranking.bars]
    top = max((*values, *earlier), default=0) or 1
    axes.barh([row - 0.12 for row in rows], values, height=0.46, color=_BLUE, label=now)
    axes.barh([row + 0.24 for row in rows], earlier, height=0.2, color=_GREY, label=before)
    for row, bar in zip(rows, ranking.bars, strict=True):
        axes.text(bar.value + top * 0.015, row - 0.12, bar.note, va="center",
                  fontproperties=_font(9.5), color=_INK)  # fmt: skip
    _tidy(axes)
    # Room for the numbers behind the longest bar.
    axes.set(xlim=(0, top * 1.45), ylim=(len(rows) - 0.4, -0.6), xticks=[])
    axes.set_yticks(rows, [bar.label for bar in ranking.bars], fontproperties=_font(10.5))
    axes.spines["bottom"].set_visible(False)
    axes.set_title(ranking.label, loc="left", fontproperties=_font(10), color=_INK)


def _scale(axes: "Axes", top: float, *, whole: bool) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_ylim(0, top * 1.2)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10], integer=whole))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.grid(axis="y", color=_PALE, linewidth=0.8)


def _date_ticks(axes: "Axes", days: Sequence[date]) -> None:
    """Dates at equal steps back from the last day; with the year when there are two."""
    years = days[0].year != days[-1].year
    step = -(-len(days) // (_LONG_DATE_TICKS if years else _DATE_TICKS))
    places = range(len(days) - 1, -1, -step)
    shape = "%Y-%m-%d" if years else "%m-%d"
    axes.set_xticks(places, [days[place].strftime(shape) for place in places])


def _write(axes: "Axes", x: float, y: float, text: str) -> None:
    """A value above its point, readable where the line crosses it."""
    from matplotlib.patheffects import withStroke

    axes.annotate(
        text, (x, y), xytext=(0, 6), textcoords="offset points", ha="center", color=_INK,
        fontproperties=_font(8.5), path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip


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
        text, (x, y), va="center", ha="left", color=color, fontproperties=_font(size), zorder=3,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip


def _figure(title: str, height: float) -> "Figure":
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1)
    figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, layout=layout, facecolor="white")
    figure.suptitle(title, x=0.02, ha="left", fontproperties=_font(14), color=_INK)
    return figure


def _tidy(axes: "Axes") -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GREY)
    axes.tick_params(length=0, labelcolor=_INK)
    axes.set_axisbelow(True)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(_font(9))


def _png(figure: "Figure") -> bytes:
    """With 64 colours, which flat drawings never exceed visibly: a quarter of the bytes."""
    # matplotlib itself depends on Pillow.
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", pil_kwargs={"compress_level": 1})
    with Image.open(drawn) as picture:
        picture.convert("RGB").quantize(_COLOURS).save(small, "png", optimize=True)
    return small.getvalue()


def _floats(values: Sequence[float | None]) -> list[float]:
    """Gaps as NaN, which matplotlib leaves out."""
    return [float("nan") if value is None else value for value in values]


@cache
def _font(size: float) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(FONT), size=size)
