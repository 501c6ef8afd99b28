"""The most that ads may cost a day, in the organisation's currency, whoever agreed to it."""

from decimal import Decimal

from pydantic import Field

from config.section import Section


class SpendingLimits(Section):
    """`person`: daily budget that the orders of one person may add within 24 hours; `campaign`: the
    daily budget of one campaign; `day`: what may be added within 24 hours over all campaigns;
    `organisation`: the daily budgets of everything that runs. Admins may change them in the chat."""

    person: Decimal = Field(default=Decimal(20_000), gt=0, decimal_places=2)
    campaign: Decimal = Field(default=Decimal(20_000), gt=0, decimal_places=2)
    day: Decimal = Field(default=Decimal(50_000), gt=0, decimal_places=2)
    organisation: Decimal = Field(default=Decimal(100_000), gt=0, decimal_places=2)
