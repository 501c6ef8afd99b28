"""Google counts money in micros: millionths of the currency, int64 as text."""

from decimal import Decimal

from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused

_PLACES = 6
_CENT = Decimal("0.01")


def to_micros(amount: Decimal) -> str:
    """Exact; raises PlatformRefused for what has no whole number of micros."""
    micros = amount.scaleb(_PLACES)
    if micros != micros.to_integral_value():
        raise PlatformRefused(ErrorCode.INVALID_REQUEST, "google")
    return str(int(micros))


def from_micros(micros: str | int) -> Decimal:
    """Exact, with two decimals where that is enough."""
    amount = Decimal(int(micros)).scaleb(-_PLACES)
    cents = amount.quantize(_CENT)
    return cents if cents == amount else amount.normalize()


def to_the_cent(amount: Decimal) -> Decimal:
    """For figures: money that was spent or earned, which has cents."""
    return amount.quantize(_CENT)
