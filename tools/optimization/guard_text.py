"""Guards in words: as people set them (`cooldown=48h hours=09:00-21:00`), and as they are told."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from tools.campaigns.service import money
from tools.conditions import plain
from tools.context import ToolContext
from tools.optimization.errors import GuardUnclear
from tools.optimization.guards import Guards

_NAMES = {
    "cooldown": "cool_down_hours", "冷却": "cool_down_hours", "冷卻": "cool_down_hours",
    "per_day": "most_a_day", "每天": "most_a_day",
    "per_ad_set": "most_per_ad_set", "每组": "most_per_ad_set", "每組": "most_per_ad_set",
    "min_spend": "minimum_spend", "最低花费": "minimum_spend", "最低花費": "minimum_spend",
    "min_clicks": "minimum_clicks", "最低点击": "minimum_clicks", "最低點擊": "minimum_clicks",
    "min_impressions": "minimum_impressions", "最低展示": "minimum_impressions",
    "min_conversions": "minimum_conversions", "最低转化": "minimum_conversions",
    "最低轉化": "minimum_conversions",
    "hours": "hours", "时段": "hours", "時段": "hours",
    "days": "days", "星期": "days",
    "settled": "settled", "等数据": "settled", "等數據": "settled",
}  # fmt: skip
_NONE = ("none", "off", "no", "无", "無", "不限", "关", "關", "否")
_SET = re.compile(rf"(?<!\S)({'|'.join(_NAMES)})\s*[=＝]\s*(\S+)")
_LENGTH = re.compile(r"(\d{1,4})(h|小时|小時|d|天)?")
_SPAN = re.compile(r"(\d{1,2}(?::\d{2})?)[-–~至到](\d{1,2}(?::\d{2})?)")
_DAYS = {"weekdays": (1, 2, 3, 4, 5), "工作日": (1, 2, 3, 4, 5), "weekend": (6, 7), "周末": (6, 7),
         "週末": (6, 7)}  # fmt: skip
_MOST_TARGETS = 1000
_TARGETS = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)(?:x|倍)", re.IGNORECASE)


def read_guards(text: str) -> tuple[dict[str, Any], str]:
    """The guards that are set in `text`, and the rest of it. Raises GuardUnclear."""
    found: dict[str, Any] = {}
    for match in _SET.finditer(text):
        found |= _guard(match[1], _NAMES[match[1]], match[2].rstrip(",，;；。"))
    return found, " ".join(_SET.sub(" ", text).split())


def with_guards(guards: Guards, changes: Mapping[str, Any]) -> Guards:
    """`changes` as `read_guards` returns them."""
    return Guards.model_validate({**guards.model_dump(), **changes})


def guards_line(context: ToolContext, guards: Guards, *, own_only: bool = False) -> str:
    """All of them, the defaults too unless only its own are asked for."""
    usual = Guards()
    said: list[str] = []
    if not own_only or guards.cool_down_hours != usual.cool_down_hours:
        said.append(context.say("optimization.guard.cool_down", n=guards.cool_down_hours))
    if not own_only or _limits(guards) != _limits(usual):
        day, here = _limits(guards)
        said.append(context.say("optimization.guard.limits", day=day, here=here))
    said += _minima(context, guards)
    if guards.hours:
        start, end = guards.hours
        said.append(context.say("optimization.guard.hours", start=start, end=end))
    if guards.days:
        said.append(context.say("optimization.guard.days", days=_weekdays(context, guards.days)))
    if not own_only or not guards.settled:
        key = "settled" if guards.settled else "unsettled"
        said.append(context.say(f"optimization.guard.{key}"))
    return context.say("campaigns.joint").join(said)


def _limits(guards: Guards) -> tuple[int, int]:
    return guards.most_a_day, guards.most_per_ad_set


def _minima(context: ToolContext, guards: Guards) -> list[str]:
    said: list[str] = []
    if guards.minimum_spend is not None:
        amount = money(context, guards.minimum_spend)
        said.append(context.say("optimization.guard.minimum_spend", amount=amount))
    if guards.minimum_spend_targets is not None:
        times = plain(guards.minimum_spend_targets)
        said.append(context.say("optimization.guard.minimum_spend_targets", n=times))
    for name in ("clicks", "impressions", "conversions"):
        least = getattr(guards, f"minimum_{name}")
        if least is not None:
            said.append(context.say(f"optimization.guard.minimum_{name}", n=least))
    return said


def guard_name(context: ToolContext, name: str) -> str:
    return context.say(f"optimization.guard.name.{name}")


def guard_value(context: ToolContext, name: str, value: Any) -> str:
    """One guard's value by itself."""
    if value is None or value == ():
        return context.say("optimization.guard.none")
    if name == "days":
        return _weekdays(context, value)
    if name == "hours":
        return f"{value[0]}-{value[1]}"
    if isinstance(value, bool):
        return context.say(f"optimization.guard.{'yes' if value else 'no'}")
    return money(context, value) if name == "minimum_spend" else plain(Decimal(value))


def _weekdays(context: ToolContext, days: Sequence[int]) -> str:
    names = [context.say(f"optimization.guard.weekday.d{day}") for day in sorted(days)]
    return context.say("optimization.guard.weekday.joint").join(names)


def _guard(said: str, name: str, value: str) -> dict[str, Any]:
    off = value.lower() in _NONE
    if name == "settled":
        return {"settled": not off}
    if name == "minimum_spend":
        return _minimum_spend(said, value, off=off)
    if off:
        return {name: Guards.model_fields[name].get_default()}
    read = {"cool_down_hours": _hours_of, "hours": _clock, "days": _days_of}.get(name, _count)
    found = read(value)
    if found is None:
        raise GuardUnclear(said, value)
    try:
        Guards.model_validate({name: found})
    except ValidationError as error:
        raise GuardUnclear(said, value) from error
    return {name: found}


def _minimum_spend(said: str, value: str, *, off: bool) -> dict[str, Any]:
    """An amount, or a multiple of the target CPA (3x); either takes the place of the other."""
    found: dict[str, Any] = {"minimum_spend": None, "minimum_spend_targets": None}
    if off:
        return found
    times = _TARGETS.fullmatch(value)
    amount = re.fullmatch(r"[¥$€£]?(\d{1,12}(?:\.\d{1,2})?)元?", value)
    if times and 0 < Decimal(times[1]) <= _MOST_TARGETS:
        return found | {"minimum_spend_targets": Decimal(times[1])}
    if amount and Decimal(amount[1]) > 0:
        return found | {"minimum_spend": Decimal(amount[1])}
    raise GuardUnclear(said, value)


def _hours_of(value: str) -> int | None:
    match = _LENGTH.fullmatch(value)
    if match is None:
        return None
    return int(match[1]) * (24 if match[2] in ("d", "天") else 1)


def _clock(value: str) -> tuple[str, str] | None:
    match = _SPAN.fullmatch(value)
    return (_time(match[1]), _time(match[2])) if match else None


def _time(value: str) -> str:
    hours, _, minutes = value.partition(":")
    return f"{int(hours):02}:{minutes or '00'}"


def _days_of(value: str) -> tuple[int, ...] | None:
    if value.lower() in _DAYS:
        return _DAYS[value.lower()]
    span = re.fullmatch(r"([1-7])-([1-7])", value)
    if span:
        return tuple(range(int(span[1]), int(span[2]) + 1)) or None
    if re.fullmatch(r"[1-7](?:,[1-7])*", value):
        return tuple(sorted({int(day) for day in value.split(",")}))
    return None


def _count(value: str) -> int | None:
    return int(value) if value.isdecimal() and len(value) < 9 else None
