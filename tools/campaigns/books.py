"""Every query on limits of spending and on what counts against them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Select, func, select

from config.limits import SpendingLimits
from config.roles import Role
from storage.repository import Repository
from storage.tables.campaign import AdSet, Campaign, CampaignStatus
from storage.tables.organisation import Organisation, Person
from storage.tables.spending import Commitment, LimitName, SpendingLimit
from storage.tables.trust import Approval

_NOTHING = Decimal(0)


class SpendingBooks(Repository[Commitment]):
    async def lock(self) -> None:
        """One order at a time is added to the books, until this transaction ends."""
        await self.session.execute(
            select(Organisation.id)
            .where(Organisation.id == self.organisation_id)
            # Rows that refer to the organisation may be inserted meanwhile.
            .with_for_update(key_share=True)
        )

    async def limits(self, settings: SpendingLimits) -> dict[LimitName, Decimal]:
        """Those of the settings, and over them what admins have set."""
        limits = {name: Decimal(getattr(settings, name.value)) for name in LimitName}
        return limits | {row.name: row.amount for row in await self.limits_set()}

    async def limits_set(self) -> Sequence[SpendingLimit]:
        found = await self.session.scalars(
            select(SpendingLimit).where(SpendingLimit.organisation_id == self.organisation_id)
        )
        return found.all()

    async def of_order(self, order_key: str, campaign_id: int) -> Commitment | None:
        return await self.one_or_none(
            select(Commitment)
            .where(
                Commitment.organisation_id == self.organisation_id,
                Commitment.order_key == order_key,
                Commitment.campaign_id == campaign_id,
            )
            .execution_options(populate_existing=True)
        )

    async def unfinished(self, campaign_id: int, *, before: datetime) -> Sequence[Commitment]:
        """Of orders that began before then and have not ended."""
        return await self.all(
            select(Commitment).where(
                Commitment.organisation_id == self.organisation_id,
                Commitment.campaign_id == campaign_id,
                Commitment.at < before,
                (Commitment.unseen > 0) | (Commitment.unseen_in_campaign > 0),
            )
        )

    async def running(self, *, but_not: int | None = None) -> Decimal:
        """The daily budgets of all that runs, and what orders are adding right now; `but_not` is a
        campaign whose own budget is left out."""
        running = await self._total(
            select(func.sum(AdSet.daily_budget))
            .join(Campaign, Campaign.id == AdSet.campaign_id)
            .where(
                Campaign.organisation_id == self.organisation_id,
                Campaign.status == CampaignStatus.active,
                AdSet.status == CampaignStatus.active,
                Campaign.id != (but_not or 0),
            )
        )
        return running + await self._total(
            select(func.sum(Commitment.unseen)).where(
                Commitment.organisation_id == self.organisation_id
            )
        )

    async def unseen_in(self, campaign_id: int) -> Decimal:
        """What orders are adding to one campaign right now."""
        return await self._total(
            select(func.sum(Commitment.unseen_in_campaign)).where(
                Commitment.organisation_id == self.organisation_id,
                Commitment.campaign_id == campaign_id,
            )
        )

    async def added(self, since: datetime, *, person_id: int | None = None) -> Decimal:
        """What orders have added after `since`, of one person or of everybody."""
        query = select(func.sum(Commitment.amount)).where(
            Commitment.organisation_id == self.organisation_id, Commitment.at > since
        )
        if person_id is not None:
            query = query.where(Commitment.person_id == person_id)
        return await self._total(query)

    async def asked_by(self, order_key: str) -> int | None:
        """Who asked for the approval that `order_key` carries out; None when it is no approval."""
        kind, _, rest = order_key.partition(":")
        number = rest.partition(":")[0]
        if kind != "approval" or not number.isdecimal():
            return None
        found: int | None = await self.session.scalar(
            select(Approval.requested_by).where(
                Approval.organisation_id == self.organisation_id, Approval.id == int(number)
            )
        )
        return found

    async def admins(self) -> Sequence[str]:
        """The names of those who may change a limit."""
        found = await self.session.scalars(
            select(Person.name)
            .where(Person.organisation_id == self.organisation_id, Person.role == Role.admin)
            .order_by(Person.id)
        )
        return found.all()

    async def _total(self, query: Select[Decimal]) -> Decimal:
        found: Decimal | None = await self.session.scalar(query)
        return found or _NOTHING
