"""When something repeats, as the five fields of cron; nine o'clock when no time is said."""

import re

from tools.reading.base import Reading
from tools.reading.chinese import value_of
from tools.reading.normal import normalise
from tools.reading.tables import table

_TABLE = table("cron")
_LITERAL = re.compile(r"(?<![\w*/])(?P<cron>(?:[\d*][\d*/,-]*[ ]+){4}[\d*][\d*/,-]*)(?![\w*/,-])")
_DAYS = re.compile(r"days(?![a-z])")
_DAILY = re.compile(_TABLE["daily"])
_WORKDAYS = re.compile(_TABLE["workdays"])
_WEEKENDS = re.compile(_TABLE["weekends"])
_WEEKLY = re.compile(_TABLE["weekly"])
_WEEKLY_ALONE = re.compile(_TABLE["weekly_alone"])
_WEEK_DAYS = re.compile(_TABLE["week_days"])
_WEEK_DAYS_EN = re.compile(_TABLE["week_days_en"])
_MONTHLY = re.compile(_TABLE["monthly"])
_HOURLY = re.compile(_TABLE["hourly"])
_TIME = re.compile(_TABLE["time"])
_EVENING = re.compile(_TABLE["parts"]["evening"])
_PART_HOURS: dict[str, int] = _TABLE["hours"]
_SUNDAY_FIRST = "日一二三四五六"
_ENGLISH_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_QUARTERS = {"半": 30, "一刻": 15, "三刻": 45}


def crons(text: str) -> list[Reading]:
    """At most one reading; a literal cron wins."""
    plain = normalise(text)
    literal = _LITERAL.search(plain)
    if literal:
        fields = literal["cron"].split()
        return _at(" ".join(fields), [literal.span("cron")]) if _is_cron(fields) else []
    found = _rhythm(plain)
    if found is None:
        return []
    days, spans = found
    minute, hour, time_span = _time(plain)
    if days.startswith("hourly"):
        return _at("0 * * * *", spans)
    return _at(f"{minute} {hour} {days}", [*spans, *time_span])


def _rhythm(plain: str) -> tuple[str, list[tuple[int, int]]] | None:
    """The last three fields and where they were said."""
    monthly = _MONTHLY.search(plain)
    if monthly:
        return f"{_day_of_month(monthly)} * *", [monthly.span()]
    for pattern, days in ((_WORKDAYS, "1-5"), (_WEEKENDS, "0,6")):
        match = pattern.search(plain)
        if match and (_repeats(plain) or pattern is _WORKDAYS):
            return f"* * {days}", [match.span()]
    weekly = _week_days(plain) if _repeats(plain) else None
    if weekly:
        return weekly
    for pattern, days in ((_DAILY, "* * *"), (_WEEKLY_ALONE, "* * 1"), (_HOURLY, "hourly")):
        match = pattern.search(plain)
        if match:
            return days, [match.span()]
    return None


def _repeats(plain: str) -> bool:
    """Whether a weekday means every one: it says so, or a time of day stands with it."""
    return any(words.search(plain) for words in (_WEEKLY, _DAYS, _TIME))


def _week_days(plain: str) -> tuple[str, list[tuple[int, int]]] | None:
    numbers: list[int] = []
    spans: list[tuple[int, int]] = []
    for match in _WEEK_DAYS.finditer(plain):
        said = re.findall(r"[一二三四五六日天1-7](?![期拜])", match["days"].replace("天", "日"))
        numbers += [int(day) % 7 if day.isdecimal() else _SUNDAY_FIRST.index(day) for day in said]
        spans.append(match.span())
    for match in _WEEK_DAYS_EN.finditer(plain):
        numbers.append(_ENGLISH_DAYS.index(match["name"][:3]))
        spans.append(match.span())
    if not numbers:
        return None
    return f"* * {','.join(map(str, sorted(set(numbers))))}", spans


def _day_of_month(match: re.Match[str]) -> int:
    said = match["day"] or match["en"] or match["en2"] or match["en3"] or match["en4"]
    day = (int(said) if said.isdecimal() else int(value_of(said) or 1)) if said else 1
    return day if 1 <= day <= 31 else 1


def _time(plain: str) -> tuple[int, int, list[tuple[int, int]]]:
    """Minute, hour and the span that says them."""
    for match in _TIME.finditer(plain):
        hour, minute = _clock(match)
        if 0 <= hour <= 23 and 0 <= minute <= 59:
            return minute, hour, [match.span()]
    for part, hour in _PART_HOURS.items():
        at = plain.find(part)
        if at >= 0:
            return 0, hour, [(at, at + len(part))]
    return 0, 9, []


def _clock(match: re.Match[str]) -> tuple[int, int]:
    if match["noon"] or match["midnight"]:
        return (12 if match["noon"] else 0), 0
    hour = _count(match["h"] or match["hz"] or match["h12"] or match["at"])
    minute = _count(match["m"] or match["mz"] or match["m12"] or match["atm"] or "0")
    half = (match["ap"] or match["ap12"] or "")[:1]
    later = half == "p" or _EVENING.search(match["part"] or "") is not None
    if half == "p" or (later and not half):
        hour += 12 if hour < 12 else 0
    elif match["part"] == "中午":
        hour += 12 if hour < 3 else 0
    elif half == "a" and hour == 12:
        hour = 0
    return hour, minute


def _count(said: str) -> int:
    if said in _QUARTERS:
        return _QUARTERS[said]
    return int(said) if said.isdecimal() else int(value_of(said) or 0)


def _is_cron(fields: list[str]) -> bool:
    """Whether every number lies in its field's bounds."""
    return all(
        low <= int(number) <= high
        for field, (low, high) in zip(fields, _BOUNDS, strict=True)
        for number in re.findall(r"(?<!/)\d+", field)
    )


def _at(value: str, spans: list[tuple[int, int]]) -> list[Reading]:
    return [
        Reading(value=value, start=min(span[0] for span in spans), end=max(e for _, e in spans))
    ]
