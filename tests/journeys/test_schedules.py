"""Reports that come by themselves: ordered, listed, pushed, cancelled; and the daily brief."""

from datetime import timedelta
from typing import Any

import pytest

from storage.tables.job import Job
from tests.fakes.ports import OpenFence
from tests.journeys.chat import ADMIN, MANAGER, Chat
from tools.jobs.service import JobService
from tools.reports.scheduling import BRIEF, HANDLERS, PUSH


async def jobs(chat: Chat, kind: str) -> list[Job]:
    async with chat.service.database.reading() as session:
        service = JobService(session, chat.ground.organisation_id, chat.clock, await chat.zone())
        return await service.of_kind(kind)


async def run(chat: Chat, job: Job, order: str = "job:1:x") -> None:
    """What the job runner does when the job is due."""
    context = await chat.ground.tools_of_job(job.created_by, order, OpenFence())
    await HANDLERS[job.kind](context, job.payload)
    await chat.service.settled()


@pytest.mark.parametrize(
    ("text", "cron", "kind", "period"),
    [
        ("每天早上 9 点给我发总览", "0 9 * * *", "overview", "yesterday"),
        ("send me the channel report every Monday at 8:30", "30 8 * * 1", "channel", "last_week"),
    ],
)
async def test_a_report_is_scheduled(
    chat: Chat, text: str, cron: str, kind: str, period: str
) -> None:
    answer = await chat.says(text)
    (job,) = await jobs(chat, PUSH)
    assert job.cron == cron
    assert (job.payload["kind"], job.payload["period"]) == (kind, period)
    assert job.due_at is not None
    assert f"{job.due_at.astimezone(await chat.zone()):%m-%d %H:%M}" in answer


async def test_it_is_pushed_to_the_person_who_asked_with_its_picture(chat: Chat) -> None:
    await chat.says("每天 9 点发总览")
    (job,) = await jobs(chat, PUSH)
    chat.clock.advance(timedelta(days=1))
    await run(chat, job)
    pushed = await chat.last(MANAGER)
    assert "新增线索" in pushed.text
    assert [file.media_type for file in pushed.files] == ["image/png"]


async def test_the_same_run_twice_pushes_once(chat: Chat) -> None:
    await chat.says("每天 9 点发总览")
    (job,) = await jobs(chat, PUSH)
    already = len(chat.sent())
    await run(chat, job)
    await run(chat, job)
    assert len(chat.sent()) == already + 1


async def test_it_comes_in_the_language_that_was_wished_for(chat: Chat) -> None:
    await chat.says("以后报表都用英文")
    await chat.says("每天 9 点发总览")
    (job,) = await jobs(chat, PUSH)
    await run(chat, job)
    assert "new leads" in (await chat.last(MANAGER)).text


async def test_who_is_no_manager_any_more_gets_nothing(chat: Chat) -> None:
    await chat.says("每天 9 点发总览")
    (job,) = await jobs(chat, PUSH)
    await chat.says("/role 王经理 agent", as_=ADMIN)
    already = len(chat.sent())
    await run(chat, job)
    assert len(chat.sent()) == already


async def test_pushes_are_listed_and_cancelled(chat: Chat) -> None:
    assert "还没有" in await chat.says("/schedules")
    await chat.says("每天 9 点发总览")
    await chat.says("每月 1 号 10 点发上个月的漏斗")
    listed = await chat.says("/schedules")
    assert "1. 总览报表 · 每天 09:00" in listed
    assert "2. 漏斗报表 · 每月 1 日 10:00" in listed
    await chat.presses("取消 1")
    assert [job.payload["kind"] for job in await jobs(chat, PUSH)] == ["funnel"]
    assert "没有编号" in await chat.says("/schedules cancel 7")
    assert "用法" in await chat.says("/schedules stop please")


async def test_a_colleague_neither_sees_nor_cancels_them(chat: Chat) -> None:
    await chat.says("每天 9 点发总览")
    assert "还没有" in await chat.says("/schedules", as_=ADMIN)
    assert "没有编号" in await chat.says("/schedules cancel 1", as_=ADMIN)
    assert len(await jobs(chat, PUSH)) == 1


async def test_undo_takes_the_schedule_back(chat: Chat) -> None:
    await chat.says("每天 9 点发总览")
    assert "已取消" in await chat.says("撤销")
    assert await jobs(chat, PUSH) == []


@pytest.mark.parametrize("words", ["/brief on 08:30", "/brief 开 8:30"])
async def test_the_daily_brief_is_opted_into(chat: Chat, words: str) -> None:
    assert "没有开" in await chat.says("/brief")
    assert "08:30" in await chat.says(words)
    (job,) = await jobs(chat, BRIEF)
    await chat.says("C-1 预算加 20%")
    await run(chat, job)
    brief = (await chat.last(MANAGER)).text
    assert "简报" in brief
    assert "等待确认的事项：1 件" in brief
    assert "公海" in brief
    assert "开着" in await chat.says("/brief")
    await chat.says("/brief off")
    assert await jobs(chat, BRIEF) == []


@pytest.mark.parametrize("words", ["/brief on 25:00", "/brief maybe", "/brief on soon"])
async def test_a_brief_at_no_time_is_refused_with_the_usage(chat: Chat, words: str) -> None:
    assert "用法" in await chat.says(words)


async def test_a_schedule_that_never_comes_is_refused(chat: Chat) -> None:
    before: list[Any] = await jobs(chat, PUSH)
    await chat.says("按 99 99 * * * 的时间发总览")
    assert await jobs(chat, PUSH) == before
