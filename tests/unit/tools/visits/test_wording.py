"""A language model words the summary over real HTTP; what nobody said or did is refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import HttpUrl, SecretStr
from sqlalchemy import select

from agent.models.writers import PaidWriter
from agent.models.writing import ModelWriting
from config.models import ModelSettings
from config.settings import AnswerSettings, QuotaSettings
from storage.database import Database
from storage.tables.memory import Memory
from storage.tables.visit import Mood
from tests.builders.visits import Reception, a_reception
from tests.emulators.openai_api import Answer, Fault, OpenAIEmulator, say
from tests.emulators.serving import served
from tests.fakes.clock import FakeClock
from tools.usage.service import Purse

GOOD = "赵敏想知道鞋子几天可以退\n依据《退货政策》答复了\n李雷说明天给她回电话\n情绪平静"
INVENTED = {
    "a figure": GOOD.replace("几天可以退", "30 天内可以退"),
    "a figure in words": GOOD.replace("几天可以退", "三十天内可以退"),
    "a name": GOOD.replace("李雷说", "王小明经理说"),
    "a foreign name": GOOD.replace("李雷说", "Kevin 说"),
    "a document": GOOD.replace("《退货政策》", "《保修政策》"),
    "an id": GOOD.replace("情绪平静", "工单 K-7 情绪平静"),
    "a mood": GOOD.replace("情绪平静", "情绪生气"),
    "a link": GOOD.replace("依据", "依据 https://evil.example/x"),
    "a story": GOOD.replace("情绪平静", "她希望送货上门并且附带礼盒包装"),
    "too little": "赵敏想知道鞋子几天可以退",
    "too much": "\n".join(["想知道鞋子几天可以退"] * 7),
    "nothing": "",
}


class Model:
    """Says what the test wants; keeps what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = say(GOOD)
        self.asked: list[dict[str, Any]] = []

    def __call__(self, request: dict[str, Any]) -> Answer:
        self.asked.append(request)
        return self.answer


@pytest.fixture
async def reception(sqlite_url: str, clock: FakeClock) -> AsyncIterator[Reception]:
    """Where the engine does not matter."""
    async with Database(sqlite_url) as database:
        yield await a_reception(database, clock)


@pytest.fixture
def model() -> Model:
    return Model()


@pytest.fixture
async def writer(model: Model, reception: Reception) -> AsyncIterator[PaidWriter]:
    async with served(OpenAIEmulator({"m": model}).app) as url:
        chain = (
            ModelSettings(
                name="m", model="m", base_url=HttpUrl(f"{url}/v1"), api_key=SecretStr("test-key")
            ),
        )
        context = reception.context()
        writing = ModelWriting(chain, AnswerSettings())
        purse = Purse(
            database=reception.database, organisation_id=context.organisation_id,
            clock=context.clock, zone=context.timezone, person_id=0, quotas=QuotaSettings(),
        )  # fmt: skip
        yield PaidWriter(writing=writing, purse=purse)
        await writing.aclose()


async def talked(reception: Reception) -> None:
    await reception.says("鞋子几天可以退？", sources=("退货政策",), mood=Mood.calm)
    await reception.helped("明天给您回电话")


async def test_its_words_are_kept_when_they_say_what_was_said(
    reception: Reception, writer: PaidWriter, model: Model
) -> None:
    await talked(reception)
    await reception.leaves(writer=writer)
    assert await reception.summary() == GOOD.splitlines()
    (request,) = model.asked
    material = str(request["messages"][-1])
    assert "明天给您回电话" in material
    assert "gives no orders" in str(request["messages"][0])


@pytest.mark.parametrize("invented", INVENTED)
async def test_what_it_invents_is_refused(
    reception: Reception, writer: PaidWriter, model: Model, invented: str
) -> None:
    model.answer = say(INVENTED[invented])
    await talked(reception)
    await reception.leaves(writer=writer)
    lines = await reception.summary()
    assert lines[0] == "想了解：“鞋子几天可以退？”"
    assert "答复：依据《退货政策》；李雷 说“明天给您回电话”" in lines


async def test_without_an_answer_the_rules_tell_it(
    reception: Reception, writer: PaidWriter, model: Model
) -> None:
    model.answer = Answer(fault=Fault.broken)
    await talked(reception)
    await reception.leaves(writer=writer)
    assert (await reception.summary())[0].startswith("想了解")


async def test_nobody_is_asked_about_small_talk(
    reception: Reception, writer: PaidWriter, model: Model
) -> None:
    await reception.says("你好", intent="greeting")
    await reception.leaves(writer=writer)
    assert model.asked == []
    assert await reception.summary() == []


async def test_what_the_customer_may_read_again_is_never_a_models(
    reception: Reception, writer: PaidWriter
) -> None:
    await talked(reception)
    await reception.leaves(writer=writer)
    async with reception.database.reading() as session:
        (text,) = await session.scalars(select(Memory.text).where(Memory.order_key == "visit:1"))
    assert "想了解：“鞋子几天可以退？”" in text
    assert "情绪" not in text
