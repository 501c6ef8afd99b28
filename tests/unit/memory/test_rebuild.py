"""What of a conversation a window is made of when it has to be made again."""

import pytest

from memory.rebuild import belongs_to_window


@pytest.mark.parametrize(
    "text", ["/invite 小李 agent", "／invite 小李 agent", "/bind ABC", "/help"]
)
def test_commands_and_the_codes_in_their_answers_are_no_conversation(text: str) -> None:
    assert not belongs_to_window(text)


@pytest.mark.parametrize("text", ["今天抖音来了多少线索？", "/approve P-1", "/reject P-1"])
def test_talk_and_answers_to_orders_are(text: str) -> None:
    assert belongs_to_window(text)
