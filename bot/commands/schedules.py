"""/schedules /brief: what is pushed to this person, and when."""

import re

from agent.contract import Button, Reply
from bot.commands.base import Invocation
from config.errors import InvalidInput
from tools.jobs.service import JobService
from tools.reports.cron_text import in_words
from tools.reports.scheduling import BRIEF, cancel, scheduled_by

_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")
_USUAL = "09:00"


async def schedules(use: Invocation) -> Reply:
    """The list with buttons to cancel; `/schedules cancel 3` cancels."""
    context = use.services.open_tools(use.turn)
    if use.words:
        number = use.words[-1].removeprefix("#")
        if len(use.words) != 2 or use.words[0] not in ("cancel", "取消") or not number.isdecimal():
            raise InvalidInput("schedules.usage")
        async with use.services.database.unit_of_work() as session:
            await cancel(session, context, int(number))
        return Reply(text=use.say("schedules.cancelled", number=number))
    async with use.services.database.reading() as session:
        jobs = await scheduled_by(session, context)
        brief = await JobService.of(session, context).find(_brief_key(use))
    if not jobs and brief is None:
        return Reply(text=use.say("schedules.none"))
    lines = [
        use.say(
            "schedules.line", number=job.payload["number"],
            report=use.say(f"schedules.kinds.{job.payload['kind']}"),
            when=in_words(use.language, job.cron or ""),
        )
        for job in jobs
    ]  # fmt: skip
    if brief is not None:
        lines.append(use.say("schedules.brief.line", when=in_words(use.language, brief.cron or "")))
    buttons = tuple(
        Button(
            label=use.say("schedules.button", number=job.payload["number"]),
            send=f"/schedules cancel {job.payload['number']}",
        )
        for job in jobs
    )
    return Reply(text="\n".join([use.say("schedules.title"), *lines]), buttons=buttons)


async def brief(use: Invocation) -> Reply:
    """/brief on 08:30, /brief off; without a word: whether it is on."""
    context = use.services.open_tools(use.turn)
    async with use.services.database.unit_of_work() as session:
        service = JobService.of(session, context)
        known = await service.find(_brief_key(use))
        if not use.words:
            key = "schedules.brief.is_off" if known is None else "schedules.brief.is_on"
            when = in_words(use.language, known.cron or "") if known else ""
            return Reply(text=use.say(key, when=when))
        if use.words[0].lower() in ("off", "关", "关闭"):
            await service.stop(session, _brief_key(use))
            return Reply(text=use.say("schedules.brief.switched_off"))
        time = _TIME.fullmatch(use.words[-1] if len(use.words) == 2 else _USUAL)
        if use.words[0].lower() not in ("on", "开", "开启") or time is None:
            raise InvalidInput("schedules.brief.usage")
        cron = f"{int(time[2])} {int(time[1])} * * *"
        due = await service.repeat(
            session, _brief_key(use), BRIEF, {}, cron=cron, person_id=use.turn.asker.id
        )
    return Reply(
        text=use.say(
            "schedules.brief.switched_on", when=in_words(use.language, cron),
            due=f"{due.astimezone(use.turn.organisation.timezone):%m-%d %H:%M}",
        )
    )  # fmt: skip


def _brief_key(use: Invocation) -> str:
    return f"brief:{use.turn.asker.id}"
