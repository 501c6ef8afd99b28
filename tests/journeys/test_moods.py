"""Customers who are angry, unhappy, or only use rough words."""

import pytest

from config.i18n import Language, say
from config.settings import AnswerSettings, Settings
from tests.fakes.models import ScriptedModel
from tests.journeys.chat import AGENT, CUSTOMER, MANAGER, Chat
from tests.journeys.conftest import OpenChat
from tools.mood import Mood

pytestmark = pytest.mark.parametrize(
    "place", ["console on SQLite", "Telegram on PostgreSQL"], indirect=True
)

ZH, EN = Language.zh_cn, Language.en
ALWAYS_ASKED = Settings(answers=AnswerSettings(fast_path=1.1))


def sorry(mood: Mood, language: Language = ZH) -> str:
    return say(language, f"mood.sympathy.{mood}")


def card(mood: Mood, language: Language = ZH) -> str:
    return say(language, f"mood.card.{mood}")


async def staff_heard(chat: Chat) -> int:
    """How much was sent to others than the customer."""
    own = {sent.address for sent in [await chat.last(CUSTOMER)]}
    return sum(sent.address not in own for sent in chat.sent())


@pytest.mark.parametrize(
    ("text", "language"),
    [("你们这群骗子，气死我了！", ZH), ("You are liars, give me my money back!!!", EN)],
)
async def test_who_is_angry_reads_sympathy_first_and_gets_a_person(
    chat: Chat, text: str, language: Language
) -> None:
    await chat.says("你好" if language is ZH else "hello", as_=CUSTOMER)
    answer = await chat.says(text, as_=CUSTOMER)
    assert answer.startswith(sorry(Mood.angry, language))
    assert say(language, "cases.offered_anger") in answer
    offer = (await chat.last(AGENT)).text
    assert say(language, "cases.reasons.anger") in offer
    assert card(Mood.angry, language) in offer
    assert text[:6] in offer


async def test_sympathy_is_said_once_and_not_at_every_turn(chat: Chat) -> None:
    await chat.says("你好", as_=CUSTOMER)
    first = await chat.says("等了一个多星期了还没收到，好失望", as_=CUSTOMER)
    again = await chat.says("东西用了三天就坏了，有点难过", as_=CUSTOMER)
    assert first.startswith(sorry(Mood.unhappy))
    assert sorry(Mood.unhappy) not in again


async def test_who_is_merely_disappointed_gets_no_case(chat: Chat) -> None:
    await chat.says("等了一个多星期了还没收到，好失望", as_=CUSTOMER)
    assert await staff_heard(chat) == 0


@pytest.mark.parametrize("text", ["垃圾袋一包多少钱", "不是生气，就是想问问几点关门"])
async def test_a_calm_question_with_rough_words_is_simply_answered(chat: Chat, text: str) -> None:
    answer = await chat.says(text, as_=CUSTOMER)
    assert not any(sorry(mood) in answer for mood in (Mood.angry, Mood.unhappy))
    assert await staff_heard(chat) == 0


async def test_who_thanks_in_bitterness_is_not_wished_a_nice_day(chat: Chat) -> None:
    await chat.says("你好", as_=CUSTOMER)
    answer = await chat.says("谢谢你们啊，把我的生日毁了，骗子！", as_=CUSTOMER)
    assert say(ZH, "agent.customer.thanks") not in answer


async def test_the_mood_stands_on_the_card_of_who_asks_for_a_person(chat: Chat) -> None:
    await chat.says("太失望了，等了两个星期都没人理，转人工", as_=CUSTOMER)
    assert card(Mood.unhappy) in (await chat.last(AGENT)).text


async def test_managers_are_not_comforted(chat: Chat) -> None:
    assert sorry(Mood.angry) not in await chat.says("气死我了，骗子！", as_=MANAGER)


@pytest.mark.parametrize(
    ("text", "told"),
    [("你们这群骗子，气死我了！", "sounds angry"), ("好失望，等了一个星期", "sounds unhappy")],
)
async def test_a_model_is_told_the_mood(open_chat: OpenChat, text: str, told: str) -> None:
    model = ScriptedModel(says="很抱歉，请问是哪一单？")
    chat = await open_chat(model, ALWAYS_ASKED)
    answer = await chat.says(text, as_=CUSTOMER)
    assert told in model.instructions
    assert sorry(Mood.angry) not in answer


async def test_a_model_hears_nothing_of_a_calm_mood(open_chat: OpenChat) -> None:
    model = ScriptedModel(says="您好！")
    chat = await open_chat(model, ALWAYS_ASKED)
    await chat.says("请问垃圾袋一包多少钱", as_=CUSTOMER)
    assert "sounds" not in model.instructions
