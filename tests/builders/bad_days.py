"""Campaigns ordered on days on which everything goes wrong: answers are lost before and after the
effect, platforms throttle and fail, and processes are killed, at any step of a create.

The orders take the product's own way (the ledger, the adapter with its retries, our rows); when one
fails it is given again under the same key, as a turn that is taken up or an approval that is
repeated.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, Protocol

from sqlalchemy import func, select

from config.errors import TransientError, UserFacingError
from storage.tables.campaign import CampaignStatus
from storage.tables.work import Action
from tests.builders.campaigns import Crash, Shop, campaign_order
from tests.builders.metrics import FiguresAsTold
from tests.builders.tiktok import TikTokTown, tiktok_town
from tests.emulators.ads.google.accounts import status_name
from tests.emulators.ads.google.service import Fault as GoogleFault
from tests.emulators.ads.meta import errors
from tests.emulators.ads.meta.faults import Fault, Kind
from tests.emulators.ads.meta.world import CAMPAIGN, GONE
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeNotifier, FakePlatforms
from tests.integration.ads.google_account import GoogleHarness, google, platform_on
from tests.integration.ads.meta import MetaHarness, no_wait, running_meta, settings_of
from tools.campaigns.creating import execute_creation
from tools.campaigns.jobs import sync
from tools.campaigns.platforms.base import AdPlatform, CampaignSpec, PlatformCampaign
from tools.campaigns.platforms.http import RateBudget
from tools.campaigns.platforms.meta.platform import MetaPlatform
from tools.campaigns.platforms.patient import PatientPlatform
from tools.campaigns.proposing import propose_creation

_AMPLE = RateBudget(per_second=100_000, per_minute=1_000_000)
# Of a create in peace.
_STEPS = 14
_MOST_TRIES = 60
_LATER = timedelta(minutes=6)
Observe = Callable[[str, str], None]


@dataclass
class Kills:
    """Ends the process after so many further calls, None: lets it live."""

    left: int | None = None

    def observe(self, *call: str) -> None:
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Crash


class Place(Protocol):
    """A platform with one account, on which things go wrong."""

    name: str

    async def process(self, observe: Observe) -> AdPlatform:
        """The adapter of a new process."""

    def trouble(self, chance: Random) -> None:
        """Plan one fault for some call that comes."""

    def calm(self) -> None:
        """Nothing more goes wrong."""

    def finished(self) -> list[str]:
        """The ids of campaigns that are there in full."""

    def running(self) -> int:
        """How much of what is there may spend."""


@dataclass
class MetaPlace:
    harness: MetaHarness
    name: str = "meta"

    async def process(self, observe: Observe) -> AdPlatform:
        platform = await MetaPlatform.open(
            settings_of(self.harness.emulator), self.harness.clock, observe=observe,
            budget=_AMPLE, sleep=no_wait,
        )  # fmt: skip
        self.harness.stack.push_async_callback(platform.aclose)
        return platform

    def trouble(self, chance: Random) -> None:
        kind = chance.choice([each for each in Kind if each is not Kind.silent])
        error = chance.choice([errors.service(), errors.GraphError(4, "Too many calls")])
        self.harness.emulator.faults.plan(
            Fault(kind=kind, error=error, skip=chance.randrange(_STEPS), times=chance.randint(1, 2))
        )

    def calm(self) -> None:
        self.harness.emulator.faults.clear()

    def finished(self) -> list[str]:
        return [
            node.id
            for node in self.harness.emulator.world.nodes.values()
            if node.kind == CAMPAIGN
            and node.effective_status not in GONE
            and not node.fields["name"].endswith("-draft")
        ]

    def running(self) -> int:
        return len(self.harness.emulator.world.running())


@dataclass
class TikTokPlace:
    town: TikTokTown
    name: str = "tiktok"

    async def process(self, observe: Observe) -> AdPlatform:
        return self.town.another(self.town.account, observe=observe)

    def trouble(self, chance: Random) -> None:
        kind = chance.choice(("page", "cut", "lost", "dropped", "code"))
        code = chance.choice((50000, 40202, 40100, 40133))
        if chance.random() < 0.7:
            self.town.emulator.faults.nth_write(chance.randrange(8), kind, code=code)
        else:
            self.town.emulator.faults.next(
                kind, chance.choice(("campaign/get", "ad/get")), code=code
            )

    def calm(self) -> None:
        self.town.emulator.faults.clear()

    def finished(self) -> list[str]:
        return [
            each.id
            for each in self.town.account.living
            if not each.fields["campaign_name"].endswith("~")
        ]

    def running(self) -> int:
        return sum(each.running for each in self.town.account.campaigns)


@dataclass
class GooglePlace:
    harness: GoogleHarness
    name: str = "google"

    async def process(self, observe: Observe) -> AdPlatform:
        platform = platform_on(self.harness.emulator, self.harness.account, observe)
        self.harness.open_platforms.push_async_callback(platform.aclose)
        return platform

    def trouble(self, chance: Random) -> None:
        ways = [
            GoogleFault.reset_before, GoogleFault.reset_after, GoogleFault.unavailable,
            GoogleFault.unavailable_after, GoogleFault.malformed, GoogleFault.throttled,
            GoogleFault.concurrent,
        ]  # fmt: skip
        method, places = chance.choice([("Mutate", 1), ("SearchStream", 6)])
        planned = self.harness.emulator.service.faults.setdefault(method, [])
        planned += [*[None] * chance.randrange(places), chance.choice(ways)]

    def calm(self) -> None:
        self.harness.emulator.service.faults.clear()

    def finished(self) -> list[str]:
        return [
            label.resource_name.rpartition("/")[2] for label in self.harness.account.of("label")
        ]

    def running(self) -> int:
        campaigns = self.harness.account.of("campaign")
        return sum(status_name(each) == "ENABLED" for each in campaigns)


@asynccontextmanager
async def meta_place(clock: FakeClock) -> AsyncIterator[Place]:
    async with running_meta(clock) as harness:
        yield MetaPlace(harness)


@asynccontextmanager
async def tiktok_place(clock: FakeClock) -> AsyncIterator[Place]:
    async with tiktok_town(clock) as town:
        yield TikTokPlace(town)


@asynccontextmanager
async def google_place(clock: FakeClock) -> AsyncIterator[Place]:
    async with google(clock) as harness:
        yield GooglePlace(harness)


PLACES = {"meta": meta_place, "tiktok": tiktok_place, "google": google_place}


class _Counting(FiguresAsTold):
    """Counts how often the platform was asked to create, and to look for what may be there."""

    asked = 0

    async def create_campaign(self, spec: CampaignSpec, *, key: str) -> PlatformCampaign:
        self.asked += 1
        return await super().create_campaign(spec, key=key)

    async def find_campaign(self, key: str) -> PlatformCampaign | None:
        self.asked += 1
        return await super().find_campaign(key)


@dataclass(kw_only=True)
class Tally:
    """Of orders: `faults` were planned, `kills` hit; `reconciled` orders had to look for what an
    earlier attempt had left, `repeated` ones were given more than once. The rest is wrong unless 0:
    `running` and `unknown` are at the platform, `lost` in our rows alone."""

    orders: int = 0
    faults: int = 0
    kills: int = 0
    repeated: int = 0
    reconciled: int = 0
    twice: int = 0
    lost: int = 0
    unknown: int = 0
    running: int = 0
    drafts: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{name: value + getattr(other, name) for name, value in vars(self).items()})


@dataclass
class BadDay:
    shop: Shop
    place: Place
    chance: Random
    tally: Tally = field(default_factory=Tally)
    kills: Kills = field(default_factory=Kills)

    async def orders(self, count: int) -> Tally:
        await self.shop.creative()
        order = campaign_order(age_groups=[(18, 35), (36, 50)])
        plan = (await propose_creation(self.shop.context(), order)).plan
        platform = await self._process()
        for number in range(count):
            for _ in range(self.chance.randint(0, 4)):
                self.tally.faults += 1
                self.place.trouble(self.chance)
            wanted = plan | {"platform": self.place.name, "name": f"Autumn {number}"}
            platform = await self._until_made(platform, f"approval:{number}", wanted)
        await self._judge(count)
        return self.tally

    async def _until_made(
        self, platform: _Counting, order_key: str, plan: dict[str, Any]
    ) -> _Counting:
        platform.asked = 0
        asked = tries = 0
        while tries < _MOST_TRIES:
            tries += 1
            dies_late = self._danger()
            context = self._context(platform, order_key, dies_late=dies_late)
            try:
                await execute_creation(context, plan)
                break
            except Crash:
                self.tally.kills += 1
                asked, platform = asked + platform.asked, await self._process()
            except (TransientError, UserFacingError):
                # What somebody does who is told to try again later.
                self.shop.clock.advance(_LATER)
        else:
            raise AssertionError(f"{order_key} was not made in {_MOST_TRIES} tries")
        self.kills.left = None
        self.tally.orders += 1
        self.tally.repeated += tries > 1
        self.tally.reconciled += asked + platform.asked > 1
        return platform

    def _danger(self) -> bool:
        """Now and then the process dies at some call, or between the effect and our rows."""
        self.kills.left = self.chance.randrange(_STEPS) if self.chance.random() < 0.15 else None
        return self.chance.random() < 0.05

    def _context(self, platform: AdPlatform, order_key: str, *, dies_late: bool) -> Any:
        context = self.shop.dying(order_key) if dies_late else self.shop.context(order_key)
        patient = PatientPlatform(platform, sleep=no_wait)
        return replace(context, platforms=FakePlatforms(patient))

    async def _process(self) -> _Counting:
        self.kills.left = None
        while True:
            try:
                return _Counting(await self.place.process(self.kills.observe), [])
            except (TransientError, UserFacingError):
                self.shop.clock.advance(_LATER)

    async def _judge(self, count: int) -> None:
        """What is there, and what the hourly sync makes of it."""
        ours = [row.external_id for row in await self.shop.campaigns.list()]
        there = self.place.finished()
        self.tally.twice += max(len(there) - len({*ours}), 0) + len(ours) - len({*ours})
        self.tally.lost += len({*ours} - {*there}) + count - len(ours)
        self.tally.unknown += len({*there} - {*ours})
        self.tally.running += self.place.running()
        assert all(row.status is CampaignStatus.paused for row in await self.shop.campaigns.list())
        self.place.calm()
        self.shop.clock.advance(timedelta(hours=2))
        notifier = FakeNotifier()
        context = self._context(await self._process(), "sync", dies_late=False)
        await sync(replace(context, notifier=notifier), {})
        self.tally.drafts += len(notifier.sent)
        self.tally.running += self.place.running()

    async def ledger_rows(self) -> int:
        async with self.shop.database.reading() as session:
            return await session.scalar(select(func.count(Action.id))) or 0
