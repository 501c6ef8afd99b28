"""Countries as codes, in the order said."""

import pytest

from tests.unit.tools.reading.conftest import Values
from tools.arguments import Kind


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("美国、加拿大和墨西哥", "US CA MX"),
        ("投美英加", "US GB CA"),
        ("投美、英、加，每天500", "US GB CA"),
        ("投德法日预算500", "DE FR"),
        ("義大利和紐西蘭", "IT NZ"),
        ("日本跟韓國", "JP KR"),
        ("中国香港", "HK"),
        ("中国大陆和台湾", "CN TW"),
        ("北美", "US CA"),
        ("东南亚", "SG MY TH VN ID PH"),
        ("港澳台", "HK MO TW"),
        ("US, CA and MX", "US CA MX"),
        ("US, IN and MY", "US IN MY"),
        ("in us and uk", "US GB"),
        ("launch in the US", "US"),
        ("LAUNCH IN US", "US"),
        ("Germany and France", "DE FR"),
        ("UAE", "AE"),
        ("南韩", "KR"),
        ("us", "US"),
        ("in India", "IN"),
    ],
)
def test_a_market_is_read_by_any_of_its_names(values: Values, text: str, codes: str) -> None:
    assert values(Kind.countries, text) == [codes.split()]


@pytest.mark.parametrize(
    "text",
    [
        "tell us about C-3", "give us 5 leads", "my leads in id", "IT部门的线索", "加日预算200",
        "new jersey", "西班牙语素材", "CR-1", "Let us know", "https://x.com/us",
    ],
)  # fmt: skip
def test_everyday_words_are_no_markets(values: Values, text: str) -> None:
    assert values(Kind.countries, text) == []
