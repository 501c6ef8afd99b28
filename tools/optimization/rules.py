"""The budget rules (OP-1), as a pure function over what ad sets did.

Pause comes before decrease before increase when several hold. A rule without its target is off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import IntEnum

from tools.campaigns.service import CENT, Figures

FAR = Decimal("1.5")
RAISE = Decimal("1.2")
CUT = Decimal("0.8")
# Half of all three-day pauses hit a good ad set that was only unlucky, unless it had the money for
# several conversions.
ENOUGH_TRIES = 3


class Move(IntEnum):
    """In the order in which moves are made."""

    pause = 1
    decrease = 2
    increase = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    roas: Decimal | None = None
    cpa: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one ad set did: over the last 7 complete days, and on each of the last 3."""

    budget: Decimal
    week: Figures
    last_days: Sequence[Figures]

    @property
    def barren(self) -> bool:
        """It delivered on each of the last 3 days and nothing came of it."""
        return all(day.spend > 0 and day.conversions == 0 for day in self.last_days)

    @property
    def recent_spend(self) -> Decimal:
        return sum((day.spend for day in self.last_days), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """`budget` is what the ad set should get a day; a paused one gets nothing."""

    move: Move
    budget: Decimal


def judge(
    record: Record, targets: Targets, *, minimum: Decimal, unit: Decimal = CENT
) -> Advice | None:
    """What to do with one ad set, None when nothing; budgets never go below `minimum`, and are whole
    `unit`s."""
    if record.barren and not waits(record, targets):
        return Advice(move=Move.pause, budget=Decimal(0))
    if _far_above(record.week.cpa, targets.cpa):
        return _decrease(record.budget, minimum, unit)
    if _far_above(record.week.roas, targets.roas):
        return Advice(move=Move.increase, budget=_whole(record.budget * RAISE, unit))
    return None


def waits(record: Record, targets: Targets) -> bool:
    """Barren, but it has not had the money for a fair number of conversions yet."""
    if targets.cpa is None:
        return False
    return record.barren and record.recent_spend < ENOUGH_TRIES * targets.cpa


def _far_above(value: Decimal | None, target: Decimal | None) -> bool:
    return value is not None and target is not None and value > FAR * target


def _decrease(budget: Decimal, minimum: Decimal, unit: Decimal) -> Advice | None:
    lower = max(_whole(budget * CUT, unit), minimum)
    return Advice(move=Move.decrease, budget=lower) if lower < budget else None


def _whole(amount: Decimal, unit: Decimal) -> Decimal:
    return amount.quantize(unit, rounding=ROUND_HALF_UP)
