"""Column types that keep our promises: aware times, money as minor units."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer
from sqlalchemy.types import TypeDecorator, TypeEngine

# SQLite numbers rows by itself only when the key column is spelled INTEGER.
BigId = BigInteger().with_variant(Integer(), "sqlite")

_MINOR_UNITS = Decimal(100)


class AwareTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused.

    SQLite stores it as a naive UTC value, and gets its zone back on the way out.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True))


class MoneyAmount(TypeDecorator[Decimal]):
    """A decimal amount in the organisation's currency, stored as integer minor units (1/100)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        minor = value * _MINOR_UNITS
        if minor != minor.to_integral_value():
            raise ValueError(f"{value} is finer than the smallest unit")
        return int(minor)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / _MINOR_UNITS
