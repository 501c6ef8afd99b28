"""Charts are pictures of a size that a chat can carry, whatever the numbers."""

import io
import warnings
from datetime import date, timedelta

import pytest
from PIL import Image

from config.i18n import Language, catalogue
from tools.reports.charts import Bar, bar_chart, funnel_chart, line_chart, panels_chart, short

START = date(2026, 10, 1)


def days(count: int) -> list[date]:
    return [START + timedelta(days=offset) for offset in range(count)]


def assert_good(content: bytes) -> None:
    picture = Image.open(io.BytesIO(content))
    assert picture.format == "PNG"
    assert picture.width >= 900
    assert len(content) <= 120_000
    assert min(picture.convert("L").tobytes()) < 100, "nothing is drawn"


@pytest.mark.parametrize("count", [1, 2, 7, 30, 90, 365])
def test_a_line_of_any_length(count: int) -> None:
    values = [float(number % 9) for number in range(count)]
    assert_good(line_chart("线索趋势", days(count), values, unit="条"))


@pytest.mark.parametrize("values", [[0.0] * 7, [1.0, 1e7, 2.0, 3.0, 0.0, 1.0, 2.0]])
def test_zeros_and_an_outlier(values: list[float]) -> None:
    assert_good(line_chart("Spend", days(7), values, unit="CNY"))


def test_bars_and_funnels() -> None:
    bars = [Bar(label="抖音", value=40, note="40%"), Bar(label="百度", value=0, note="0%")]
    assert_good(bar_chart("渠道", bars))
    assert_good(funnel_chart("漏斗", bars))
    assert_good(panels_chart("总览", [("线索", days(7), [1.0] * 7)] * 3))


@pytest.mark.parametrize("language", Language)
def test_every_character_of_the_catalogues_can_be_drawn(language: Language) -> None:
    # matplotlib warns of a character that the font lacks, and a warning is an error here.
    words = "".join(sorted({*"".join(catalogue(language).values())} - set("\n{}$")))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for start in range(0, len(words), 60):
            line_chart(words[start : start + 60], days(2), [1.0, 2.0])


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0"), (1234567.0, "1,234,567"), (2.345, "2.35"), (56.78, "56.8")]
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert short(value) == text
