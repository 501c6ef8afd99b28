"""Every query on campaigns, their ad sets, creatives and budget changes."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from storage.repository import Repository
from storage.tables.campaign import (
    BudgetChange,
    Campaign,
    CampaignSnapshot,
    CampaignStatus,
    Creative,
)
from storage.tables.work import Action
from tools.campaigns.failures import CampaignNotFound


class CampaignRepository(Repository[Campaign]):
    """Campaigns come with their ad sets and ads."""

    async def listed(
        self, *, platform: str | None = None, status: str | None = None
    ) -> Sequence[Campaign]:
        """Newest first; deleted ones only when asked for."""
        wanted = select(Campaign).where(
            Campaign.organisation_id == self.organisation_id,
            Campaign.status == status if status else Campaign.status != CampaignStatus.deleted,
        )
        if platform:
            wanted = wanted.where(Campaign.platform == platform)
        return await self.all(wanted.order_by(Campaign.number.desc()))

    async def every(self) -> Sequence[Campaign]:
        """Deleted ones too: their money was spent."""
        return await self.all(
            select(Campaign).where(Campaign.organisation_id == self.organisation_id)
        )

    async def get(self, ref: str, *, lock: bool = False) -> Campaign:
        """By its id (C-3); raises CampaignNotFound."""
        wanted = select(Campaign).where(
            Campaign.organisation_id == self.organisation_id,
            Campaign.number == int(ref.removeprefix("C-")),
        )
        found = await self.one_or_none(wanted.with_for_update(of=Campaign) if lock else wanted)
        if found is None:
            raise CampaignNotFound(ref, [campaign.ref for campaign in await self.listed()])
        return found

    async def by_key(self, key: str) -> Campaign | None:
        return await self.one_or_none(
            select(Campaign).where(
                Campaign.organisation_id == self.organisation_id, Campaign.key == key
            )
        )

    async def changes(
        self, ad_set_ids: Sequence[int], *, since: datetime, but_not: str
    ) -> Sequence[BudgetChange]:
        """Budget edits after `since`, oldest first, without those of the order `but_not`."""
        found = await self.session.scalars(
            select(BudgetChange)
            .where(
                BudgetChange.ad_set_id.in_(ad_set_ids),
                BudgetChange.at > since,
                BudgetChange.order_key != but_not,
            )
            .order_by(BudgetChange.at, BudgetChange.id)
        )
        return found.all()

    async def actions(self, kinds: Sequence[str], *, since: datetime) -> Sequence[Action]:
        """Effects of these kinds that were begun or ended after `since`, the latest last."""
        found = await self.session.scalars(
            select(Action)
            .where(
                Action.organisation_id == self.organisation_id,
                Action.kind.in_(kinds),
                Action.updated_at > since,
            )
            .order_by(Action.updated_at, Action.id)
        )
        return found.all()

    async def external_ids(self, platform: str) -> set[str]:
        """Of every organisation: several may share an account."""
        found = await self.session.scalars(
            select(Campaign.external_id).where(Campaign.platform == platform)
        )
        return {*found}

    async def snapshot(self, campaign: Campaign) -> CampaignSnapshot | None:
        found: CampaignSnapshot | None = await self.session.scalar(
            select(CampaignSnapshot).where(CampaignSnapshot.campaign_id == campaign.id)
        )
        return found


class CreativeRepository(Repository[Creative]):
    async def listed(
        self, *, platform: str | None = None, text: str | None = None
    ) -> Sequence[Creative]:
        """Those that fit the platform and contain the text, the newest first."""
        wanted = select(Creative).where(Creative.organisation_id == self.organisation_id)
        if platform:
            wanted = wanted.where((Creative.platform == platform) | Creative.platform.is_(None))
        if text:
            wanted = wanted.where(
                Creative.title.icontains(text, autoescape=True)
                | Creative.copy.icontains(text, autoescape=True)
            )
        return await self.all(wanted.order_by(Creative.number.desc()))

    async def numbered(self, numbers: Sequence[int]) -> Sequence[Creative]:
        return await self.all(
            select(Creative).where(
                Creative.organisation_id == self.organisation_id, Creative.number.in_(numbers)
            )
        )
