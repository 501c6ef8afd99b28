"""TikTok takes and tells budgets as floating-point numbers of whole currency units."""

from decimal import Decimal

from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.platforms.tiktok.errors import NAME

_CENT = Decimal("0.01")
# Up to here every cent has a float of its own.
_LARGEST = Decimal(10) ** 13


def to_main(amount: Decimal) -> float:
    """Exact as it is read back; what is finer than a cent, or too large for a float to hold to the
    cent, is refused, never rounded."""
    if abs(amount) > _LARGEST or amount != amount.quantize(_CENT):
        raise PlatformRefused(ErrorCode.INVALID_REQUEST, NAME)
    return float(amount)


def from_main(number: float | str | Decimal) -> Decimal:
    """To the cent, from the shortest text that stands for the number."""
    return Decimal(repr(number) if isinstance(number, float) else number).quantize(_CENT)
