"""What sharing a budget loses against an oracle that knows the true curves, in worlds of several kinds.

A world has eight ad sets for 60 days: curves that saturate (exponential, Hill, logarithmic or a power,
whichever is drawn for each), efficiencies that drift, a week's season, conversions that are reported
late, orders of different size, and in some worlds ad sets that cannot spend what they are given.
Regret is the expected revenue that is missed, as a share of the oracle's, who is bound by no steps.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from bench.figures import percentile
from tools.optimization.allocation import DailyResult, allocate, outlook

_SETS, _DAYS = 8, 60
_LATE = np.array([0.55, 0.2, 0.12, 0.07, 0.04, 0.02])
_KINDS = ("exponential", "hill", "logarithm", "power")
_CENT = Decimal("0.01")
_Array = NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """`conversions` are those of a day of equal shares, all ad sets together; `shift`: in the middle
    the ad sets change places."""

    name: str
    conversions: float
    shift: bool = False


CASES = (
    Case("base", 60.0), Case("small", 12.0), Case("large", 300.0), Case("shift", 60.0, shift=True),
)  # fmt: skip
Policy = Callable[[Sequence[DailyResult], Decimal], dict[str, Decimal]]


class World:
    def __init__(self, case: Case, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        rng = self.rng
        self.total = Decimal(800)
        share = float(self.total) / _SETS
        self.kinds = rng.choice(_KINDS, _SETS) if seed % 2 else np.repeat(rng.choice(_KINDS), _SETS)
        self.half = share * np.exp(rng.normal(0.3, 0.7, _SETS))
        efficiency = np.exp(rng.normal(0.0, 0.75, _SETS))
        steps = rng.normal(0.0, 0.025, (_DAYS, _SETS))
        self.level = efficiency * np.exp(np.cumsum(steps, axis=0))
        if case.shift:
            self.level[_DAYS // 2 :] = self.level[_DAYS // 2 :, rng.permutation(_SETS)]
        week = 1 + 0.15 * rng.normal(size=7)
        self.season = np.maximum(week[np.arange(_DAYS) % 7], 0.4)
        self.most = np.full(_SETS, np.inf)
        if seed % 3 == 0:
            self.most[rng.integers(_SETS)] = share * rng.uniform(0.6, 1.5)
        self.order = 50 * np.exp(rng.normal(0, 0.25, _SETS))
        # So that a day of equal shares brings what the case says.
        self.scale = 1.0
        self.scale = case.conversions / self.conversions(np.full(_SETS, share), 0).sum()

    def conversions(self, spend: _Array, day: int) -> _Array:
        """Expected ones, without the season, which is the same for all."""
        x = np.minimum(spend, self.most) / self.half
        curve = np.select(
            [self.kinds == kind for kind in _KINDS],
            [1 - np.exp(-x), x**1.0 / (1 + x) * 1.5, np.log1p(2 * x) / 1.6, np.sqrt(x) * 0.65],
        )
        found: _Array = self.scale * self.level[day] * curve * self.half
        return found

    def revenue(self, spend: _Array, day: int) -> float:
        return float((self.conversions(spend, day) * self.order).sum())

    def best(self, day: int) -> float:
        """The oracle's expected revenue: money goes where the next bit of it returns most."""
        cells = 400
        at = np.linspace(0, float(self.total), cells + 1)
        table = np.array([self.conversions(np.full(_SETS, each), day) * self.order for each in at])
        gains = np.sort(np.diff(table, axis=0).ravel())[::-1]
        return float(gains[:cells].sum())


def regret(world: World, policy: Policy) -> tuple[float, list[float]]:
    """And how many milliseconds each decision took."""
    names = [f"A-{at}" for at in range(_SETS)]
    budgets = dict.fromkeys(names, (world.total / _SETS).quantize(_CENT))
    rng = np.random.default_rng(world.rng.integers(2**32))
    facts: list[tuple[int, int, Decimal, Decimal, NDArray[np.int64], float]] = []
    got = best = 0.0
    took = []
    for day in range(_DAYS):
        given = np.array([float(budgets[name]) for name in names])
        spend = np.minimum(given * rng.uniform(0.95, 1.0, _SETS), world.most)
        got += world.revenue(given, day)
        best += world.best(day)
        counts = rng.poisson(world.conversions(spend, day) * world.season[day])
        for at in range(_SETS):
            late = rng.multinomial(counts[at], _LATE / _LATE.sum())
            order = world.order[at] * float(rng.gamma(4.0, 0.25))
            facts.append((at, day, budgets[names[at]], Decimal(f"{spend[at]:.2f}"), late, order))
        history = [
            DailyResult(
                ad_set=names[at], day=when, budget=budget, spend=spent,
                conversions=int(late[: day - when + 1].sum()),
                revenue=Decimal(f"{float(late[: day - when + 1].sum()) * order:.2f}"),
            )
            for at, when, budget, spent, late, order in facts
        ]  # fmt: skip
        started = time.perf_counter()
        budgets = policy(history, world.total)
        took.append((time.perf_counter() - started) * 1000)
    return 1 - got / best, took


_ASKED = (20, 35, 55)


def foreseen(case: Case, seed: int) -> list[tuple[bool, float, float]]:
    """For the moves of three days, between which budgets stay: whether the true gain lies in the
    interval that is named, the gain that is expected, and the true one, as shares of the revenue."""
    world = World(case, seed)
    found = []

    def policy(history: Sequence[DailyResult], total: Decimal) -> dict[str, Decimal]:
        day = max(each.day for each in history)
        last = {each.ad_set: each.budget for each in history if each.day == day}
        if day not in _ASKED:
            return last
        moved = allocate(history, total)
        told = outlook(history, last, moved)
        was, will = (
            world.revenue(np.array([float(each[name]) for name in sorted(last)]), day + 1)
            for each in (last, moved)
        )
        inside = told.low <= will - was <= told.high
        found.append((inside, told.gain / told.before, (will - was) / told.before))
        return moved

    regret(world, policy)
    return found


def equal(history: Sequence[DailyResult], total: Decimal) -> dict[str, Decimal]:
    names = {each.ad_set for each in history}
    return dict.fromkeys(names, total / len(names))


def by_roas(history: Sequence[DailyResult], total: Decimal) -> dict[str, Decimal]:
    """In proportion to the ROAS of the last week, by steps of 20 % at most."""
    newest = max(each.day for each in history)
    last = {each.ad_set: each.budget for each in history if each.day == newest}
    week = [each for each in history if each.day > newest - 7]
    roas = {
        name: float(sum(each.revenue for each in week if each.ad_set == name))
        / max(float(sum(each.spend for each in week if each.ad_set == name)), 1e-9)
        for name in last
    }
    whole = sum(roas.values()) or 1.0
    wanted = {
        name: min(max(total * Decimal(roas[name] / whole), last[name] * Decimal("0.8")),
                  last[name] * Decimal("1.2"))
        for name in last
    }  # fmt: skip
    return _scaled(wanted, total)


def by_rules(history: Sequence[DailyResult], total: Decimal) -> dict[str, Decimal]:
    """ROAS above 1.5 x the mean: +20 %; CPA above 1.5 x the mean: -20 %; three days without a conversion:
    nothing more. The targets are what all ad sets had in their first week."""
    newest = max(each.day for each in history)
    last = {each.ad_set: each.budget for each in history if each.day == newest}
    first = [each for each in history if each.day < 7]
    spent = float(sum(each.spend for each in first))
    roas = float(sum(each.revenue for each in first)) / max(spent, 1e-9)
    cpa = spent / max(sum(each.conversions for each in first), 1)
    wanted = {}
    for name, budget in last.items():
        mine = [each for each in history if each.ad_set == name and each.day > newest - 3]
        paid = float(sum(each.spend for each in mine))
        converted = sum(each.conversions for each in mine)
        returned = float(sum(each.revenue for each in mine)) / max(paid, 1e-9)
        if newest >= 2 and not converted:
            wanted[name] = Decimal(0)
        elif paid / max(converted, 1) > 1.5 * cpa:
            wanted[name] = budget * Decimal("0.8")
        else:
            wanted[name] = budget * Decimal("1.2" if returned > 1.5 * roas else "1")
    return _scaled(wanted, total) if any(wanted.values()) else equal(history, total)


def _scaled(wanted: dict[str, Decimal], total: Decimal) -> dict[str, Decimal]:
    whole = sum(wanted.values())
    return {name: each * total / whole for name, each in wanted.items()}


POLICIES: dict[str, Policy] = {
    "equal split": equal, "rules": by_rules, "by ROAS": by_roas, "allocation": allocate,
}  # fmt: skip


def main(worlds: int = 60) -> None:
    print(f"regret in percent, {worlds} worlds each:")
    print(f"{'':>14}" + "".join(f"{case.name:>9}" for case in CASES))
    for name, policy in POLICIES.items():
        regrets, took = [], []
        for case in CASES:
            found = [regret(World(case, seed), policy) for seed in range(worlds)]
            regrets.append(100 * sum(each[0] for each in found) / worlds)
            took += [each for one in found for each in one[1]]
        print(f"{name:>14}" + "".join(f"{each:>9.1f}" for each in regrets)
              + f"   P95 {percentile(took, 0.95):.1f} ms")  # fmt: skip
    print("what it expects of its own steps: in its 80 % interval, expected gain, true gain")
    for case in CASES:
        told = [each for seed in range(worlds * 5 // 12) for each in foreseen(case, seed)]
        inside, gain, true = (sum(column) / len(told) for column in zip(*told, strict=True))
        print(f"{case.name:>14} {inside:9.1%} {gain:9.1%} {true:9.1%}")
