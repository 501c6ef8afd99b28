"""Where leads come from and what they cost.

A lead that names a campaign (by id, name or the platform's own id) carries a share of that
campaign's money; one that only names an ad platform carries a share of what that platform's other
campaigns spent. Everything else stays with the platform alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from storage.tables.lead import LeadStatus, Source
from tools.campaigns.service import CampaignService, DayFigures, Figures, total
from tools.context import ToolContext
from tools.periods import Days
from tools.reports.figures import divided
from tools.reports.repository import LeadGroup, lead_groups

_PLATFORMS = {
    "facebook": "meta", "fb": "meta", "instagram": "meta", "ig": "meta", "meta": "meta",
    "tiktok": "tiktok", "google": "google", "google_ads": "google", "adwords": "google",
    "sandbox": "sandbox",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One source of leads; `spend` and `revenue` are None when no campaign is known for it."""

    source: Source
    leads: int
    before: int
    contacted: int
    converted: int
    spend: Decimal | None
    revenue: Decimal | None

    @property
    def conversion_rate(self) -> Decimal | None:
        return divided(self.converted, self.leads)

    @property
    def cost_per_lead(self) -> Decimal | None:
        return divided(self.spend, self.leads)

    @property
    def roas(self) -> Decimal | None:
        return divided(self.revenue, self.spend)

    @property
    def roi(self) -> Decimal | None:
        return None if self.roas is None else self.roas - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What an ad platform itself says, for these days and the ones before."""

    name: str
    now: Figures
    before: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """Sources with the most leads first; platforms with the most spend first."""

    sources: Sequence[Channel]
    platforms: Sequence[Platform]

    def __bool__(self) -> bool:
        return any(row.leads for row in self.sources) or any(
            row.now.spend or row.now.revenue for row in self.platforms
        )

    @property
    def leads(self) -> int:
        return sum(row.leads for row in self.sources)

    @property
    def before(self) -> int:
        return sum(row.before for row in self.sources)

    @property
    def waiting(self) -> int:
        """Leads that nobody contacted yet."""
        return self.leads - sum(row.contacted for row in self.sources)


Shares = Mapping[Source, tuple[Decimal, Decimal]]


async def channels(context: ToolContext, days: Days) -> Channels:
    """Raises the errors of the ad platforms."""
    service = CampaignService.of(context)
    groups = await lead_groups(context, days)
    earlier = await lead_groups(context, days.before())
    rows = await service.daily_metrics(days)
    rows_before = await service.daily_metrics(days.before())
    shares = _shares(groups, await _names(service), rows)
    return Channels(
        sources=_sources(groups, earlier, shares), platforms=_platforms(rows, rows_before)
    )


async def _names(service: CampaignService) -> dict[str, int]:
    """Campaign numbers by everything that a lead may call them; the newest of equal names."""
    campaigns = [*await service.list(), *await service.list(status="deleted")]
    return {
        name.casefold(): campaign.number
        for campaign in sorted(campaigns, key=lambda campaign: campaign.number)
        for name in (campaign.external_id, campaign.name, campaign.ref)
    }


def _shares(
    groups: Iterable[LeadGroup], names: Mapping[str, int], rows: Sequence[DayFigures]
) -> Shares:
    """Spend and revenue by source."""
    by_campaign: dict[int, Counter[Source]] = defaultdict(Counter)
    by_platform: dict[str, Counter[Source]] = defaultdict(Counter)
    for group in groups:
        number = names.get((group.campaign or "").strip().casefold())
        platform = _PLATFORMS.get((group.medium or "").strip().casefold())
        if number is not None:
            by_campaign[number][group.source] += group.count
        elif platform is not None:
            by_platform[platform][group.source] += group.count
    spend: dict[Source, tuple[Decimal, Decimal]] = {}
    for (number, platform), figures in _summed(rows).items():
        counts = by_campaign.get(number) or by_platform.get(platform) or Counter()
        for source, count in counts.items():
            part = Decimal(count) / counts.total()
            paid, earned = spend.get(source, (Decimal(0), Decimal(0)))
            spend[source] = (paid + figures.spend * part, earned + figures.revenue * part)
    return spend


def _summed(rows: Iterable[DayFigures]) -> dict[tuple[int, str], Figures]:
    by_campaign: dict[tuple[int, str], list[DayFigures]] = defaultdict(list)
    for row in rows:
        by_campaign[row.campaign, row.platform].append(row)
    return {key: total(owned) for key, owned in by_campaign.items()}


def _sources(
    groups: Sequence[LeadGroup], earlier: Sequence[LeadGroup], shares: Shares
) -> list[Channel]:
    every = {group.source for group in (*groups, *earlier)}
    rows = [_channel(source, groups, earlier, shares) for source in every]
    return sorted(rows, key=lambda row: (-row.leads, -row.before, row.source))


def _channel(
    source: Source, groups: Sequence[LeadGroup], earlier: Sequence[LeadGroup], shares: Shares
) -> Channel:
    statuses: Counter[LeadStatus] = Counter()
    for group in groups:
        if group.source is source:
            statuses[group.status] += group.count
    spend, revenue = shares.get(source, (None, None))
    return Channel(
        source=source, leads=statuses.total(),
        before=sum(group.count for group in earlier if group.source is source),
        # A lost lead was talked to as well; only a new one was not.
        contacted=statuses.total() - statuses[LeadStatus.new],
        converted=statuses[LeadStatus.converted], spend=spend, revenue=revenue,
    )  # fmt: skip


def _platforms(rows: Sequence[DayFigures], earlier: Sequence[DayFigures]) -> list[Platform]:
    names = {row.platform for row in (*rows, *earlier)}
    found = [
        Platform(
            name=name,
            now=total(row for row in rows if row.platform == name),
            before=total(row for row in earlier if row.platform == name),
        )
        for name in names
    ]
    return sorted(found, key=lambda row: (-row.now.spend, row.name))
