"""How a fixed daily total is shared among ad sets: more to those that return more for one more unit
of money.

Each ad set is believed to bring A * (1 - exp(-spend / k)) conversions a day. For every k of a grid
the belief about A is a gamma distribution, which Poisson counts update exactly; days behind count
less, how much less is learnt from how well yesterday foretold today. Every day has a factor of its
own for all ad sets, which takes up both the season and what is not reported yet. The mean of such
curves is concave, so that giving each unit of money where it returns most is the best sharing.

Sources: Gelman et al., "Bayesian Data Analysis" (gamma and Poisson, 2.6); West & Harrison, "Bayesian
Forecasting and Dynamic Models" (discounting, 6.3; comparing models by what they foretold, 12.2);
Jin et al., "Bayesian Methods for Media Mix Modeling with Carryover and Shape Effects" (2017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

import numpy as np
from numpy.typing import NDArray

_CENT = Decimal("0.01")
_SPECK = 1e-6
_Array = NDArray[np.float64]

# What is reported of a day's conversions so many days later, before the data say more.
_REPORTED = (0.55, 0.75, 0.87, 0.94, 0.98)
# In conversions: how much a day's own factor needs before it outweighs what is usual.
_DAY_STRENGTH = 40.0
_DAY_ROUNDS = 3
# Saturation in equal shares of the total, and how likely each is beforehand.
_SATURATIONS = np.geomspace(0.2, 12.0, 14)
_USUAL_SATURATION, _SATURATION_SPREAD = 2.0, 1.0
# How many conversions the belief that all ad sets return alike is worth.
_ALIKE = 3.0
# The same for what a conversion brings in.
_ALIKE_VALUE = 20.0
# Days after which a day counts half.
_HALF_LIVES = np.array([4.0, 8.0, 16.0, 48.0])
# Below this share of its budget an ad set could not spend it.
_DELIVERED = 0.9
_ROOM = 1.1
# Of an equal share: who sank this low sinks no further, so that it is seen when the world changes.
_KEPT = 0.08
_CELLS = 100
# Curves that are drawn from the belief to say how sure it is, and the share of them that counts.
_DRAWS = 600
LIKELY = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyResult:
    """One ad set on one day, as it is reported now: conversions and revenue of the last days still
    grow. `day` counts from any start; money is in one currency."""

    ad_set: str
    day: int
    budget: Decimal
    spend: Decimal
    conversions: int
    revenue: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What a day returns at two budgets: revenue, or conversions where no revenue is known, when all
    of it is reported. `next_unit` is what one more unit of money returns, from `before` on."""

    before: float
    after: float
    next_unit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a change of budgets is expected to bring a day: each ad set's part, and the gain of all
    together, which lies between `low` and `high` with a chance of about `LIKELY`."""

    ad_sets: Mapping[str, Prospect]
    gain: float
    low: float
    high: float

    @property
    def before(self) -> float:
        return sum(each.before for each in self.ad_sets.values())


@dataclass(frozen=True, slots=True)
class _History:
    """Rows are ad sets, columns days without gaps; `ran` is where there was a result."""

    names: tuple[str, ...]
    budget: _Array
    spend: _Array
    conversions: _Array
    revenue: _Array
    ran: _Array


@dataclass(frozen=True, slots=True)
class _Belief:
    """`half_life[h]` is how likely each half-life is; then, for every half-life, ad set and scale, how
    likely the scale is, and the gamma distribution of A (shape `a`, rate `b`)."""

    half_life: _Array
    scale: _Array
    a: _Array
    b: _Array

    @property
    def mean(self) -> _Array:
        """Of A for each ad set and scale, times how likely the scale is."""
        found: _Array = np.einsum("h,hij->ij", self.half_life, self.scale * self.a / self.b)
        return found


@dataclass(frozen=True, slots=True)
class _Curves:
    """The mean belief: `weight[i, j]` conversions a day at full saturation `scale[j]`, at most
    `most[i]` of money can be spent, and each conversion brings `value[i]`."""

    weight: _Array
    scale: _Array
    most: _Array
    value: _Array
    belief: _Belief

    def returned(self, budgets: _Array) -> _Array:
        """What each budget returns a day."""
        found: _Array = (self.weight * self.reached(budgets)).sum(axis=1) * self.value
        return found

    def reached(self, budgets: _Array) -> _Array:
        """The share of saturation, for each ad set and scale."""
        spent = np.minimum(budgets, self.most)
        found: _Array = 1 - np.exp(-spent[:, None] / self.scale)
        return found

    def drawn(self, budgets: Sequence[_Array]) -> list[_Array]:
        """What the budgets return when the belief is drawn `_DRAWS` times: draws × ad sets for each
        of `budgets`, all of them on the same curves."""
        rng, belief = np.random.default_rng(0), self.belief
        sets = np.arange(len(self.most))
        half_life = rng.choice(len(belief.half_life), _DRAWS, p=belief.half_life)[:, None]
        summed = belief.scale[half_life, sets].cumsum(axis=-1)
        at = (rng.random((_DRAWS, len(sets), 1)) * summed[..., -1:] > summed).sum(axis=-1)
        at = np.minimum(at, len(self.scale) - 1)
        chosen = (half_life, sets, at)
        most = rng.gamma(belief.a[chosen]) / belief.b[chosen] * self.value
        return [most * self.reached(each)[sets, at] for each in budgets]

    def marginal(self, at: _Array) -> _Array:
        """What one more unit of money returns; `at` has a row of budgets for each ad set."""
        per_scale = self.weight / self.scale
        slopes = np.einsum("ij,icj->ic", per_scale, np.exp(-at[:, :, None] / self.scale))
        found: _Array = np.where(at < self.most[:, None], slopes, 0.0) * self.value[:, None]
        return found


def allocate(
    history: Sequence[DailyResult], total: Decimal, *, max_step: Decimal = Decimal("0.2"),
    minimum: Decimal = Decimal(1),
) -> dict[str, Decimal]:  # fmt: skip
    """Tomorrow's budget of every ad set of `history`, to the cent; together never more than `total`,
    and exactly that as far as steps of `max_step` from each last budget allow. `minimum` keeps an ad
    set alive, so that what was paused or starved can prove itself again. Where `total` is too small
    for that, all shrink alike. Raises ValueError for a total or minimum below 0."""
    if total < 0 or minimum < 0 or max_step < 0:
        raise ValueError("budgets and steps are not negative")
    if not history:
        return {}
    seen = _arranged(history)
    low, high = _bounds(seen, total, float(max_step), float(minimum))
    curves = _learnt(seen, float(total) / len(seen.names))
    shares = _filled(curves, low, high, float(total))
    return _to_the_cent(seen.names, shares, high, total)


def outlook(
    history: Sequence[DailyResult], before: Mapping[str, Decimal], after: Mapping[str, Decimal]
) -> Outlook:
    """What moving from the budgets `before` to those `after` is expected to bring; both name the ad
    sets of the history."""
    seen = _arranged(history)
    old, new = (np.array([float(each[name]) for name in seen.names]) for each in (before, after))
    curves = _learnt(seen, float(old.sum()) / len(seen.names))
    was, will = curves.returned(old), curves.returned(new)
    drawn_was, drawn_will = curves.drawn((old, new))
    edges = (0.5 - LIKELY / 2, 0.5 + LIKELY / 2)
    low, high = np.quantile((drawn_will - drawn_was).sum(axis=1), edges)
    more = curves.marginal(old[:, None])[:, 0]
    return Outlook(
        ad_sets={
            name: Prospect(before=float(was[at]), after=float(will[at]), next_unit=float(more[at]))
            for at, name in enumerate(seen.names)
        },
        gain=float((will - was).sum()),
        low=float(low),
        high=float(high),
    )


def _arranged(history: Sequence[DailyResult]) -> _History:
    names = tuple(sorted({each.ad_set for each in history}))
    row = {name: at for at, name in enumerate(names)}
    first = min(each.day for each in history)
    shape = (len(names), max(each.day for each in history) - first + 1)
    budget, spend, conversions, revenue, ran = (np.zeros(shape) for _ in range(5))
    for each in history:
        at = row[each.ad_set], each.day - first
        budget[at], spend[at] = float(each.budget), float(each.spend)
        conversions[at], revenue[at], ran[at] = each.conversions, float(each.revenue), 1.0
    return _History(names, budget, spend, conversions, revenue, ran)


def _bounds(
    seen: _History, total: Decimal, max_step: float, minimum: float
) -> tuple[_Array, _Array]:
    """The least and the most that each may get."""
    newest = seen.ran.shape[1] - 1 - np.argmax(seen.ran[:, ::-1] > 0, axis=1)
    last = seen.budget[np.arange(len(seen.names)), newest]
    low = np.maximum(last * (1 - max_step), minimum)
    high = np.maximum(last * (1 + max_step), low)
    kept = max(minimum, _KEPT * float(total) / len(seen.names))
    alive = np.maximum(low, np.clip(last, minimum, kept))
    if alive.sum() <= float(total):
        low = alive
    if low.sum() > float(total):
        low = low * (float(total) / low.sum())
        high = low
    return low, high


def _learnt(seen: _History, share: float) -> _Curves:
    scale = _SATURATIONS * max(share, _SPECK)
    reached = 1 - np.exp(-seen.spend[:, :, None] / scale)
    belief = _believed(seen, reached, _day_factors(seen))
    return _Curves(belief.mean, scale, _most(seen), _values(seen), belief)


def _day_factors(seen: _History) -> _Array:
    """What every day multiplies for all ad sets: its season, and the share that is reported of it."""
    days = seen.ran.shape[1]
    usual = np.ones(days)
    for age, reported in enumerate(_REPORTED[:days]):
        usual[days - 1 - age] = reported
    factor, counted = usual, seen.conversions.sum(axis=0)
    for _ in range(_DAY_ROUNDS):
        returned = (seen.conversions.sum(axis=1) + _SPECK) / (seen.spend @ factor + _SPECK)
        factor = (counted + _DAY_STRENGTH * usual) / (returned @ seen.spend + _DAY_STRENGTH)
    return factor


def _believed(seen: _History, reached: _Array, factor: _Array) -> _Belief:
    """What all days taught, each by what it adds to the days before it."""
    shape, rate0 = _beforehand(seen, reached, factor)
    sets, days = seen.ran.shape
    a = np.broadcast_to(shape, (len(_HALF_LIVES), sets, len(_SATURATIONS))).copy()
    b = np.broadcast_to(rate0, a.shape).copy()
    prior = -0.5 * (np.log(_SATURATIONS / _USUAL_SATURATION) / _SATURATION_SPREAD) ** 2
    likely = np.broadcast_to(prior, a.shape).copy()
    foretold = np.zeros(len(_HALF_LIVES))
    kept = (0.5 ** (1 / _HALF_LIVES))[:, None, None]
    for day in range(days):
        exposed = reached[:, day, :] * factor[day] * seen.ran[:, day, None]
        counted = (seen.conversions[:, day] * seen.ran[:, day])[None, :, None]
        chance = _negative_binomial(counted, a, b, exposed[None])
        normal = likely - _log_sum(likely)[..., None]
        foretold += _log_sum(normal + chance).sum(axis=1)
        likely = prior + kept * (likely - prior) + chance
        a = shape + kept * (a - shape) + counted
        b = rate0 + kept * (b - rate0) + exposed[None]
    trusted = np.exp(foretold - foretold.max())
    trusted = trusted / trusted.sum()
    share = np.exp(likely - _log_sum(likely)[..., None])
    return _Belief(trusted, share, a, b)


def _beforehand(seen: _History, reached: _Array, factor: _Array) -> tuple[float, _Array]:
    """Gamma shape and rates: at what it usually spends, each ad set returns what all return."""
    spent = float((seen.spend * factor * seen.ran).sum())
    rate = (float(seen.conversions.sum()) + 1) / max(spent, _SPECK)
    days = np.maximum(seen.ran.sum(axis=1), 1)
    usual = (seen.spend * seen.ran).sum(axis=1) / days
    there = (reached * seen.ran[:, :, None]).sum(axis=1) / days[:, None]
    expected = np.maximum(usual * rate, _SPECK)[:, None]
    return _ALIKE, _ALIKE * np.maximum(there, _SPECK) / expected


def _negative_binomial(counted: _Array, a: _Array, b: _Array, exposed: _Array) -> _Array:
    """The logarithm of how likely a Poisson count is when its rate is gamma distributed, without what
    is the same for every belief."""
    from scipy.special import gammaln

    chance: _Array = (
        gammaln(a + counted) - gammaln(a)
        + a * np.log(b / (b + exposed)) + counted * np.log(np.maximum(exposed, 1e-12) / (b + exposed))
    )  # fmt: skip
    return np.where(exposed > 0, chance, 0.0)


def _log_sum(logarithms: _Array) -> _Array:
    top = logarithms.max(axis=-1)
    found: _Array = top + np.log(np.exp(logarithms - top[..., None]).sum(axis=-1))
    return found


def _most(seen: _History) -> _Array:
    """What each could spend when it was given more, without bound where it spent all of it lately."""
    most = np.full(len(seen.names), np.inf)
    for at in range(len(seen.names)):
        recent = np.flatnonzero((seen.ran[at] > 0) & (seen.budget[at] > 0))[-3:]
        given, spent = seen.budget[at, recent], seen.spend[at, recent]
        if len(recent) == 3 and (spent < _DELIVERED * given).all():
            most[at] = spent.max() * _ROOM
    return most


def _values(seen: _History) -> _Array:
    """What a conversion of each brings in; 1 where nothing is known of money."""
    conversions, revenue = seen.conversions.sum(axis=1), seen.revenue.sum(axis=1)
    if not revenue.sum() or not conversions.sum():
        return np.ones(len(seen.names))
    usual = revenue.sum() / conversions.sum()
    found: _Array = (revenue + _ALIKE_VALUE * usual) / (conversions + _ALIKE_VALUE)
    return found


def _filled(curves: _Curves, low: _Array, high: _Array, total: float) -> _Array:
    """From `low` on, each cell of money to the ad set that returns most for it."""
    width = (high - low) / _CELLS
    middles = low[:, None] + width[:, None] * (np.arange(_CELLS) + 0.5)
    returns = curves.marginal(middles)
    owner = np.repeat(np.arange(len(low)), _CELLS)
    order = np.argsort(-returns.ravel(), kind="stable")
    cells = width[owner[order]]
    left = max(total - float(low.sum()), 0.0)
    given = np.clip(left - (np.cumsum(cells) - cells), 0.0, cells)
    return low + np.bincount(owner[order], weights=given, minlength=len(low))


def _to_the_cent(
    names: Sequence[str], shares: _Array, high: _Array, total: Decimal
) -> dict[str, Decimal]:
    """Rounded down, and the cents that are left, at most a few for each, to those that have room."""
    cents, most = [_cents(each) for each in shares], [_cents(each) for each in high]
    left = min(total, _cents(shares.sum())).quantize(_CENT, rounding=ROUND_DOWN) - sum(cents)
    for at in sorted(range(len(names)), key=lambda at: (cents[at] - most[at], names[at])):
        more = max(min(left, most[at] - cents[at]), Decimal(0))
        cents[at] += more
        left -= more
    return dict(zip(names, cents, strict=True))


def _cents(amount: float) -> Decimal:
    """Rounded down, but for the last digits of a float."""
    return Decimal(repr(float(amount) + _SPECK)).quantize(_CENT, rounding=ROUND_DOWN)
