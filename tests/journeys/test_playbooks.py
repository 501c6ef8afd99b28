"""Customers are led by playbooks, and nobody is pressed."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from agent.contract import Organisation, Turn
from agent.models.port import Models
from agent.service import Planner, unheard
from bot.composition import open_agent
from config.i18n import Language, say
from config.settings import AnswerSettings, Settings
from config.visits import PlaybookSettings
from storage.tables.organisation import Organisation as OrganisationRow
from storage.tables.visit import Visit
from tests.builders.chunks import a_document
from tests.builders.context import an_asker
from tests.builders.playbooks import DEMO, changed, written
from tests.builders.shop import indexed
from tests.builders.talks import a_talk
from tests.fakes.clock import FakeClock
from tests.fakes.models import ScriptedModel
from tests.fakes.ports import OpenFence
from tests.journeys.chat import AGENT, CUSTOMER, MANAGER, Chat
from tests.journeys.conftest import OpenChat, OpenDemo
from tests.journeys.party import GROUP, TELEGRAM, Party

ON_CONSOLE = pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)
FOR_WHOM, BUDGET, CONTACT = "给谁用呢？", "大概的预算是多少呢？", "方便留个电话或微信吗？"
COURSE = "少儿编程班适合 8 到 12 岁的孩子，一期 16 节课，每节 90 分钟，学费 2680 元。"
TEAM, PLAN, USE = "你们有多少人用？", "想试基础版还是专业版？", "主要用来做什么？"


async def visit_of(chat: Chat) -> Visit:
    async with chat.service.database.reading() as session:
        return (await session.scalars(select(Visit).order_by(Visit.id.desc()).limit(1))).one()


async def test_from_a_first_question_to_a_lead(chat: Chat) -> None:
    before, ground = await chat.leads(), chat.ground
    async with ground.database.unit_of_work() as session:
        await a_document(session, ground.organisation_id, COURSE, number=101, title="课程")
    await indexed(ground.knowledge)
    assert FOR_WHOM in await chat.says("你好，我想咨询一下课程", as_=CUSTOMER)
    recommended = await chat.says("给8岁的孩子学编程", as_=CUSTOMER)
    assert COURSE in recommended
    assert BUDGET in recommended
    assert CONTACT in await chat.says("三千元左右", as_=CUSTOMER)
    assert await chat.leads() == before
    kept = await chat.says("13900001234", as_=CUSTOMER)
    assert say(Language.zh_cn, "support.contact_kept") in kept
    assert (await chat.lead(f"L-{before + 1}")).contact_phone == "+8613900001234"
    assert f"L-{before + 1}" in (await chat.last(AGENT)).text
    assert CONTACT not in await chat.says("谢谢", as_=CUSTOMER)
    assert await chat.leads() == before + 1
    visit = await visit_of(chat)
    assert visit.variables == {
        "need": "给8岁的孩子学编程", "budget": 3000, "contact": "13900001234",
    }  # fmt: skip
    assert (visit.playbook, visit.stage) == ("consult", "contact")


@ON_CONSOLE
class TestLocally:
    async def test_the_same_in_english(self, chat: Chat) -> None:
        before = await chat.leads()
        assert "who it is for?" in await chat.says("Hi, I'm looking for a course", as_=CUSTOMER)
        assert "what budget" in await chat.says("for my son, who is 8", as_=CUSTOMER)
        assert "leave a phone" in await chat.says("about 400 dollars", as_=CUSTOMER)
        await chat.says("call me at +86 13900001234", as_=CUSTOMER)
        assert await chat.leads() == before + 1
        assert (await visit_of(chat)).variables["budget"] == 400

    async def test_who_does_not_want_to_tell_is_asked_no_more(self, chat: Chat) -> None:
        await chat.says("我想咨询一下课程", as_=CUSTOMER)
        answer = await chat.says("不方便说", as_=CUSTOMER)
        assert say(Language.zh_cn, "playbooks.never_mind") in answer
        for text in ("随便看看", "13900001234", "好的"):
            answer += await chat.says(text, as_=CUSTOMER)
        assert not any(each in answer for each in (FOR_WHOM, BUDGET, CONTACT))
        assert (await visit_of(chat)).variables == {"contact": "13900001234"}

    async def test_who_asks_something_else_is_answered_and_not_asked_again(
        self, chat: Chat
    ) -> None:
        await chat.says("我想咨询一下课程", as_=CUSTOMER)
        answers = [await chat.says("你们几点开门？", as_=CUSTOMER) for _ in range(2)]
        assert not any(FOR_WHOM in each for each in answers)

    async def test_an_angry_customer_is_asked_nothing(self, chat: Chat) -> None:
        await chat.says("我想咨询一下课程", as_=CUSTOMER)
        angry = await chat.says("你们就是骗子，气死我了！", as_=CUSTOMER)
        after = await chat.says("课程还要多久开始", as_=CUSTOMER)
        assert not any(each in angry + after for each in (FOR_WHOM, BUDGET, CONTACT))
        card = (await chat.last(AGENT)).text
        assert "剧本：产品咨询" in card
        visit = await visit_of(chat)
        assert visit.worst_mood.value == "angry"

    async def test_whoever_takes_over_reads_what_is_known(self, chat: Chat) -> None:
        await chat.says("我想退货，鞋子太大了", as_=CUSTOMER)
        await chat.says("转人工", as_=CUSTOMER)
        taken = await chat.says("/takeover", as_=AGENT)
        for card in ((await chat.last(AGENT)).text, taken):
            assert "剧本：退换货 · 找到是哪一笔订单" in card
            assert "way = refund; reason = size" in card

    async def test_one_matter_gives_way_to_another_by_words(self, chat: Chat) -> None:
        await chat.says("我想咨询一下课程", as_=CUSTOMER)
        answer = await chat.says("算了，我想退货", as_=CUSTOMER)
        assert "方便说下原因吗？" in answer
        assert (await visit_of(chat)).playbook == "returns"


@ON_CONSOLE
@pytest.mark.parametrize("scope", ["member", "group"])
async def test_in_a_group_nobody_is_led(open_demo: OpenDemo, scope: str) -> None:
    _, ground, service = await open_demo()
    party = Party(service, ground, [TELEGRAM])
    for name in (MANAGER, CUSTOMER):
        await party.joins(name, TELEGRAM)
    await party.says(MANAGER, f"/scope {scope}", group=GROUP)
    assert FOR_WHOM not in await party.says(CUSTOMER, "我想咨询一下课程", group=GROUP)
    assert FOR_WHOM in await party.says(CUSTOMER, "我想咨询一下课程")


@ON_CONSOLE
async def test_a_turn_that_runs_again_asks_what_it_asked(
    open_demo: OpenDemo, planner: Planner, clock: FakeClock
) -> None:
    stack, ground, _ = await open_demo()
    agent = open_agent(stack, ground, planner)
    async with ground.database.reading() as session:
        organisation = await session.get_one(OrganisationRow, ground.organisation_id)
    talk = await a_talk(ground.database, organisation, clock, name="Zhao")

    async def takes(inbox_id: int, text: str, attempt: int) -> str:
        turn = Turn(
            organisation=Organisation(
                id=organisation.id, timezone=ZoneInfo(organisation.timezone), currency="CNY"
            ),
            conversation_id=talk.conversation_id, inbox_id=inbox_id, asker=an_asker(talk.person),
            language=Language.zh_cn, text=text, fence=OpenFence(), attempt=attempt,
        )  # fmt: skip
        return (await agent.take(turn, unheard)).text

    for text, asked in (("我想咨询一下课程", FOR_WHOM), ("给孩子学编程", BUDGET)):
        inbox_id = await talk.says(text)
        answers = [await takes(inbox_id, text, attempt) for attempt in (1, 2, 3)]
        assert all(each.count(asked) == 1 for each in answers)
        assert answers[0] == answers[1] == answers[2]


@ON_CONSOLE
class TestWithAModel:
    @pytest.fixture
    def open_model(self, open_chat: OpenChat) -> Callable[[Models], Awaitable[Chat]]:
        settings = Settings(answers=AnswerSettings(fast_path=1.1))
        return lambda model: open_chat(model, settings)

    async def test_it_is_told_the_stage_and_the_question_stands_behind_its_words(
        self, open_model: Callable[[Models], Awaitable[Chat]]
    ) -> None:
        model = ScriptedModel(says="您好，很高兴为您服务。")
        chat = await open_model(model)
        answer = await chat.says("我想咨询一下课程", as_=CUSTOMER)
        assert answer.endswith(FOR_WHOM)
        assert "弄清楚客户想解决什么问题" in model.instructions
        assert "do not sell before you know" in model.instructions
        await chat.says("给孩子学编程", as_=CUSTOMER)
        assert "need = 给孩子学编程" in model.instructions

    async def test_one_that_asks_itself_is_enough(
        self, open_model: Callable[[Models], Awaitable[Chat]]
    ) -> None:
        chat = await open_model(ScriptedModel(says="好的，请问孩子多大了？"))
        answer = await chat.says("我想咨询一下课程", as_=CUSTOMER)
        assert answer.endswith("请问孩子多大了？")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "own"


@pytest.fixture
async def trial(open_chat: OpenChat, own: Path) -> Chat:
    """An organisation with a playbook of its own."""
    written(own)
    return await open_chat(settings=Settings(playbooks=PlaybookSettings(folder=own)))


@ON_CONSOLE
class TestOwn:
    async def test_a_visit_keeps_the_version_that_it_began_with(
        self, trial: Chat, own: Path
    ) -> None:
        assert TEAM in await trial.says("想试用", as_=CUSTOMER)
        written(own, changed(DEMO, (PLAN, "要哪一版？")))
        assert "trial 第 2 版" in await trial.says("/playbooks reload")
        assert PLAN in await trial.says("20人", as_=CUSTOMER)
        trial.clock.advance(timedelta(hours=1))
        await trial.says("想试用", as_=CUSTOMER)
        assert "要哪一版？" in await trial.says("20人", as_=CUSTOMER)

    async def test_a_broken_file_changes_nothing_and_is_named(self, trial: Chat, own: Path) -> None:
        written(own, changed(DEMO, ("next: purpose", "next: nowhere")))
        for command in ("/playbooks reload", "/playbooks"):
            answer = await trial.says(command)
            assert "trial.yaml:25 stages.0.next: 没有“nowhere”这个阶段" in answer
        assert TEAM in await trial.says("想试用", as_=CUSTOMER)

    async def test_managers_see_them_and_how_many_customers_are_where(self, trial: Chat) -> None:
        await trial.says("想试用", as_=CUSTOMER)
        listed = await trial.says("/playbooks")
        assert "trial 试用 · 在用第 1 版" in listed
        assert "size (1) → purpose → contact" in listed
        shown = await trial.says("/playbooks show trial")
        assert TEAM in shown
        assert "完成：知道了 use，或客户说过 2 句 → contact" in shown
        refused = await trial.says("/playbooks", as_=CUSTOMER)
        assert "trial" not in refused

    async def test_versions_are_compared_and_rolled_back(self, trial: Chat, own: Path) -> None:
        written(own, changed(DEMO, (PLAN, "要哪一版？")))
        assert "文件改过了" in await trial.says("/playbooks")
        await trial.says("/playbooks reload")
        assert "第 2 版" in await trial.says("/playbooks history trial")
        compared = await trial.presses("对比 1 和 2")
        assert f"-    ask: {{zh: {PLAN}" in compared
        assert "+    ask: {zh: 要哪一版？" in compared
        await trial.says("/playbooks use trial 1")
        await trial.says("/playbooks reload")
        await trial.says("想试用", as_=CUSTOMER)
        assert PLAN in await trial.says("20人", as_=CUSTOMER)

    async def test_one_that_is_off_leads_nobody(self, trial: Chat) -> None:
        assert TEAM in await trial.says("想试用", as_=CUSTOMER)
        await trial.says("/playbooks off trial")
        assert PLAN not in await trial.says("20人", as_=CUSTOMER)
        await trial.says("/playbooks on trial")
        trial.clock.advance(timedelta(hours=1))
        assert TEAM in await trial.says("想试用", as_=CUSTOMER)

    @pytest.mark.parametrize(
        ("command", "words"),
        [
            ("show nothing", "没有叫“nothing”的剧本。现有：complaint, consult, returns, trial"),
            ("use trial 7", "没有第 7 版，最新是第 1 版"),
            ("diff trial 1", "用法："),
            ("sing", "用法："),
        ],
    )
    async def test_what_there_is_not_is_said(self, trial: Chat, command: str, words: str) -> None:
        assert words in await trial.says(f"/playbooks {command}", as_=MANAGER)
