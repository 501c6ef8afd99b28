"""Charts are pictures of a size that a chat can carry, whatever the numbers."""

import io
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from PIL import Image, ImageChops

from config.i18n import Language, catalogue
from tools.reports.canvas import short
from tools.reports.charts import (
    Bar,
    Panel,
    Ranking,
    Stage,
    daily_chart,
    funnel_chart,
    ranking_chart,
)
from tools.reports.typeface import drawable

START = date(2026, 10, 1)
Values = list[float | None]


def a_panel(values: Values, before: Values | None = None, label: str = "花费（每天）") -> Panel:
    days = [START + timedelta(days=offset) for offset in range(len(values))]
    return Panel(label=label, days=days, values=values, before=before or values[::-1])


def a_chart(*panels: Panel, title: str = "总览") -> bytes:
    return daily_chart(title, panels, now="11-12 至 11-18", before="11-05 至 11-11")


def opened(content: bytes) -> Image.Image:
    assert content.startswith(b"\x89PNG")
    return Image.open(io.BytesIO(content)).convert("RGB")


def differ(one: bytes, other: bytes) -> bool:
    return ImageChops.difference(opened(one), opened(other)).getbbox() is not None


def has_blue(content: bytes) -> bool:
    """Whether anything is drawn in the colour of the values."""
    red, _, blue = opened(content).split()
    return any(ImageChops.subtract(blue, red).histogram()[120:])


@pytest.mark.parametrize("count", [1, 2, 7, 30, 90, 365, 2000])
def test_even_restless_days_stay_small_enough_for_a_chat(count: int) -> None:
    dice = random.Random(count)
    values: Values = [float(dice.randint(0, 90_000)) for _ in range(count)]
    for chart in (a_chart(a_panel(values)), a_chart(*[a_panel(values)] * 3)):
        assert len(chart) <= 120_000
        assert opened(chart).width == 1024
        assert has_blue(chart)


@pytest.mark.parametrize(
    "values", [[0.0] * 7, [1.0, 1e9, 2.0, 0.0], [None] * 3, [None, 1.5, None], [0.01], [0.0]]
)
def test_strange_numbers_are_drawn_without_a_complaint(values: Values) -> None:
    assert opened(a_chart(a_panel(values))).width == 1024


def test_a_day_without_a_value_is_a_gap_and_no_zero() -> None:
    gap = a_panel([2.0, None, 2.0], before=[1.0] * 3)
    zero = a_panel([2.0, 0.0, 2.0], before=[1.0] * 3)
    assert differ(a_chart(gap), a_chart(zero))


def test_the_period_before_is_in_the_picture() -> None:
    values: Values = [3.0, 4.0, 5.0]
    assert differ(a_chart(a_panel(values, [1.0] * 3)), a_chart(a_panel(values, [2.0] * 3)))


def test_a_funnel_shows_every_stage() -> None:
    stages = [Stage(label="线索", count=1234, note="100.0%"), Stage(label="已联系", count=560,
              note="45.4%")]  # fmt: skip
    won = Stage(label="已转化", count=0, note="0.0%")
    assert opened(funnel_chart("漏斗", [*stages, won])).height > opened(
        funnel_chart("漏斗", stages)
    ).height  # fmt: skip
    assert has_blue(funnel_chart("漏斗", stages))


def a_bar(value: float, before: float | None = None, label: str = "抖音") -> Bar:
    return Bar(label=label, value=value, before=before, note=f"{value:g} · 44%")


def a_ranking_chart(*bars: Bar) -> bytes:
    ranking = Ranking(label="线索", bars=bars)
    return ranking_chart("渠道", [ranking], now="11-12 至 11-18", before="11-05 至 11-11")


@pytest.mark.parametrize("count", [1, 2, 16])
def test_a_ranking_shows_every_bar(count: int) -> None:
    bars = [a_bar(float(number), number / 2) for number in range(count, 0, -1)]
    chart = a_ranking_chart(*bars)
    assert has_blue(chart)
    assert opened(chart).height < opened(a_ranking_chart(*bars, a_bar(0.0))).height
    assert len(chart) <= 120_000


def test_a_ranking_shows_the_period_before() -> None:
    assert differ(a_ranking_chart(a_bar(3.0, 1.0)), a_ranking_chart(a_bar(3.0, 2.0)))


def test_a_ranking_of_nothing_but_zeros_is_drawn_without_a_complaint() -> None:
    assert opened(a_ranking_chart(a_bar(0.0, None), a_bar(0.0, 0.0))).width == 1024


def test_several_charts_at_once_are_the_same_as_one_by_one() -> None:
    panels = [a_panel([float(number), 2.0, 3.0]) for number in range(4)]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(a_chart, panels))
    assert together == [a_chart(panel) for panel in panels]


@pytest.mark.parametrize("language", Language)
def test_every_character_of_the_reports_can_be_drawn(language: Language) -> None:
    # matplotlib warns of a character that the font lacks, and a warning is an error here.
    drawn = ("reports.", "leads.sources.", "campaigns.platform.")
    texts = [text for key, text in catalogue(language).items() if key.startswith(drawn)]
    words = "".join(sorted({*"".join(texts)} - set("\n{}$")))
    assert drawable(words) == words
    lines = [words[start : start + 60] for start in range(0, len(words), 60)]
    assert has_blue(a_chart(a_panel([1.0, 2.0]), title="\n".join(lines)))


def test_a_character_that_the_font_lacks_is_drawn_as_a_box() -> None:
    snowman = a_chart(a_panel([1.0, 2.0]), title="A \N{SNOWMAN}")
    assert snowman == a_chart(a_panel([1.0, 2.0]), title="A □")
    assert snowman != a_chart(a_panel([1.0, 2.0]), title="A")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1234567.0, "1,234,567"), (1234.5, "1,234"), (2.345, "2.35"), (56.78, "56.8")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short(value) == text
