"""What a customer lives through with the company, told wherever customers write: on the console,
Telegram, WeCom, 微信客服, DingTalk and the web page."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from config.i18n import Language, say
from config.settings import AnswerSettings, Settings
from storage.tables.memory import Memory
from storage.tables.ticket import Satisfaction, Ticket
from storage.tables.work import InboxMessage, OutboxMessage
from tests.builders.shop import PUBLIC, a_shop
from tests.fakes.models import ScriptedModel
from tests.journeys.chat import AGENT, CUSTOMER, Chat
from tests.journeys.conftest import OF_CUSTOMERS, PLACES, OpenChat
from tests.journeys.test_tickets import OFFICE

EVERYWHERE = pytest.mark.parametrize("place", [*PLACES, *OF_CUSTOMERS], indirect=True)
EN, ZH = Language.en, Language.zh_cn
TAKE, BACK = (say(ZH, f"cases.button_{each}") for each in ("take", "back"))
ALWAYS_ASKED = Settings(answers=AnswerSettings(fast_path=1.1))


@EVERYWHERE
async def test_questions_in_both_languages_are_answered_from_documents_in_both(
    chat: Chat,
) -> None:
    ground = chat.ground
    await a_shop(ground.database, ground.organisation_id, ground.knowledge, chat.clock)
    answer = await chat.says("买的鞋子几天之内可以退货？", as_=CUSTOMER)
    assert "AI" in answer
    assert "15 天内可以退货，鞋底须无磨损。[1]" in answer
    assert "来源：退货政策 [1]" in answer
    answer = await chat.says("how long is the warranty of the headphones?", as_=CUSTOMER)
    assert "24 months. [1]" in answer
    assert f"Sources: Warranty [1] {PUBLIC}" in answer
    answer = await chat.says("Can I pay with Alipay?", as_=CUSTOMER)
    assert say(EN, "answers.in_chinese") in answer
    assert "支付宝" in answer
    answer = await chat.says("耳机进水了保修吗？", as_=CUSTOMER)
    assert say(ZH, "answers.in_english") in answer
    assert "Water damage is not covered" in answer


@EVERYWHERE
async def test_what_no_document_says_is_admitted_and_a_person_is_offered(chat: Chat) -> None:
    ground = chat.ground
    await a_shop(ground.database, ground.organisation_id, ground.knowledge, chat.clock)
    answer = await chat.says("do you sell bicycle helmets?", as_=CUSTOMER)
    assert say(EN, "answers.unsure") in answer
    assert "Sources" not in answer
    assert len(chat.sent()) == 1, "nobody is called before the customer wants it"
    await chat.presses(say(EN, "answers.ask_person"), as_=CUSTOMER)
    assert CUSTOMER in (await chat.last(AGENT)).text


async def test_a_colleague_answers_notes_and_hands_back_and_the_agent_knows(
    open_chat: OpenChat,
) -> None:
    model = ScriptedModel(("request_human", {}), says="好的")
    chat = await open_chat(model, ALWAYS_ASKED)
    await chat.says("鞋底开胶了，我要找真人", as_=CUSTOMER)
    assert "鞋底开胶了" in (await chat.last(AGENT)).text
    await chat.presses(TAKE, as_=AGENT)
    taken = await chat.last(AGENT)
    for text, who in (("您好，给您换一双", AGENT), ("那太好了，42 码", CUSTOMER)):
        await chat.writes(text, as_=who)
        await chat.service.settled()
    assert (await chat.last(CUSTOMER)).text == "客服 李雷：您好，给您换一双"
    assert "那太好了，42 码" in (await chat.last(AGENT)).text
    await chat.says("/note 查过订单，是质量问题", as_=AGENT)
    assert BACK in {button.label for button in taken.buttons}
    await chat.says("/handback 新鞋明天寄出", as_=AGENT)
    model.calls = ()
    await chat.says("刚才说什么时候寄？", as_=CUSTOMER)
    assert [(said.role, said.text) for said in model.conversation][-4:] == [
        ("assistant", "[李雷] 您好，给您换一双"), ("user", "那太好了，42 码"),
        ("assistant", "[李雷] 新鞋明天寄出"), ("user", "刚才说什么时候寄？"),
    ]  # fmt: skip
    read = "\n".join(sent.text for sent in chat._wire.read(str(await chat.person(CUSTOMER))))
    assert "质量问题" not in read


async def test_at_night_a_wish_for_a_person_becomes_one_ticket_that_is_settled_and_judged(
    open_chat: OpenChat,
) -> None:
    chat = await open_chat(settings=OFFICE)
    chat.clock.advance(datetime(2026, 11, 20, 15, 30, tzinfo=UTC) - chat.clock.now())
    for _ in range(2):
        told = await chat.says("转人工", as_=CUSTOMER)
        assert say(ZH, "cases.nobody_here", at="11-23 09:00", ticket="K-1") in told
    async with chat.service.database.reading() as session:
        assert await session.scalar(select(func.count(Ticket.id))) == 1
    chat.clock.advance(timedelta(days=2, hours=10))
    await chat.says("/ticket K-1 assign me", as_=AGENT)
    await chat.says("/ticket K-1 resolve 已经补发", as_=AGENT)
    assert "谢谢" in await chat.presses("5 很满意", as_=CUSTOMER)
    async with chat.service.database.reading() as session:
        assert await session.scalar(select(Satisfaction.mark)) == 5


@EVERYWHERE
async def test_who_is_forgotten_is_unknown_afterwards(chat: Chat) -> None:
    await chat.says("我对榛子过敏", as_=CUSTOMER)
    await chat.says("你好", as_=CUSTOMER)
    assert "1 条" in await chat.says("/forget", as_=CUSTOMER)
    await chat.presses(say(ZH, "memory.forget_button"), as_=CUSTOMER)
    me = await chat.person(CUSTOMER)
    async with chat.service.database.reading() as session:
        for table in (InboxMessage, OutboxMessage):
            words = select(func.count()).where(table.text.contains("榛子"))
            assert await session.scalar(words) == 0
        assert await session.scalar(select(func.count()).where(Memory.person_id == me)) == 0
    assert "榛子" not in await chat.says("我有什么忌口吗？", as_=CUSTOMER)
