"""What the models were used for: tokens and money, and whether there is any quota left."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select

from config.clock import Clock
from config.models import ModelSettings
from config.settings import QuotaSettings
from storage.database import Database, ReadSession, Session
from storage.tables.model import ModelUse
from tools.usage.errors import QuotaUsedUp

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """Tokens in and out, and their cost in the organisation's currency."""

    tokens: int
    cost: Decimal


class UsageService:
    """Days and months are the organisation's."""

    def __init__(
        self, session: ReadSession, organisation_id: int, clock: Clock, zone: ZoneInfo
    ) -> None:
        self._session = session
        self._organisation_id = organisation_id
        self._clock = clock
        self._zone = zone

    def record(
        self,
        session: Session,
        *,
        person_id: int | None,
        model: str,
        input_tokens: int,
        output_tokens: int,
        cost: Decimal,
    ) -> None:
        session.add(
            ModelUse(
                organisation_id=self._organisation_id, person_id=person_id, model=model,
                input_tokens=input_tokens, output_tokens=output_tokens,
                cost=int(cost * _MILLION), at=self._clock.now(),
            )
        )  # fmt: skip

    async def check(self, quotas: QuotaSettings, person_id: int) -> None:
        """Raises QuotaUsedUp when the person or the organisation has none left."""
        own = await self.today(person_id) if person_id else None
        if own is not None and own.tokens >= quotas.person_daily_tokens:
            raise QuotaUsedUp("person_day", quotas.person_daily_tokens)
        if (await self.today()).tokens >= quotas.organisation_daily_tokens:
            raise QuotaUsedUp("organisation_day", quotas.organisation_daily_tokens)
        limit = quotas.organisation_monthly_cost
        if limit is not None and (await self.this_month()).cost >= limit:
            raise QuotaUsedUp("organisation_month", limit)

    async def today(self, person_id: int | None = None) -> Used:
        """Of one person, or of the whole organisation."""
        return await self._since(self._midnight(), person_id)

    async def this_month(self, person_id: int | None = None) -> Used:
        return await self._since(self._midnight().replace(day=1), person_id)

    def _midnight(self) -> datetime:
        now = self._clock.now().astimezone(self._zone)
        return now.replace(hour=0, minute=0, second=0, microsecond=0)

    async def _since(self, start: datetime, person_id: int | None) -> Used:
        of: list[ColumnElement[bool]] = [
            ModelUse.organisation_id == self._organisation_id, ModelUse.at >= start,
        ]  # fmt: skip
        if person_id is not None:
            of.append(ModelUse.person_id == person_id)
        tokens = func.sum(ModelUse.input_tokens + ModelUse.output_tokens)
        row = (
            await self._session.execute(select(tokens, func.sum(ModelUse.cost)).where(*of))
        ).one()
        return Used(tokens=int(row[0] or 0), cost=Decimal(row[1] or 0) / _MILLION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What one person's request may spend on models; `person_id` 0 is the service itself, which
    only the organisation's limits bind."""

    database: Database
    organisation_id: int
    clock: Clock
    zone: ZoneInfo
    person_id: int
    quotas: QuotaSettings

    async def check(self) -> None:
        """Raises QuotaUsedUp."""
        async with self.database.reading() as session:
            await self._service(session).check(self.quotas, self.person_id)

    async def pay(self, model: ModelSettings, input_tokens: int, output_tokens: int) -> None:
        cost = (model.input_price * input_tokens + model.output_price * output_tokens) / _MILLION
        async with self.database.unit_of_work() as session:
            self._service(session).record(
                session, person_id=self.person_id or None, model=model.name,
                input_tokens=input_tokens, output_tokens=output_tokens, cost=cost,
            )  # fmt: skip

    def _service(self, session: ReadSession) -> UsageService:
        return UsageService(session, self.organisation_id, self.clock, self.zone)
