"""Money divided to the cent, so that the parts sum to exactly what was to be divided."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def evenly(total: Decimal, parts: int) -> list[Decimal]:
    """`total` in `parts` shares that differ by a cent at most; the first ones are the larger."""
    return in_proportion(total, [Decimal(1)] * parts)


def in_proportion(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` shared by `weights` (at least one above zero): the cents that are left after
    rounding down go one by one to the shares that lost most, the earlier first on a tie."""
    whole = sum(weights)
    exact = [total * weight / whole for weight in weights]
    shares = [amount.quantize(CENT, rounding=ROUND_DOWN) for amount in exact]
    left = int((total - sum(shares)) / CENT)
    by_loss = sorted(range(len(shares)), key=lambda i: shares[i] - exact[i])
    for index in by_loss[:left]:
        shares[index] += CENT
    return shares
