"""Budgets are whole numbers of the currency's smallest unit, as Meta counts it."""

from decimal import Decimal

from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused
from tools.campaigns.platforms.meta.errors import NAME

# Meta counts these without decimals, whatever their smallest coin is.
_WHOLE = frozenset({
    "CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND",
})  # fmt: skip


def to_minor(amount: Decimal, currency: str) -> int:
    """Exact; an amount that the currency cannot express is refused, never rounded."""
    minor = amount * _offset(currency)
    if minor != int(minor):
        raise PlatformRefused(ErrorCode.INVALID_REQUEST, NAME)
    return int(minor)


def from_minor(minor: str | int, currency: str) -> Decimal:
    return Decimal(minor) / _offset(currency)


def _offset(currency: str) -> int:
    return 1 if currency in _WHOLE else 100
