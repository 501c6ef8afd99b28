"""Money divided to the cent, so that the parts sum to exactly what was to be divided."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
_ONE = Decimal(1)
# Ad platforms count these in whole units, whatever their smallest coin is.
_WHOLE = frozenset({
    "BIF", "CLP", "COP", "CRC", "DJF", "GNF", "HUF", "IDR", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF",
    "TWD", "UGX", "VND", "VUV", "XAF", "XOF", "XPF",
})  # fmt: skip


def unit_of(currency: str) -> Decimal:
    """The smallest step of a budget; never below a cent, so that a dinar has no tenths of one."""
    return _ONE if currency in _WHOLE else CENT


def to_unit(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(unit_of(currency), rounding=ROUND_HALF_UP)


def to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def evenly(total: Decimal, parts: int, unit: Decimal = CENT) -> list[Decimal]:
    """`total` in `parts` shares that differ by a unit at most; the first ones are the larger."""
    return in_proportion(total, [Decimal(1)] * parts, unit)


def in_proportion(
    total: Decimal, weights: Sequence[Decimal], unit: Decimal = CENT
) -> list[Decimal]:
    """`total`, whole units, shared by `weights` (at least one above zero): the units that are left
    after rounding down go one by one to the shares that lost most, the earlier first on a tie."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    shares = [amount.quantize(unit, rounding=ROUND_DOWN) for amount in exact]
    left = int((total - sum(shares)) / unit)
    by_loss = sorted(range(len(shares)), key=lambda i: shares[i] - exact[i])
    for index in by_loss[:left]:
        shares[index] += unit
    return shares
