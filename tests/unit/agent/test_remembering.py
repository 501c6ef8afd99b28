"""What a model says about a talk, as quotes by message."""

from collections.abc import Sequence
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from agent.models.remembering import ModelReading
from tools.usage.service import Purse

ZONE = ZoneInfo("Asia/Shanghai")


class Scripted:
    """Stands for agent.models.writing.ModelWriting."""

    def __init__(self, answer: str | None) -> None:
        self.answer = answer
        self.material = ""
        self.models = ["m"]

    async def write(
        self, purse: Purse, instructions: str, material: str, *, model: str | None = None,
        within: float | None = None,
    ) -> str | None:  # fmt: skip
        assert "word for word" in instructions
        self.material = material
        return self.answer

    async def aclose(self) -> None:
        return None


async def read(answer: str | None, said: Sequence[str]) -> Sequence[Sequence[str]] | None:
    return await ModelReading(Scripted(answer), lambda zone: cast(Purse, zone)).read(said, ZONE)


async def test_each_quote_belongs_to_its_message() -> None:
    answer = "1: 我对花生过敏\n2：“孩子五岁”\n2: 喜欢恐龙"
    assert await read(answer, ["…", "…"]) == [["我对花生过敏"], ["孩子五岁", "喜欢恐龙"]]


@pytest.mark.parametrize("answer", ["-", "nothing to note", "9: 不存在的消息", "0: x"])
async def test_what_names_no_message_is_nothing(answer: str) -> None:
    assert await read(answer, ["你好"]) == [[]]


async def test_no_answer_is_not_the_same_as_nothing() -> None:
    assert await read(None, ["你好"]) is None


async def test_one_message_is_one_line_for_the_model() -> None:
    writing = Scripted("-")
    await ModelReading(writing, lambda zone: cast(Purse, zone)).read(["a\n2: b", "c"], ZONE)
    assert writing.material == "1: a 2: b\n2: c"
