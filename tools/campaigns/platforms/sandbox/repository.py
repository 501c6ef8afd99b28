"""Every query on the sandbox's tables, inside one organisation's account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Select, select

from storage.database import Session
from storage.repository import Repository
from storage.tables.sandbox import SandboxAd, SandboxAdSet, SandboxCampaign, SandboxChange
from storage.upsert import insert_or_ignore
from tools.campaigns.platforms.base import AdSetSpec, CampaignSpec, DeliveryStatus


class SandboxRepository(Repository[SandboxCampaign]):
    async def by_key(self, key: str) -> SandboxCampaign | None:
        return await self.one_or_none(self._mine().where(SandboxCampaign.key == key))

    async def every(self) -> Sequence[SandboxCampaign]:
        """The oldest first."""
        return await self.all(self._mine().order_by(SandboxCampaign.id))

    async def by_ids(self, ids: Sequence[int]) -> Sequence[SandboxCampaign]:
        return await self.all(self._mine().where(SandboxCampaign.id.in_(ids)))

    async def locked(self, campaign_id: int) -> SandboxCampaign | None:
        """The campaign, with no other writer at it until this transaction ends."""
        return await self.one_or_none(
            self._mine().where(SandboxCampaign.id == campaign_id).with_for_update()
        )

    async def campaign_of(self, ad_set_id: int) -> SandboxCampaign | None:
        """The campaign of an ad set, locked in the same way."""
        owner = select(SandboxAdSet.campaign_id).where(SandboxAdSet.id == ad_set_id)
        return await self.one_or_none(
            self._mine().where(SandboxCampaign.id.in_(owner)).with_for_update()
        )

    async def create(self, session: Session, spec: CampaignSpec, key: str, now: datetime) -> None:
        """Insert the campaign and all below it; nothing when the key is taken."""
        values = {
            "organisation_id": self.organisation_id, "key": key, "name": spec.name,
            "objective": spec.objective, "created_at": now,
        }  # fmt: skip
        campaign_id = await insert_or_ignore(session, SandboxCampaign, values)
        if campaign_id is None:
            return
        self.change(session, campaign_id, None, now, status=DeliveryStatus.paused)
        for position, ad_set in enumerate(spec.ad_sets):
            await self._create_ad_set(session, campaign_id, position, ad_set, now)
        await session.flush()

    def change(
        self, session: Session, campaign_id: int, ad_set_id: int | None, at: datetime,
        *, status: DeliveryStatus | None = None, daily_budget: Decimal | None = None,
    ) -> None:  # fmt: skip
        """Write one line of the log."""
        session.add(SandboxChange(
            organisation_id=self.organisation_id, campaign_id=campaign_id, ad_set_id=ad_set_id,
            at=at, status=status, daily_budget=daily_budget,
        ))  # fmt: skip

    async def shift(self, session: Session, campaign: SandboxCampaign, by: timedelta) -> None:
        """Move the campaign and its whole log to an earlier time."""
        campaign.created_at -= by
        for change in campaign.changes:
            change.at -= by
        await session.flush()

    async def _create_ad_set(
        self, session: Session, campaign_id: int, position: int, spec: AdSetSpec, now: datetime
    ) -> None:
        row = SandboxAdSet(
            organisation_id=self.organisation_id, campaign_id=campaign_id, position=position,
            name=spec.name, countries=list(spec.countries), age_min=spec.age_min,
            age_max=spec.age_max, goal=spec.goal,
            ads=[
                SandboxAd(organisation_id=self.organisation_id, creative_id=ad.creative_id,
                          name=ad.name)
                for ad in spec.ads
            ],
        )  # fmt: skip
        session.add(row)
        await session.flush()
        self.change(
            session, campaign_id, row.id, now,
            status=DeliveryStatus.active, daily_budget=spec.daily_budget,
        )  # fmt: skip

    def _mine(self) -> Select[SandboxCampaign]:
        return select(SandboxCampaign).where(
            SandboxCampaign.organisation_id == self.organisation_id
        )
