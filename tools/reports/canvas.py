"""What all pictures share: a figure for a phone chat, its font, its colours, its ticks.

matplotlib is imported inside the functions: it costs 30 MB and a third of a second, and most
turns draw nothing. Figures are made without pyplot, whose state is global.
"""

import io
from collections.abc import Sequence
from datetime import date
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from tools.reports.typeface import FONT, drawable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Blue and grey differ in lightness too: they can be told apart without colour vision.
BLUE, GREY, INK, PALE = "#0072B2", "#9AA0A6", "#202124", "#E8EAED"
_WIDTH, _DPI, _COLOURS = 6.4, 160, 32
_DATE_TICKS, _LONG_DATE_TICKS = 7, 5
# Charts are drawn in threads, and matplotlib's font caches are not made for several at once.
DRAWING = Lock()


def short(value: float) -> str:
    """1,234 · 56.7 · 2.35 · 0 — as people read it."""
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) < 10 else f"{value:,.1f}"


def figure(title: str, height: float) -> "Figure":
    """An empty one, `height` in inches."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(w_pad=0.12, h_pad=0.1)
    made = Figure(figsize=(_WIDTH, height), dpi=_DPI, layout=layout, facecolor="white")
    made.suptitle(drawable(title), x=0.02, ha="left", fontproperties=font(14), color=INK)
    return made


def tidy(axes: "Axes") -> None:
    """No frame, no tick marks, our font."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GREY)
    axes.tick_params(length=0, labelcolor=INK)
    axes.set_axisbelow(True)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(font(9))


def png(drawing: "Figure") -> bytes:
    """With 64 colours, which flat drawings never exceed visibly: a quarter of the bytes."""
    # matplotlib itself depends on Pillow.
    from PIL import Image

    drawn, small = io.BytesIO(), io.BytesIO()
    drawing.savefig(drawn, format="png", pil_kwargs={"compress_level": 1})
    with Image.open(drawn) as picture:
        picture.convert("RGB").quantize(_COLOURS).save(small, "png", optimize=True)
    return small.getvalue()


def date_ticks(axes: "Axes", days: Sequence[date]) -> None:
    """Dates at equal steps back from the last day; with the year when there are two."""
    years = days[0].year != days[-1].year
    step = -(-len(days) // (_LONG_DATE_TICKS if years else _DATE_TICKS))
    places = range(len(days) - 1, -1, -step)
    shape = "%Y-%m-%d" if years else "%m-%d"
    axes.set_xticks(places, [days[place].strftime(shape) for place in places])


def scale(axes: "Axes", top: float, *, whole: bool) -> None:
    """From 0 to above `top`, with a few round ticks."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_ylim(0, top * 1.2)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10], integer=whole))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.grid(axis="y", color=PALE, linewidth=0.8)


def write(axes: "Axes", x: float, y: float, text: str) -> None:
    """A value above its point, readable where the line crosses it."""
    from matplotlib.patheffects import withStroke

    axes.annotate(
        text, (x, y), xytext=(0, 6), textcoords="offset points", ha="center", color=INK,
        fontproperties=font(8.5), path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip


@cache
def font(size: float) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(FONT), size=size)
