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
from tools.mood import Mood, MoodGuess
from tools.support.case_rows import CaseRows
from tools.support.escalation import Escalated, Signals, escalate

ZH = Language.zh_cn
ANGRY = Signals(text="骗子！", mood=MoodGuess(mood=Mood.angry, probability=0.9, sure=True))


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
    "mood",
    [
        None,
        MoodGuess(mood=Mood.unhappy, probability=0.99, sure=True),
        MoodGuess(mood=Mood.angry, probability=0.5),
    ],
)
async def test_without_sure_anger_nobody_is_called(
    counter: Counter, mood: MoodGuess | None
) -> None:
    assert await turn(counter, 1, Signals(text="骗子！", mood=mood)) is None


async def test_the_staff_read_the_mood_in_words(counter: Counter) -> None:
    await turn(counter, 1, ANGRY, notifier=counter.desk.notifier)
    assert "很生气" in (await counter.told("李雷"))[-1]
    case = await open_case(counter)
    assert case is not None
    assert case.mood is Mood.angry


async def test_where_no_mood_is_known_the_card_says_none(counter: Counter) -> None:
    await counter.wants_a_person()
    assert say(ZH, "mood.card.calm").partition("：")[0] not in (await counter.told("李雷"))[-1]


async def test_anger_calls_a_person_at_once_and_before_others(counter: Counter) -> None:
    called = await turn(counter, 1, ANGRY)
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
    assert await turn(counter, 1, ANGRY) is None


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
    called = await turn(counter, 1, ANGRY, transfers=True)
    assert called is not None
    assert called.transfer
    case = await open_case(counter)
    assert case is not None
    assert case.by_platform
