"""How customers who want a person get one of ours."""

from datetime import timedelta

from pydantic import Field

from config.section import Section


class CaseSettings(Section):
    """`at_once` is how many customers one person serves at a time; what is urgent goes beyond it."""

    offer_after: timedelta = Field(
        default=timedelta(minutes=3), gt=timedelta(0), description="then the next one is asked"
    )
    asked_one_by_one: int = Field(default=2, ge=1, description="before everybody on duty is asked")
    at_once: int = Field(default=5, ge=1)
    give_up_after: timedelta = Field(
        default=timedelta(minutes=30), description="of waiting; then it becomes a ticket"
    )
    always_for: tuple[str, ...] = Field(
        default=(), description="words of customers that call a person at once"
    )
    silent_for: timedelta = Field(
        default=timedelta(minutes=30), description="after which a served case is resolved"
    )
