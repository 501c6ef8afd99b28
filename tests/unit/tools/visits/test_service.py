"""A visit lasts from the first word to a long silence, and counts each turn once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.tables.case import Case, CasePriority, CaseReason, CaseStatus
from storage.tables.organisation import Organisation
from storage.tables.visit import Visit
from tests.builders.organisation import an_organisation
from tests.builders.playbooks import a_playbook, written
from tests.builders.talks import Talk, a_talk
from tests.fakes.clock import FakeClock
from tools.mood import Mood
from tools.visits.following import begun
from tools.visits.service import Heard, Step, Touched, VisitService, asking, question, step_of
from tools.visits.versions import PlaybookVersions

IDLE = timedelta(minutes=30)


class Chat:
    def __init__(
        self, database: Database, organisation: Organisation, clock: FakeClock, talk: Talk
    ) -> None:
        self.database, self.organisation, self.clock = database, organisation, clock
        self.talk = talk

    @asynccontextmanager
    async def visits(self) -> AsyncIterator[VisitService]:
        async with self.database.unit_of_work() as session:
            yield VisitService(session, self.organisation.id, self.clock, IDLE)

    async def hears(
        self, text: str = "hi", *, intent: str = "search_knowledge", small: bool = False,
        mood: Mood | None = None, step: Step | None = None,
    ) -> Visit:  # fmt: skip
        inbox_id = await self.talk.says(text)
        return await self.touch(inbox_id, intent=intent, small=small, mood=mood, step=step)

    async def touch(
        self, inbox_id: int, *, intent: str = "search_knowledge", small: bool = False,
        mood: Mood | None = None, step: Step | None = None,
    ) -> Visit:  # fmt: skip
        async with self.visits() as visits:
            return await visits.touch(
                Touched(
                    conversation_id=self.talk.conversation_id, person_id=self.talk.person.id,
                    inbox_id=inbox_id, intent=intent, small=small, mood=mood, step=step,
                )
            )  # fmt: skip

    async def ending(self) -> list[int]:
        async with self.visits() as visits:
            return await visits.ending(self.clock.now())

    async def case(self) -> Case:
        async with self.database.unit_of_work() as session:
            row = Case(
                organisation_id=self.organisation.id, number=1, order_key="case",
                conversation_id=self.talk.conversation_id, open_in=self.talk.conversation_id,
                customer_id=self.talk.person.id, status=CaseStatus.active, reason=CaseReason.asked,
                priority=CasePriority.normal, opened_at=self.clock.now(), last_at=self.clock.now(),
            )  # fmt: skip
            session.add(row)
            return row

    async def case_ends(self, case: Case) -> None:
        async with self.database.unit_of_work() as session:
            row = await session.get_one(Case, case.id)
            row.open_in, row.status, row.ended_at = None, CaseStatus.resolved, self.clock.now()


@pytest.fixture
async def chat(database: Database, clock: FakeClock) -> Chat:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    return Chat(
        database, organisation, clock, await a_talk(database, organisation, clock, name="Z")
    )


class TestTouching:
    async def test_a_turn_that_runs_twice_counts_once(self, chat: Chat) -> None:
        first = await chat.hears(mood=Mood.pleased)
        again = await chat.touch(first.last_inbox_id, intent="create_ticket", mood=Mood.angry)
        assert (again.id, again.intent, again.mood) == (first.id, "search_knowledge", Mood.pleased)
        async with chat.database.reading() as session:
            assert await session.scalar(select(func.count(Visit.id))) == 1

    async def test_a_turn_that_comes_late_changes_nothing(self, chat: Chat) -> None:
        early = await chat.talk.says("first")
        await chat.hears(intent="create_ticket")
        assert (await chat.touch(early, intent="remember")).intent == "create_ticket"

    async def test_small_talk_is_no_reason_to_come_unless_there_is_no_other(
        self, chat: Chat
    ) -> None:
        assert (await chat.hears(intent="greeting", small=True)).intent == "greeting"
        assert (await chat.hears(intent="thanks", small=True)).intent == "greeting"
        assert (await chat.hears(intent="my_tickets")).intent == "my_tickets"
        assert (await chat.hears(intent="thanks", small=True)).intent == "my_tickets"

    async def test_the_worst_mood_is_kept_beside_the_last(self, chat: Chat) -> None:
        await chat.hears(mood=Mood.calm)
        await chat.hears(mood=Mood.angry)
        visit = await chat.hears(mood=Mood.pleased)
        assert (visit.mood, visit.worst_mood) == (Mood.pleased, Mood.angry)

    async def test_a_long_silence_begins_another_visit(self, chat: Chat) -> None:
        first = await chat.hears()
        chat.clock.advance(IDLE + timedelta(seconds=1))
        second = await chat.hears()
        assert second.id != first.id
        assert await chat.ending() == [first.id]

    async def test_a_short_one_does_not(self, chat: Chat) -> None:
        first = await chat.hears()
        chat.clock.advance(IDLE - timedelta(seconds=1))
        assert (await chat.hears()).id == first.id

    async def test_talking_with_our_staff_is_no_silence(self, chat: Chat) -> None:
        first = await chat.hears()
        case = await chat.case()
        chat.clock.advance(IDLE * 2)
        await chat.case_ends(case)
        chat.clock.advance(IDLE / 2)
        assert (await chat.hears()).id == first.id


class TestEnding:
    async def test_who_is_silent_for_long_has_left(self, chat: Chat) -> None:
        visit = await chat.hears()
        assert await chat.ending() == []
        chat.clock.advance(IDLE + timedelta(seconds=1))
        assert await chat.ending() == [visit.id]
        assert await chat.ending() == [visit.id], "until it is summarised"
        async with chat.visits() as visits:
            assert await visits.current(chat.talk.conversation_id) is None

    async def test_who_wrote_to_somebody_else_here_has_not(self, chat: Chat) -> None:
        await chat.hears()
        chat.clock.advance(IDLE)
        await chat.talk.says("to the staff")
        chat.clock.advance(IDLE / 2)
        assert await chat.ending() == []

    async def test_who_is_served_has_not_and_has_as_long_after_it(self, chat: Chat) -> None:
        visit = await chat.hears()
        case = await chat.case()
        chat.clock.advance(IDLE * 3)
        assert await chat.ending() == []
        await chat.case_ends(case)
        chat.clock.advance(IDLE / 2)
        assert await chat.ending() == []
        chat.clock.advance(IDLE)
        assert await chat.ending() == [visit.id]

    async def test_a_turn_that_runs_again_after_the_end_opens_nothing(self, chat: Chat) -> None:
        visit = await chat.hears()
        chat.clock.advance(IDLE * 2)
        await chat.ending()
        assert (await chat.touch(visit.last_inbox_id)).id == visit.id


async def test_a_turn_that_runs_again_knows_what_it_did(chat: Chat, tmp_path: Path) -> None:
    async with chat.database.unit_of_work() as session:
        versions = PlaybookVersions(session, chat.organisation.id, chat.clock)
        await versions.load(written(tmp_path))
    heard = Heard(text="想试用，20人", today=chat.clock.now().date())
    step = asking(begun(a_playbook(), heard), "plan")
    visit = await chat.hears("想试用，20人", step=step)
    async with chat.visits() as visits:
        known = await visits.known(chat.talk.conversation_id, visit.last_inbox_id)
        assert known is not None
        assert step_of(known, heard) == step
        after = await visits.known(chat.talk.conversation_id, visit.last_inbox_id + 1)
    assert after is not None
    answer = step_of(after, Heard(text="专业版", today=heard.today))
    assert answer is not None
    assert (answer.answered, answer.place.stage) == (True, "purpose")


async def test_turns_that_come_again_or_out_of_order_lead_nowhere_else(
    chat: Chat, tmp_path: Path
) -> None:
    async with chat.database.unit_of_work() as session:
        versions = PlaybookVersions(session, chat.organisation.id, chat.clock)
        await versions.load(written(tmp_path))
    said = {await chat.talk.says(text): text for text in ("想试用", "20人", "专业版", "做培训")}
    first, second, third, fourth = said
    for inbox_id in (first, first, second, first, third, second, third, fourth, fourth, second):
        async with chat.visits() as visits:
            known = await visits.known(chat.talk.conversation_id, inbox_id)
        assert known is not None
        step = step_of(known, Heard(text=said[inbox_id], today=chat.clock.now().date()))
        name = question(step) if step and not known.repeated else ""
        visit = await chat.touch(inbox_id, step=asking(step, name) if step and name else step)
    assert visit.variables == {"team": 20, "plan": "pro", "use": "做培训"}
    assert (visit.stage, visit.course["asked"]) == ("contact", ["team", "plan", "use", "contact"])
