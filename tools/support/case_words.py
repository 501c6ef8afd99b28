"""How cases are worded, for the customer who waits and for the staff."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from config.i18n import Language, say
from storage.tables.case import Case, CaseEventKind, CaseStatus
from tools.support.case_parts import Requested
from tools.support.cases import CaseService
from tools.support.presence import Colleague

_LETTERS, _LAST = 60, 10


def requested_words(language: Language, requested: Requested, zone: ZoneInfo) -> str:
    """What a customer who wants a person is told, no more than is true."""
    case = requested.case
    if case.status is CaseStatus.active:
        return say(language, "cases.being_served")
    if requested.back_at is not None:
        return say(
            language, "cases.nobody_here", at=moment(requested.back_at, zone), ticket=case.ticket
        )
    lines = [
        say(language, "cases.coming" if requested.new else "cases.still_waiting", ref=case.ref)
    ]
    if requested.ahead:
        lines.append(say(language, "cases.ahead", n=requested.ahead))
    if requested.wait is not None:
        lines.append(say(language, "cases.usual_wait", n=minutes(requested.wait)))
    return "\n".join([*lines, say(language, "cases.meanwhile")])


def moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%m-%d %H:%M}"


def minutes(time: timedelta) -> int:
    """Rounded up: nobody minds that it was shorter."""
    return max(1, -(-int(time.total_seconds()) // 60))


async def case_lines(service: CaseService, cases: Sequence[Case], language: Language) -> list[str]:
    """One line each."""
    names = await service.people.names()
    lines = []
    for case in cases:
        serving = [seat.person.name for seat in await service.rows.seats(case.id)]
        if case.by_platform:
            serving.append(say(language, "cases.on_platform"))
        waited = service.desk.clock.now() - case.opened_at
        about = case.question[:_LETTERS] or say(language, f"cases.reasons.{case.reason}")
        key = "cases.line_active" if case.status is CaseStatus.active else "cases.line_waiting"
        lines.append(
            say(
                language, key, ref=case.ref, name=names[case.customer_id], about=about,
                minutes=minutes(waited), staff=", ".join(serving),
                priority=say(language, f"cases.priorities.{case.priority}"),
            )
        )  # fmt: skip
    return lines


async def case_shown(service: CaseService, case: Case, language: Language, zone: ZoneInfo) -> str:
    """All that the staff may know of one case."""
    lines = [
        await service.offering.card(case, language),
        say(language, f"cases.states.{case.status}"),
    ]
    serving = [seat.person.name for seat in await service.rows.seats(case.id)]
    if serving:
        lines.append(say(language, "cases.served_by", names=", ".join(serving)))
    if case.ticket:
        lines.append(say(language, "cases.ticket_is", ref=case.ticket))
    if (mark := await service.rows.mark(case)) is not None:
        lines.append(say(language, "cases.mark_is", mark=mark))
    if case.summary:
        lines.append(say(language, "cases.summary_is", text=case.summary))
    names = await service.people.names()
    for event in (await service.rows.events(case.id))[-_LAST:]:
        who = names.get(event.person_id or 0, say(language, "cases.nobody"))
        what = say(language, f"cases.events.{event.kind}")
        text = f": {event.text}" if event.kind in _TELLING and event.text else ""
        lines.append(f"{moment(event.at, zone)} {who} {what}{text}")
    return "\n".join(lines)


_TELLING = frozenset({CaseEventKind.note, CaseEventKind.transferred, CaseEventKind.changed})


def duty_lines(colleagues: Sequence[Colleague], language: Language) -> list[str]:
    return [
        say(
            language, "cases.duty_here" if each.here else "cases.duty_away",
            name=each.person.name, n=each.busy,
        )
        for each in colleagues
    ]  # fmt: skip
