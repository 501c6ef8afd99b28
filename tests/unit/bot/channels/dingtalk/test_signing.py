"""DingTalk's signature, by its own examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.dingtalk.signing import is_signed, signature

SECRET, NOW = "SEC0123456789abcdef", 1_700_000_000.0
SIGNED = "TSZbRFUuvaSQaRKUpF970OPCb2/LcQAP3wOvwZIzBZk="


@pytest.mark.parametrize(
    ("timestamp", "secret", "signed"),
    [
        ("1577262236757", "this is a secret", "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="),
        ("1700000000000", SECRET, SIGNED),
    ],
)
def test_it_is_what_dingtalk_makes(timestamp: str, secret: str, signed: str) -> None:
    assert signature(secret, timestamp) == signed


def test_a_right_one_is_taken() -> None:
    assert is_signed(SECRET, "1700000000000", SIGNED, NOW)


@pytest.mark.parametrize(
    ("seconds", "taken"), [(3_600, True), (-3_600, True), (3_601, False), (-3_601, False)]
)
def test_it_is_good_for_an_hour(seconds: int, taken: bool) -> None:
    assert is_signed(SECRET, "1700000000000", SIGNED, NOW + seconds) is taken


@pytest.mark.parametrize(
    "timestamp", ["", "-1", "1e12", " 1700000000000", "１７０００００００００００", "9" * 5_000]
)
def test_a_time_that_is_none_is_refused(timestamp: str) -> None:
    assert not is_signed(SECRET, timestamp, signature(SECRET, timestamp), NOW)


@given(signed=st.text())
def test_nothing_else_is_taken(signed: str) -> None:
    assert is_signed(SECRET, "1700000000000", signed, NOW) is (signed == SIGNED)
