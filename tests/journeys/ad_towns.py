"""The emulated ad platforms of a story, each with one account, all told in the same words."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.builders.tiktok import tiktok_settings
from tests.emulators.ads.google.accounts import status_name
from tests.emulators.ads.google.server import GoogleAdsEmulator
from tests.emulators.ads.google.service import Fault
from tests.emulators.ads.meta.errors import GraphError, expired_token
from tests.emulators.ads.meta.faults import Fault as MetaFault
from tests.emulators.ads.meta.faults import Kind
from tests.emulators.ads.meta.server import MetaEmulator
from tests.emulators.ads.meta.world import AD_SET, CAMPAIGN, CREATIVE, GONE
from tests.emulators.ads.tiktok.server import TikTokEmulator
from tests.emulators.ads.tiktok.world import AdGroup
from tests.fakes.clock import FakeClock
from tests.integration.ads import google_account, meta

Deed = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class AdTown:
    """`living` are the campaigns of ours that are not deleted; `running` counts the ad sets that
    may spend now, `budgets` are those of the ad sets of living campaigns. `expire` ends the token,
    `throttle` makes the platform refuse every call, `lose_create` carries out the next creation
    and answers nothing. `special` is how the platform keeps the category of each campaign, `copies`
    are the words of its ads."""

    platform: str
    settings: dict[str, Any]
    living: Callable[[], int]
    running: Callable[[], int]
    budgets: Callable[[], list[Decimal]]
    special: Callable[[], list[list[str]]]
    ages: Callable[[], set[Any]]
    expire: Deed
    throttle: Deed
    lose_create: Deed
    calls: Callable[[], int]
    copies: Callable[[], list[str]]


@asynccontextmanager
async def meta_town(clock: FakeClock) -> AsyncIterator[AdTown]:
    async with MetaEmulator(clock) as emulator:
        world, faults = emulator.world, emulator.faults
        account = world.account(meta.ACCOUNT, meta.TOKEN)

        def of(kind: str) -> list[Any]:
            nodes = world.of_kind(kind, account)
            return [node for node in nodes if node.effective_status not in GONE]

        yield AdTown(
            platform="Meta",
            settings={"meta": meta.settings_of(emulator)},
            living=lambda: len(of(CAMPAIGN)),
            running=lambda: len(world.running()),
            budgets=lambda: [Decimal(node.fields["daily_budget"]) / 100 for node in of(AD_SET)],
            special=lambda: [node.fields["special_ad_categories"] for node in of(CAMPAIGN)],
            ages=lambda: {
                (node.fields["targeting"]["age_min"], node.fields["targeting"]["age_max"])
                for node in of(AD_SET)
            },
            expire=lambda: _always(emulator, expired_token()),
            throttle=lambda: _always(emulator, GraphError(17, "User request limit reached",
                                                          subcode=2446079), regain=10),
            lose_create=lambda: _keep(
                faults.plan(MetaFault(kind=Kind.lost, method="POST", edge="campaigns"))
            ),
            calls=lambda: len(emulator.calls),
            copies=lambda: [
                node.fields["object_story_spec"]["link_data"]["message"] for node in of(CREATIVE)
            ],
        )  # fmt: skip


def _always(emulator: MetaEmulator, error: GraphError, regain: int = 0) -> None:
    emulator.faults.refuse(error, times=1_000, regain=regain)


def _keep(fault: MetaFault) -> None:
    assert fault.hits == 0


@asynccontextmanager
async def tiktok_town(clock: FakeClock) -> AsyncIterator[AdTown]:
    async with TikTokEmulator(clock) as emulator:
        account = emulator.advertiser()

        def throttle() -> None:
            for _ in range(10):
                emulator.faults.next("code", code=40100, message="Too many requests")

        def groups() -> list[AdGroup]:
            return [each for one in account.living for each in one.ad_groups]

        yield AdTown(
            platform="TikTok",
            settings={"tiktok": tiktok_settings(emulator.url, account)},
            living=lambda: len(account.living),
            running=lambda: sum(each.campaign.running and each.delivery == "active"
                                for each in groups()),
            budgets=lambda: [Decimal(str(each.fields["budget"])) for each in groups()],
            special=lambda: [one.fields.get("special_industries", []) for one in account.living],
            ages=lambda: {tuple(each.fields["age_groups"]) for each in groups()},
            expire=account.expire,
            throttle=throttle,
            lose_create=lambda: emulator.faults.next("lost", "campaign/create"),
            calls=lambda: len(emulator.calls),
            copies=lambda: [ad.fields["ad_text"] for each in groups() for ad in each.ads],
        )  # fmt: skip


@asynccontextmanager
async def google_town(clock: FakeClock) -> AsyncIterator[AdTown]:
    async with GoogleAdsEmulator(clock) as emulator:
        account = emulator.open_account()
        service = emulator.service

        def living() -> list[Any]:
            return [each for each in account.of("campaign") if status_name(each) != "REMOVED"]

        def running() -> int:
            on = {each.resource_name for each in living() if status_name(each) == "ENABLED"}
            return sum(
                each.campaign in on and status_name(each) == "ENABLED"
                for each in account.of("ad_group")
            )

        def throttle() -> None:
            for method in ("Mutate", "SearchStream"):
                service.faults[method] = [Fault.exhausted] * 20

        def expire() -> None:
            emulator.tokens.revoke(account.refresh_token)
            emulator.tokens.forget_access()

        yield AdTown(
            platform="Google",
            settings={"google": google_account.settings_of(emulator, account)},
            # Ad sets of ours are campaigns there, with one label for all of a campaign.
            living=lambda: len({each.name.partition(" #")[2][:15] for each in living()}),
            running=running,
            budgets=lambda: [
                Decimal(account.resources[each.campaign_budget].amount_micros) / 1_000_000
                for each in living()
            ],
            special=list,
            ages=lambda: {each.age_range.type_ for each in account.of("ad_group_criterion")},
            expire=expire,
            throttle=throttle,
            lose_create=lambda: service.faults.setdefault("Mutate", []).append(Fault.reset_after),
            calls=lambda: len(service.calls),
            # In lines of descriptions, behind which its own name stands.
            copies=lambda: [
                "".join(line.text for line in each.ad.responsive_search_ad.descriptions)
                for each in account.of("ad_group_ad")
            ],
        )


TOWNS: dict[str, Callable[[FakeClock], AbstractAsyncContextManager[AdTown]]] = {
    "meta": meta_town, "tiktok": tiktok_town, "google": google_town,
}  # fmt: skip
