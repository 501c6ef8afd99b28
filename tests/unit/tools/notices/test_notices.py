"""What becomes of a notice: told now, later as a part of one message, or not at all."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.notices import OutboxNotifier
from config.notices import NoticeKind
from storage.database import Database
from storage.tables.notice import Notice, NoticeFile, NoticeStatus
from storage.tables.trust import Approval, ApprovalStatus
from tests.builders.notices import WINDOW, Staff, a_staff
from tests.fakes.clock import FakeClock
from tools.notices.held import tidy
from tools.notices.wishes import WishBook
from tools.result import Attachment

RULE, REPORT, JOB = NoticeKind.rule, NoticeKind.report, NoticeKind.job
NIGHT = "22:00-08:00"
# From 10:00, where the clock stands.
TO_23, TO_8 = timedelta(hours=13), timedelta(hours=22)


@pytest.fixture
async def staff(database: Database, clock: FakeClock) -> Staff:
    return await a_staff(database, clock)


async def tell(
    staff: Staff, key: str, text: str = "", *, kind: NoticeKind = RULE, topic: str = "",
    notifier: OutboxNotifier | None = None, files: tuple[Attachment, ...] = (),
) -> bool:  # fmt: skip
    notifier = notifier or staff.notifier()
    async with staff.database.unit_of_work() as session:
        return await notifier.to_person(
            session, kind, key, staff.person.id, text or key, topic=topic, attachments=files
        )


async def ask(staff: Staff, number: int, *, expires_after: timedelta = timedelta(days=1)) -> None:
    """Open an approval, and ask the person for it."""
    now = staff.clock.now()
    async with staff.database.unit_of_work() as session:
        session.add(
            Approval(
                organisation_id=staff.organisation.id, number=number, order_key=f"o{number}",
                tool="set_budget", plan={}, plan_hash="", summary="raise C-1", lines=[],
                daily_cost=1, votes_needed=1, requested_by=staff.person.id,
                conversation_id=staff.chats[staff.person.id], status=ApprovalStatus.pending,
                created_at=now, expires_at=now + expires_after,
            )
        )  # fmt: skip
        await session.flush()
        await staff.notifier().to_people(
            session, NoticeKind.approval, f"approval:{number}", [staff.person.id],
            "approvals.please_answer", urgent=True, name="Li", ref=f"P-{number}",
            summary="raise C-1",
        )  # fmt: skip


async def switch(staff: Staff, kind: NoticeKind, *, on: bool) -> None:
    async with staff.database.unit_of_work() as session:
        book = WishBook(session, staff.organisation.id, staff.person.id, staff.clock)
        await book.switch(kind, on=on)


class TestByDay:
    async def test_a_notice_comes_at_once(self, staff: Staff) -> None:
        assert await tell(staff, "a")
        assert await staff.texts() == ["a"]

    async def test_the_same_key_comes_once(self, staff: Staff) -> None:
        for _ in range(2):
            assert await tell(staff, "a")
        assert await staff.texts() == ["a"]

    async def test_somebody_without_a_chat_is_not_reached(self, staff: Staff) -> None:
        nobody = await staff.joins("Ghost", chat=False)
        async with staff.database.unit_of_work() as session:
            reached = await staff.notifier().to_people(
                session, JOB, "k", [nobody.id, staff.person.id], "jobs.failed", job="j"
            )
        assert reached == 1

    async def test_a_kind_that_is_off_does_not_come(self, staff: Staff) -> None:
        await switch(staff, RULE, on=False)
        assert not await tell(staff, "a")
        assert await tell(staff, "b", kind=JOB)
        assert await staff.texts() == ["b"]

    async def test_what_was_not_wanted_does_not_come_when_it_is_wanted_again(
        self, staff: Staff
    ) -> None:
        await switch(staff, RULE, on=False)
        await tell(staff, "a")
        await switch(staff, RULE, on=True)
        assert not await tell(staff, "a"), "the same turn, repeated"
        await tell(staff, "b")
        await staff.flushes()
        assert await staff.texts() == ["b"]


class TestStorms:
    async def test_the_first_comes_at_once_and_the_others_as_one_with_their_number(
        self, staff: Staff
    ) -> None:
        for number in range(5):
            await tell(staff, f"k{number}", f"text {number}", topic="R-1")
            staff.clock.advance(timedelta(minutes=1))
        await staff.flushes()
        assert await staff.texts() == ["text 0"]
        staff.clock.advance(WINDOW)
        await staff.flushes()
        assert await staff.texts() == ["text 0", "10:01–10:04 共 4 次，最近一次：\ntext 4"]

    async def test_a_storm_that_goes_on_is_one_message_a_window(self, staff: Staff) -> None:
        for number in range(25):
            await tell(staff, f"k{number}", f"text {number}", topic="R-1")
            staff.clock.advance(timedelta(minutes=1))
            await staff.flushes()
        assert [text.split("最近")[0] for text in await staff.texts()] == [
            "text 0", "10:01–10:09 共 9 次，", "10:10–10:19 共 10 次，",
        ]  # fmt: skip

    async def test_after_a_window_with_nothing_in_it_the_next_comes_at_once(
        self, staff: Staff
    ) -> None:
        await tell(staff, "a", topic="R-1")
        staff.clock.advance(WINDOW)
        await tell(staff, "b", topic="R-1")
        assert await staff.texts() == ["a", "b"]

    async def test_what_comes_between_the_end_of_a_window_and_its_message_is_counted(
        self, staff: Staff
    ) -> None:
        await tell(staff, "a", topic="R-1")
        await tell(staff, "b", topic="R-1")
        staff.clock.advance(WINDOW)
        await tell(staff, "c", topic="R-1")
        await staff.flushes()
        assert (await staff.texts())[1:] == ["10:00–10:10 共 2 次，最近一次：\nc"]

    async def test_other_topics_and_what_has_none_are_not_held_up(self, staff: Staff) -> None:
        for key, topic in (("a", "R-1"), ("b", "R-2"), ("c", ""), ("d", "")):
            await tell(staff, key, topic=topic)
        assert await staff.texts() == ["a", "b", "c", "d"]

    async def test_without_a_window_each_comes(self, staff: Staff) -> None:
        notifier = staff.notifier(window=timedelta(0))
        for key in ("a", "b"):
            await tell(staff, key, topic="R-1", notifier=notifier)
        assert await staff.texts() == ["a", "b"]

    async def test_two_processes_count_together_and_tell_once(self, staff: Staff) -> None:
        processes = [staff.notifier(owner="one"), staff.notifier(owner="two")]
        await asyncio.gather(
            *(
                tell(staff, f"k{number}", topic="R-1", notifier=processes[number % 2])
                for number in range(30)
            )
        )
        staff.clock.advance(WINDOW)
        await asyncio.gather(*(staff.flushes(process) for process in processes))
        first, gathered = await staff.texts()
        assert first.startswith("k")
        assert "共 29 次" in gathered


class TestQuietHours:
    async def test_thirty_at_night_are_one_message_in_the_morning(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        for number in range(30):
            await tell(staff, f"k{number}", f"R-1 fired {number}", topic="R-1")
            staff.clock.advance(timedelta(minutes=15))
            await staff.flushes()
        assert await staff.texts() == []
        staff.clock.advance(timedelta(hours=2))
        # Another process, later: what it knows is in the database.
        await staff.flushes(staff.notifier(owner="restarted"))
        await staff.flushes()
        assert await staff.texts() == ["23:00–06:15 共 30 次，最近一次：\nR-1 fired 29"]

    async def test_everything_comes_in_order_in_one_message(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        await tell(staff, "import done", kind=JOB)
        staff.clock.advance(timedelta(minutes=1))
        await tell(staff, "r1", "R-1 fired", topic="R-1")
        await tell(staff, "contact", kind=NoticeKind.lead)
        await tell(staff, "r2", "R-1 fired again", topic="R-1")
        assert await staff.texts() == []
        staff.clock.advance(TO_8)
        await staff.flushes()
        (text,) = await staff.texts()
        assert text.splitlines() == [
            "📬 有 4 条通知：", "", "23:00 import done", "",
            "23:01 共 2 次，最近一次：R-1 fired again", "", "23:01 contact",
        ]  # fmt: skip

    async def test_a_single_one_is_told_as_it_is(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        await tell(staff, "import done", kind=JOB)
        staff.clock.advance(TO_8)
        await staff.flushes()
        assert await staff.texts() == ["import done"]

    async def test_the_same_key_is_not_held_twice(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        for _ in range(2):
            await tell(staff, "a")
        staff.clock.advance(TO_8)
        await staff.flushes()
        await tell(staff, "a")
        assert await staff.texts() == ["a"]

    async def test_files_wait_with_their_words(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        file = Attachment(name="rejected.csv", media_type="text/csv", content=b"a,b")
        await tell(staff, "done", kind=JOB, files=(file,))
        staff.clock.advance(TO_8)
        await staff.flushes()
        ((message,),) = [await staff.messages()]
        async with staff.database.unit_of_work() as session:
            (waiting,) = await staff.outbox().waiting(session, "fake")
            (parcel,) = await staff.outbox().claim(session, [waiting])
            left = await session.scalar(select(func.count(NoticeFile.id)))
        assert message.text == "done"
        assert [(each.name, each.content) for each in parcel.files] == [("rejected.csv", b"a,b")]
        assert left == 0

    async def test_what_was_ordered_for_a_time_comes_at_that_time(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        await tell(staff, "the report", kind=REPORT)
        assert await staff.texts() == ["the report"]

    async def test_quiet_hours_taken_back_let_out_what_waits(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        await tell(staff, "a")
        async with staff.database.unit_of_work() as session:
            book = WishBook(session, staff.organisation.id, staff.person.id, staff.clock)
            await book.keep_quiet(None)
        await staff.flushes()
        assert await staff.texts() == ["a"]

    async def test_longer_quiet_hours_hold_back_what_waits_already(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        await tell(staff, "a")
        await staff.keeps_quiet("22:00-09:00")
        staff.clock.advance(timedelta(hours=9, minutes=30))
        await staff.flushes()
        assert await staff.texts() == []
        staff.clock.advance(timedelta(minutes=30))
        await staff.flushes()
        assert await staff.texts() == ["a"]

    async def test_a_kind_switched_off_meanwhile_is_dropped(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        await tell(staff, "a")
        await tell(staff, "b", kind=JOB)
        await switch(staff, RULE, on=False)
        staff.clock.advance(TO_8)
        await staff.flushes()
        assert await staff.texts() == ["b"]

    async def test_the_end_of_a_storms_window_at_night_waits_for_the_morning(
        self, staff: Staff
    ) -> None:
        await staff.keeps_quiet("10:05-11:00")
        for key in ("a", "b", "c"):
            await tell(staff, key, topic="R-1")
        staff.clock.advance(WINDOW)
        await staff.flushes()
        assert await staff.texts() == ["a"]
        staff.clock.advance(timedelta(minutes=50))
        await staff.flushes()
        assert await staff.texts() == ["a", "10:00 共 2 次，最近一次：\nc"]


class TestApprovals:
    async def test_they_are_asked_at_night(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT)
        staff.clock.advance(TO_23)
        await ask(staff, 5)
        (message,) = await staff.messages()
        assert [button["send"] for button in message.buttons] == ["/approve P-5", "/reject P-5"]

    async def test_whoever_wants_that_is_asked_in_the_morning(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT, urgent_passes=False)
        staff.clock.advance(TO_23)
        await ask(staff, 5)
        await ask(staff, 6)
        assert await staff.messages() == []
        staff.clock.advance(TO_8 - TO_23)
        await staff.flushes()
        (message,) = await staff.messages()
        assert [button["send"] for button in message.buttons] == [
            "/approve P-5", "/reject P-5", "/approve P-6", "/reject P-6",
        ]  # fmt: skip
        assert message.shown == ["P-5", "P-6"]

    @pytest.mark.parametrize(
        "how", [ApprovalStatus.executed, ApprovalStatus.rejected, ApprovalStatus.expired]
    )
    async def test_what_is_answered_by_then_is_not_asked(
        self, staff: Staff, how: ApprovalStatus
    ) -> None:
        await staff.keeps_quiet(NIGHT, urgent_passes=False)
        staff.clock.advance(TO_23)
        await ask(staff, 5)
        async with staff.database.unit_of_work() as session:
            await session.execute(update(Approval).values(status=how))
        staff.clock.advance(TO_8)
        await staff.flushes()
        assert await staff.messages() == []

    async def test_what_has_expired_and_is_not_closed_yet_is_not_asked(self, staff: Staff) -> None:
        await staff.keeps_quiet(NIGHT, urgent_passes=False)
        staff.clock.advance(TO_23)
        await ask(staff, 5, expires_after=timedelta(hours=1))
        staff.clock.advance(TO_8)
        await staff.flushes()
        assert await staff.messages() == []


async def test_one_persons_wishes_are_not_anothers(staff: Staff) -> None:
    colleague = await staff.joins("Li")
    await staff.keeps_quiet(NIGHT)
    await switch(staff, NoticeKind.lead, on=False)
    staff.clock.advance(TO_23)
    async with staff.database.unit_of_work() as session:
        reached = await staff.notifier().to_staff(
            session, NoticeKind.lead, "k", "support.contact_left", name="Han", lead="L-1"
        )
    assert reached == 1
    assert len(await staff.texts(colleague)) == 1
    assert await staff.texts() == []


async def test_what_was_told_long_ago_is_forgotten_and_what_waits_is_not(staff: Staff) -> None:
    await tell(staff, "told")
    await staff.keeps_quiet(NIGHT)
    staff.clock.advance(TO_23)
    await tell(staff, "waits")
    staff.clock.advance(timedelta(days=31))
    async with staff.database.unit_of_work() as session:
        await tidy(session, staff.organisation.id, staff.clock)
        rows = list(await session.scalars(select(Notice)))
    assert [(row.text, row.status) for row in rows] == [("waits", NoticeStatus.held)]
