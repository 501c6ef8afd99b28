"""Pictures for a phone chat: PNG, two pixels a point, Chinese labels legible.

matplotlib is imported inside the functions: it costs 30 MB and a third of a second, and most
turns draw nothing.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FONT = Path(__file__).parent / "fonts" / "NotoSansSC-subset.otf"
# Okabe and Ito's palette, which colour-blind people can tell apart.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#9AA0A6"
_INK, _PALE = "#202124", "#E8EAED"
_SIZE, _DPI = (6.4, 3.8), 160
_LABELLED_POINTS = 12
_DATE_TICKS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """`note` stands beside the value ("50.0%")."""

    label: str
    value: float
    note: str = ""


def line_chart(
    title: str, days: Sequence[date], values: Sequence[float], *, unit: str = ""
) -> bytes:
    """One value a day, in order. A single day becomes a single bar."""
    figure, axes = _canvas(title)
    places = range(len(days))
    if len(days) == 1:
        axes.bar([0], values, width=0.3, color=BLUE)
        axes.set_xlim(-1, 1)
    else:
        axes.plot(places, values, color=BLUE, linewidth=2.2, marker="o", markersize=3.5)
        axes.fill_between(places, values, color=BLUE, alpha=0.08)
    step = max(1, -(-len(days) // _DATE_TICKS))
    axes.set_xticks(list(places)[::step], [f"{day:%m-%d}" for day in days][::step])
    axes.set_ylim(bottom=0, top=max([*values, 0]) * 1.15 or 1)
    axes.set_ylabel(unit, fontproperties=_font(9), color=GREY)
    if len(days) <= _LABELLED_POINTS:
        for place, value in zip(places, values, strict=True):
            _write(axes, place, value, short(value), above=True)
    return _png(figure, axes)


def bar_chart(title: str, bars: Sequence[Bar], *, unit: str = "") -> bytes:
    """Horizontal bars, the first on top."""
    figure, axes = _canvas(title)
    rows = range(len(bars))
    axes.barh(list(rows), [bar.value for bar in bars], color=BLUE, height=0.6)
    _name_rows(axes, [bar.label for bar in bars])
    largest = max((bar.value for bar in bars), default=0) or 1
    axes.set_xlim(0, largest * 1.25)
    for row, bar in zip(rows, bars, strict=True):
        text = f"{short(bar.value)}{unit}  {bar.note}".rstrip()
        axes.text(bar.value + largest * 0.015, row, text, va="center", color=_INK,
                  fontproperties=_font(9))  # fmt: skip
    axes.xaxis.set_visible(False)
    return _png(figure, axes)


def funnel_chart(title: str, stages: Sequence[Bar]) -> bytes:
    """Centred bars that narrow; the note of a stage is its share of the first."""
    figure, axes = _canvas(title)
    largest = max((stage.value for stage in stages), default=0) or 1
    for row, stage in enumerate(stages):
        width = max(stage.value / largest, 0.004)
        colour = (BLUE, GREEN, ORANGE)[row % 3]
        axes.barh([row], [width], left=[(1 - width) / 2], color=colour, height=0.72)
        text = f"{short(stage.value)}  {stage.note}".rstrip()
        inside = width > 0.3
        axes.text(0.5 if inside else 0.5 + width / 2 + 0.02, row, text, va="center",
                  ha="center" if inside else "left", color="white" if inside else _INK,
                  fontproperties=_font(10))  # fmt: skip
    _name_rows(axes, [stage.label for stage in stages])
    axes.set_xlim(0, 1)
    axes.xaxis.set_visible(False)
    return _png(figure, axes)


def panels_chart(
    title: str, panels: Sequence[tuple[str, Sequence[date], Sequence[float]]]
) -> bytes:
    """Small daily charts below each other, each with its own scale."""
    # Imported here: see the module's docstring.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 1.0 + 1.7 * len(panels)), dpi=_DPI, layout="constrained")
    figure.suptitle(title, x=0.02, ha="left", fontproperties=_font(13), color=_INK)
    for place, (label, days, values) in enumerate(panels, start=1):
        axes = figure.add_subplot(len(panels), 1, place)
        colour = (BLUE, ORANGE, GREEN)[(place - 1) % 3]
        axes.bar(range(len(days)), values, color=colour, width=0.7)
        axes.set_title(label, loc="left", fontproperties=_font(10), color=_INK)
        step = max(1, -(-len(days) // _DATE_TICKS))
        axes.set_xticks(range(0, len(days), step), [f"{day:%m-%d}" for day in days][::step])
        axes.set_ylim(bottom=0, top=max([*values, 0]) * 1.15 or 1)
        _tidy(axes)
    return _encoded(figure)


def short(value: float) -> str:
    """1,234 · 56.7 · 0 — as people read it."""
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}"


def _canvas(title: str) -> "tuple[Figure, Axes]":
    # Imported here: see the module's docstring. No pyplot: its state is global.
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontproperties=_font(13), color=_INK, pad=10)
    return figure, axes


def _name_rows(axes: "Axes", labels: Sequence[str]) -> None:
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()


def _write(axes: "Axes", x: float, y: float, text: str, *, above: bool) -> None:
    axes.annotate(
        text, (x, y), xytext=(0, 6 if above else 0), textcoords="offset points", ha="center",
        color=_INK, fontproperties=_font(8),
    )  # fmt: skip


def _tidy(axes: "Axes") -> None:
    from matplotlib.ticker import FuncFormatter

    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_PALE)
    axes.tick_params(length=0, labelcolor=_INK)
    axes.grid(axis="y", color=_PALE, linewidth=0.8)
    axes.set_axisbelow(True)
    if axes.yaxis.get_major_formatter().__class__.__name__ == "ScalarFormatter":
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(_font(9))


def _png(figure: "Figure", axes: "Axes") -> bytes:
    _tidy(axes)
    return _encoded(figure)


def _encoded(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", facecolor="white")
    return buffer.getvalue()


@cache
def _font(size: float) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(_FONT), size=size)
