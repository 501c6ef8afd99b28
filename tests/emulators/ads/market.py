"""What ads bring: the sandbox's market over the objects of an emulator, in memory.

The emulator says which ids its objects have and what happens to them; the market answers with
figures under these ids. It never refuses anything: that is the emulator's business.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from storage.tables.sandbox import SandboxAd, SandboxAdSet, SandboxCampaign, SandboxChange
from tests.fakes.clock import FakeClock
from tools.arguments import Objective
from tools.campaigns.platforms.base import AdMetrics, DeliveryStatus, OptimizationGoal
from tools.campaigns.platforms.sandbox import ids
from tools.campaigns.platforms.sandbox.clock import MarketClock
from tools.campaigns.platforms.sandbox.metrics import MetricsBook

SHANGHAI = ZoneInfo("Asia/Shanghai")
_ORGANISATION = 1


class Market:
    """Its time is the clock's. An unknown id raises KeyError."""

    def __init__(self, clock: FakeClock, *, zone: ZoneInfo = SHANGHAI, seed: int = 1) -> None:
        self.zone = zone
        self._clock = clock
        self._book = MetricsBook(MarketClock(clock, epoch=clock.now(), zone=zone), seed)
        self._campaigns: dict[str, SandboxCampaign] = {}
        self._ad_sets: dict[str, SandboxAdSet] = {}
        self._names: dict[str, str] = {}
        self._count = 0

    def now(self) -> datetime:
        return self._clock.now()

    def today(self) -> date:
        return self._clock.now().astimezone(self.zone).date()

    def pass_days(self, days: int) -> None:
        self._clock.advance(timedelta(days=days))

    def campaign(self, id_: str, *, name: str, objective: Objective) -> None:
        """A paused one; its name decides what its product is worth to people."""
        row = SandboxCampaign(
            id=self._number(id_, ids.CAMPAIGN), organisation_id=_ORGANISATION, key=name, name=name,
            objective=objective, created_at=self.now(), ad_sets=[], changes=[],
        )  # fmt: skip
        self._campaigns[id_] = row
        self._log(row, None, status=DeliveryStatus.paused)

    def ad_set(
        self, id_: str, *, campaign: str, name: str, countries: tuple[str, ...],
        ages: tuple[int, int], daily_budget: Decimal, goal: OptimizationGoal,
        status: DeliveryStatus,
    ) -> None:  # fmt: skip
        """`ages` include both ends. It delivers while it and its campaign are active."""
        owner = self._campaigns[campaign]
        row = SandboxAdSet(
            id=self._number(id_, ids.AD_SET), organisation_id=_ORGANISATION, campaign_id=owner.id,
            position=len(owner.ad_sets), name=name, countries=list(countries), age_min=ages[0],
            age_max=ages[1], goal=goal, ads=[],
        )  # fmt: skip
        owner.ad_sets.append(row)
        self._ad_sets[id_] = row
        self._log(owner, row.id, status=status, daily_budget=daily_budget)

    def ad(self, id_: str, *, ad_set: str, creative: str, name: str) -> None:
        """Equal creatives perform equally wherever they are shown."""
        row = SandboxAd(
            id=self._number(id_, ids.AD), organisation_id=_ORGANISATION,
            ad_set_id=self._ad_sets[ad_set].id, creative_id=creative, name=name,
        )  # fmt: skip
        self._ad_sets[ad_set].ads.append(row)

    def drop(self, id_: str) -> None:
        """An ad that never ran is gone, as if it had not been."""
        for ad_set in self._ad_sets.values():
            ad_set.ads[:] = [ad for ad in ad_set.ads if self._names[_external(ad)] != id_]

    def change(
        self, id_: str, *, status: DeliveryStatus | None = None, daily_budget: Decimal | None = None
    ) -> None:
        """A new status or budget of a campaign or an ad set, from now on."""
        if id_ in self._campaigns:
            self._log(self._campaigns[id_], None, status=status)
            return
        row = self._ad_sets[id_]
        owner = next(one for one in self._campaigns.values() if one.id == row.campaign_id)
        self._log(owner, row.id, status=status, daily_budget=daily_budget)

    def figures(self, campaigns: Sequence[str], start: date, end: date) -> list[AdMetrics]:
        """What is reported by now, per ad and day, from `start` to `end`, ordered by day."""
        rows = self._book.read([self._delivered(ref) for ref in campaigns], start, end)
        return [
            replace(
                row, campaign_id=self._names[row.campaign_id],
                ad_set_id=self._names[row.ad_set_id], ad_id=self._names[row.ad_id],
            )
            for row in rows
        ]  # fmt: skip

    def _delivered(self, id_: str) -> SandboxCampaign:
        """The campaign without the ad sets that have nothing to show."""
        whole = self._campaigns[id_]
        return SandboxCampaign(
            id=whole.id, organisation_id=whole.organisation_id, key=whole.key, name=whole.name,
            objective=whole.objective, created_at=whole.created_at, changes=[*whole.changes],
            ad_sets=[ad_set for ad_set in whole.ad_sets if ad_set.ads],
        )  # fmt: skip

    def _number(self, id_: str, kind: str) -> int:
        self._count += 1
        self._names[ids.external(kind, self._count)] = id_
        return self._count

    def _log(
        self, campaign: SandboxCampaign, ad_set: int | None,
        *, status: DeliveryStatus | None = None, daily_budget: Decimal | None = None,
    ) -> None:  # fmt: skip
        campaign.changes.append(SandboxChange(
            organisation_id=_ORGANISATION, campaign_id=campaign.id, ad_set_id=ad_set,
            at=self.now(), status=status, daily_budget=daily_budget,
        ))  # fmt: skip


def _external(ad: SandboxAd) -> str:
    return ids.external(ids.AD, ad.id)
