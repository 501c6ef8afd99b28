"""When a person is called for a customer who did not ask for one."""

import pytest

from config.cases import CaseSettings
from config.i18n import Language, say
from storage.database import Database
from storage.tables.case import Case, CasePriority, CaseReason
from tests.builders.cases import Counter, a_counter, said
from tests.builders.context import a_context
from tests.fakes.clock import FakeClock
from tools.context import ToolContext
from tools.support.case_rows import CaseRows
from tools.support.escalation import Escalated, Signals, escalate, is_angry

ZH = Language.zh_cn


@pytest.fixture
async def counter(database: Database, clock: FakeClock) -> Counter:
    return await a_counter(database, clock)


async def turn(
    counter: Counter, number: int, signals: Signals, **given: object
) -> Escalated | None:
    """The customer wrote once more, and it went like this."""
    gateway = counter.gateway()
    await gateway.receive(said("Zhao", signals.text, f"m{number}"))
    await gateway.idle()
    context: ToolContext = a_context(
        counter.database, counter.organisation, counter.people["Zhao"], counter.clock,
        conversation_id=counter.chats["Zhao"], order_key=f"inbox:{number}:0", **given,
    )  # fmt: skip
    return await escalate(context, signals)


async def open_case(counter: Counter) -> Case | None:
    async with counter.database.reading() as session:
        return await CaseRows(session, counter.organisation.id).open_in(counter.chats["Zhao"])


@pytest.mark.parametrize(
    "text",
    [
        "你们就是骗子！", "什么垃圾客服", "我真的气死了", "你們就是騙子", "太过分了，我要曝光你们",
        "This is a scam", "I'm furious", "the worst service ever",
    ],
)  # fmt: skip
def test_clear_anger_is_heard(text: str) -> None:
    assert is_angry(text)


@pytest.mark.parametrize(
    "text",
    [
        "垃圾袋有货吗", "有点失望", "怎么还没到", "不太满意", "can I return it?", "防骗指南在哪",
        "this is not what I ordered", "退钱要多久", "scampi recipes",
    ],
)  # fmt: skip
def test_what_is_no_clear_anger_is_left_to_the_agent(text: str) -> None:
    assert not is_angry(text)


async def test_anger_calls_a_person_at_once_and_before_others(counter: Counter) -> None:
    called = await turn(counter, 1, Signals(text="骗子！"))
    assert called is not None
    assert called.text.startswith(say(ZH, "cases.offered_anger"))
    case = await open_case(counter)
    assert case is not None
    assert (case.reason, case.priority) == (CaseReason.anger, CasePriority.high)


@pytest.mark.parametrize(
    ("signals", "reason"),
    [
        (Signals(text="?", unsure=True), CaseReason.unsure),
        (Signals(text="?", failed=True), CaseReason.failure),
    ],
)
async def test_once_is_an_accident_and_twice_calls_a_person(
    counter: Counter, signals: Signals, reason: CaseReason
) -> None:
    assert await turn(counter, 1, signals) is None
    assert await turn(counter, 2, Signals(text="ok")) is None
    assert await turn(counter, 3, signals) is not None
    case = await open_case(counter)
    assert case is not None
    assert case.reason is reason


async def test_what_is_long_ago_counts_no_more(counter: Counter) -> None:
    unsure = Signals(text="?", unsure=True)
    assert await turn(counter, 1, unsure) is None
    for number in range(2, 6):
        assert await turn(counter, number, Signals(text="ok")) is None
    assert await turn(counter, 6, unsure) is None


async def test_a_turn_that_runs_again_counts_once(counter: Counter) -> None:
    unsure = Signals(text="?", unsure=True)
    assert await turn(counter, 1, unsure) is None
    assert await turn(counter, 1, unsure) is None


async def test_who_waits_already_is_not_told_again(counter: Counter) -> None:
    await counter.wants_a_person()
    assert await turn(counter, 1, Signals(text="骗子！")) is None


async def test_what_was_unsure_before_people_served_counts_no_more(counter: Counter) -> None:
    unsure = Signals(text="?", unsure=True)
    await turn(counter, 1, unsure)
    assert await turn(counter, 2, unsure) is not None
    case = await open_case(counter)
    assert case is not None
    await counter.takes("李雷", case)
    await counter.does(
        lambda service, found: service.hand_back(found, counter.people["李雷"], "", "inbox:9"), case
    )
    assert await turn(counter, 3, unsure) is None


async def test_words_of_a_rule_call_a_person(counter: Counter) -> None:
    rules = CaseSettings(always_for=("律师函",))
    assert await turn(counter, 1, Signals(text="我要发律師函"), cases=rules) is not None
    case = await open_case(counter)
    assert case is not None
    assert case.reason is CaseReason.rule


async def test_where_the_platform_has_people_it_is_given_to_them(counter: Counter) -> None:
    called = await turn(counter, 1, Signals(text="骗子！"), transfers=True)
    assert called is not None
    assert called.transfer
    case = await open_case(counter)
    assert case is not None
    assert case.by_platform
