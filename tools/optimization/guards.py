"""What a rule has to keep to before it acts, though its condition holds: pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from tools.campaigns.service import Figures

_TIME = r"^([01]\d|2[0-3]):[0-5]\d$"
Count = Annotated[int, Field(ge=1, le=10_000_000)]


class Guards(BaseModel):
    """`hours` are from and to on the organisation's clock (over midnight when they are the other way
    round), `days` ISO weekdays. `settled`: figures that still grow today do not decide alone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cool_down_hours: Annotated[int, Field(ge=1, le=24 * 90)] = 24
    most_a_day: Annotated[int, Field(ge=1, le=1000)] = 20
    most_per_ad_set: Annotated[int, Field(ge=1, le=100)] = 2
    minimum_spend: Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)] | None = None
    minimum_spend_targets: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=4)] | None = None
    minimum_clicks: Count | None = None
    minimum_impressions: Count | None = None
    minimum_conversions: Count | None = None
    hours: tuple[
        Annotated[str, Field(pattern=_TIME)], Annotated[str, Field(pattern=_TIME)]
    ] | None = None  # fmt: skip
    days: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)] = ()
    settled: bool = True

    def as_json(self) -> dict[str, Any]:
        """What differs from the defaults."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def cool_down(self) -> timedelta:
        return timedelta(hours=self.cool_down_hours)

    def open_at(self, moment: datetime) -> bool:
        """Whether the rule works then; `moment` is on the organisation's clock."""
        if self.days and moment.isoweekday() not in self.days:
            return False
        if self.hours is None:
            return True
        start, end = self.hours
        now = f"{moment:%H:%M}"
        return start <= now < end if start < end else now >= start or now < end


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Why a rule does not act yet: a key of `optimization.guard.waits` and what it names."""

    key: str
    values: dict[str, Decimal | int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What was done already: by the rule today, and to the ad set today by every rule."""

    today: int = 0
    here_today: int = 0


def limits(guards: Guards, done: Done) -> Wait | None:
    if done.today >= guards.most_a_day:
        return Wait(key="most_a_day", values={"n": guards.most_a_day})
    if done.here_today >= guards.most_per_ad_set:
        return Wait(key="most_per_ad_set", values={"n": guards.most_per_ad_set})
    return None


def too_little(guards: Guards, figures: Figures, target_cpa: Decimal | None) -> Wait | None:
    """Which minimum of data is missing over the rule's longest window."""
    for key, least, have in _minima(guards, figures, target_cpa):
        if least is None:
            return Wait(key="no_target")
        if have < least:
            return Wait(key=key, values={"least": least, "have": have})
    return None


def _minima(
    guards: Guards, figures: Figures, target_cpa: Decimal | None
) -> Iterator[tuple[str, Decimal | int | None, Decimal | int]]:
    given: Sequence[tuple[str, Decimal | int | None, Decimal | int]] = (
        ("minimum_spend", guards.minimum_spend, figures.spend),
        ("minimum_clicks", guards.minimum_clicks, figures.clicks),
        ("minimum_impressions", guards.minimum_impressions, figures.impressions),
        ("minimum_conversions", guards.minimum_conversions, figures.conversions),
    )
    yield from (each for each in given if each[1] is not None)
    if guards.minimum_spend_targets is not None:
        least = None if target_cpa is None else guards.minimum_spend_targets * target_cpa
        yield "minimum_spend", least, figures.spend
