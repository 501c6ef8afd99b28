"""Alerts: each told once when it fires and once when it is over, whatever happens in between."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.findings import Finding
from bot.shelf import Shelf
from config.channels import WecomRobotSettings
from storage.inbox import Inbox, Place
from storage.tables.work import (
    Conversation,
    OutboxMessage,
)
from tests.builders.alerts import BROKEN, HEALTHY, MINUTE, House, a_setting


class TestStates:
    async def test_nothing_is_said_while_all_is_well(self, house: House) -> None:
        await house.passes(5)
        assert await house.told() == []
        assert await house.names() == []

    async def test_what_is_soon_over_is_not_told(self, house: House) -> None:
        house.findings = [BROKEN]
        await house.passes(2)
        house.findings = [HEALTHY]
        await house.passes(10)
        assert await house.told() == []

    async def test_it_is_told_once_when_it_lasts_and_once_when_it_is_over(
        self, house: House
    ) -> None:
        house.findings = [HEALTHY, BROKEN]
        await house.passes(10)
        assert await house.told() == [
            "🔴 model deepseek 不正常，从 11-18 10:01 起。401: set the right api_key"
        ]
        house.findings = [HEALTHY]
        await house.passes(10)
        assert (await house.told())[1:] == [
            "✅ model deepseek 恢复正常（11-18 10:01 起的告警已恢复）"
        ]
        assert await house.names() == []

    async def test_a_part_that_is_named_well_again_is_over_too(self, house: House) -> None:
        house.findings = [BROKEN]
        await house.passes(4)
        house.findings = [Finding(part=BROKEN.part, fine=True, seen="ok")]
        await house.passes(4)
        assert len(await house.told()) == 2

    async def test_it_is_not_over_while_it_only_seems_so(self, house: House) -> None:
        house.findings = [BROKEN]
        await house.passes(4)
        for findings in ([HEALTHY], [BROKEN]) * 5:
            house.findings = findings
            await house.passes()
        assert len(await house.told()) == 1

    async def test_the_second_time_is_told_again(self, house: House) -> None:
        for findings in ([BROKEN], [HEALTHY]) * 2:
            house.findings = findings
            await house.passes(20)
        assert ["🔴" in text for text in await house.told()] == [True, False] * 2

    async def test_a_restarted_process_does_not_repeat(self, house: House) -> None:
        house.findings = [BROKEN]
        await house.passes(4)
        await house.passes(4, house.process(owner="restarted"))
        assert len(await house.told()) == 1
        house.findings = [HEALTHY]
        await house.passes(4, house.process(owner="restarted again"))
        assert len(await house.told()) == 2

    async def test_two_processes_do_not_double(self, house: House) -> None:
        house.findings = [BROKEN]
        two = [house.process(owner="one"), house.process(owner="two")]
        for _ in range(5):
            house.staff.clock.advance(MINUTE)
            await asyncio.gather(*(watch.evaluate() for watch in two))
        assert len([text for text in await house.told() if BROKEN.part in text]) == 1

    async def test_a_rule_that_is_switched_off_ends_what_fires(self, house: House) -> None:
        house.findings = [BROKEN]
        await house.passes(4)
        off = house.settings.model_copy(update={"alerts": a_setting("parts", enabled=False)})
        await house.passes(2, house.process(settings=off))
        assert await house.names() == []

    async def test_other_companies_are_not_asked_each_minute_while_all_is_well(
        self, house: House
    ) -> None:
        await house.passes(10)
        assert house.looks == 2
        house.findings = [BROKEN]
        await house.passes(10)
        assert house.looks > 6


class TestWhoIsTold:
    async def test_admins_and_nobody_else(self, house: House) -> None:
        house.findings = [BROKEN]
        await house.passes(4)
        assert len(await house.told()) == 1
        assert await house.staff.texts() == []

    async def test_the_robot_of_a_group(self, house: House) -> None:
        settings = house.settings.model_copy(
            update={"wecom_robot": WecomRobotSettings(key=SecretStr("k"))}
        )
        house.findings = [
            BROKEN,
            Finding(part="Qdrant", fine=False, seen="away", advice="start it"),
        ]
        await house.passes(6, house.process(settings=settings))
        (text,) = await self._at(house, Place(channel="wecom_robot", bot="robot", chat="group"))
        assert [BROKEN.part in line for line in text.splitlines()] == [True, False]
        assert text.count("🔴") == 2

    async def test_the_chats_that_asked_in_their_language(self, house: House) -> None:
        group = await self._asks(house, "en")
        house.findings = [BROKEN]
        await house.passes(6)
        house.findings = [HEALTHY]
        await house.passes(6)
        told = await self._at(house, group)
        assert [text.split(",")[0] for text in told] == [
            "🔴 model deepseek is not well",
            "✅ model deepseek is well again (alert since 11-18 10:01)",
        ]

    async def test_a_chat_that_was_closed_is_left_out(self, house: House) -> None:
        group = await self._asks(house, "en")
        async with house.staff.database.unit_of_work() as session:
            row = await session.scalar(select(Conversation).where(Conversation.chat == group.chat))
            assert row is not None
            row.closed_at = house.staff.clock.now()
        house.findings = [BROKEN]
        await house.passes(6)
        assert await self._at(house, group) == []

    async def test_nobody_of_what_is_muted_until_it_is_not(self, house: House) -> None:
        async with house.staff.database.unit_of_work() as session:
            until = house.staff.clock.now() + timedelta(minutes=10)
            await house.book.mute(session, "parts", until)
        house.findings = [BROKEN]
        await house.passes(8)
        assert await house.told() == []
        assert await house.names() == ["parts"]
        await house.passes(4)
        assert len(await house.told()) == 1

    async def test_what_is_over_before_it_was_told_is_not_told(self, house: House) -> None:
        async with house.staff.database.unit_of_work() as session:
            until = house.staff.clock.now() + timedelta(hours=2)
            await house.book.mute(session, "parts", until)
        for findings in ([BROKEN], [HEALTHY]):
            house.findings = findings
            await house.passes(8)
        await house.passes(120)
        assert await house.told() == []

    @pytest.mark.parametrize(("severity", "reached"), [("critical", 1), ("warning", 0)])
    async def test_only_what_is_critical_comes_in_quiet_hours(
        self, house: House, severity: str, reached: int
    ) -> None:
        house.staff.person = house.admin
        await house.staff.keeps_quiet("09:00-12:00")
        rules = a_setting("parts", severity=severity)
        house.findings = [BROKEN]
        await house.passes(
            4, house.process(settings=house.settings.model_copy(update={"alerts": rules}))
        )
        assert len(await house.told()) == reached

    @staticmethod
    async def _asks(house: House, language: str) -> Place:
        """/alerts here, in a group."""
        group = Place(channel="telegram", bot="bot", chat="-100")
        async with house.staff.database.unit_of_work() as session:
            inbox = Inbox(house.staff.organisation.id, house.staff.clock)
            conversation = await inbox.conversation(session, group, private_with=None)
            await house.book.tell_here(session, conversation, language)
        return group

    @staticmethod
    async def _at(house: House, place: Place) -> list[str]:
        async with house.staff.database.reading() as session:
            rows = await session.scalars(
                select(OutboxMessage.text)
                .join(Conversation, Conversation.id == OutboxMessage.conversation_id)
                .where(Conversation.channel == place.channel, Conversation.chat == place.chat)
                .order_by(OutboxMessage.id)
            )
            return list(rows)


class TestRunning:
    async def test_a_bug_in_a_check_does_not_end_the_service(self, house: House) -> None:
        seen: list[str] = []

        async def look() -> Sequence[Finding]:
            seen.append("looked")
            raise ValueError("a bug in a check")

        house.watch._readings._look = look
        every = house.settings.alerts.model_copy(update={"every": timedelta(milliseconds=20)})
        house.watch._settings = house.settings.model_copy(update={"alerts": every})
        task = asyncio.create_task(house.watch.run())
        await until(lambda: len(seen) > 1 or task.done())
        assert not task.done()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def test_one_process_evaluates_and_all_say_what_they_are_connected_to(
        self, house: House
    ) -> None:
        duties: list[str] = []

        async def somebody_elses(name: str, work: Callable[[], Any]) -> None:
            duties.append(name)
            await asyncio.Event().wait()

        house.watch._duty = somebody_elses
        task = asyncio.create_task(house.watch.run())
        shelf = Shelf(house.redis, house.staff.organisation.id)
        while await shelf.get("connected:fake") is None:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert duties == ["alerts"]
        assert house.looks == 0


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not happened():
            await asyncio.sleep(0.01)
