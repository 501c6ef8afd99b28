"""When no model may be asked any more."""

from decimal import Decimal

from config.errors import NotAllowed


class QuotaUsedUp(NotAllowed):
    """`which` is person_day, organisation_day or organisation_month."""

    def __init__(self, which: str, limit: int | Decimal) -> None:
        super().__init__(f"usage.used_up.{which}", limit=f"{limit:,}")
