"""Whatever is lost while a campaign is made at Meta, there is one of it or none, and it sleeps."""

from collections.abc import AsyncIterator
from random import Random

import pytest

from tests.contracts.ad_platform import a_spec
from tests.emulators.ads.meta import errors
from tests.emulators.ads.meta.faults import Fault, Kind
from tests.emulators.ads.meta.world import ACTIVE, AD, AD_SET, CAMPAIGN, GONE, PAUSED, Node
from tests.integration.ads.meta import MetaHarness, no_wait, running_meta
from tools.campaigns.platforms.base import CampaignSpec, DeliveryStatus, PlatformCampaign
from tools.campaigns.platforms.errors import ErrorCode, PlatformRefused, PlatformUnavailable
from tools.campaigns.platforms.patient import PatientPlatform

SPEC = a_spec("100", "30")
# The campaign, two ad sets with two ads each, both switched on, and the name without "draft".
WRITES = 1 + 2 + 4 + 2 + 1
# What is written and read when nothing goes wrong.
CALLS = WRITES + 6


@pytest.fixture
async def meta() -> AsyncIterator[MetaHarness]:
    async with running_meta() as harness:
        yield harness


@pytest.fixture
def patient(meta: MetaHarness) -> PatientPlatform:
    return PatientPlatform(meta.platform, sleep=no_wait)


def left(meta: MetaHarness, kind: str) -> list[Node]:
    """The objects of a kind that nobody deleted."""
    nodes = meta.emulator.world.nodes.values()
    return [node for node in nodes if node.kind == kind and node.effective_status not in GONE]


def check_whole(campaign: PlatformCampaign, spec: CampaignSpec) -> None:
    assert campaign.status is DeliveryStatus.paused
    assert campaign.name == spec.name
    shape = [
        (ad_set.name, ad_set.daily_budget, [ad.creative_id for ad in ad_set.ads])
        for ad_set in campaign.ad_sets
    ]
    assert shape == [
        (ad_set.name, ad_set.daily_budget, [ad.creative_id for ad in ad_set.ads])
        for ad_set in spec.ad_sets
    ]


async def test_a_create_in_peace_makes_this_many_calls(
    meta: MetaHarness, patient: PatientPlatform
) -> None:
    meta.emulator.calls.clear()
    await patient.create_campaign(SPEC, key="k")
    assert (len(meta.emulator.writes), len(meta.emulator.calls)) == (WRITES, CALLS)


@pytest.mark.parametrize(
    "kind",
    [Kind.reset, Kind.gateway, Kind.late, Kind.lost, Kind.broken],
    ids=str,
)
async def test_an_answer_lost_at_any_step_leaves_one_whole_campaign(
    meta: MetaHarness, patient: PatientPlatform, kind: Kind
) -> None:
    for step in range(CALLS):
        meta.emulator.faults.clear()
        fault = meta.emulator.faults.plan(Fault(kind=kind, skip=step))
        campaign = await patient.create_campaign(SPEC, key=f"k{step}")
        assert fault.hits >= 1
        check_whole(campaign, SPEC)
        assert len(left(meta, CAMPAIGN)) == step + 1
        assert len(left(meta, AD_SET)) == 2 * (step + 1)
        assert len(left(meta, AD)) == 4 * (step + 1)
        assert meta.emulator.world.running() == []


async def test_an_answer_that_never_comes_is_a_lost_one(meta: MetaHarness) -> None:
    hasty = PatientPlatform(meta.platform, sleep=no_wait, seconds=2)
    meta.emulator.faults.plan(Fault(kind=Kind.silent, method="POST", edge="adsets"))
    check_whole(await hasty.create_campaign(SPEC, key="k"), SPEC)
    assert (len(left(meta, CAMPAIGN)), len(left(meta, AD_SET))) == (1, 2)


@pytest.mark.parametrize("step", range(WRITES))
async def test_what_was_given_up_half_made_sleeps_and_is_completed_later(
    meta: MetaHarness, patient: PatientPlatform, step: int
) -> None:
    for method in ("POST", "DELETE"):
        meta.emulator.faults.plan(Fault(kind=Kind.reset, method=method, skip=step, times=99))
    with pytest.raises(PlatformUnavailable):
        await patient.create_campaign(SPEC, key="k")
    assert meta.emulator.world.running() == []
    meta.emulator.faults.clear()
    assert await patient.find_campaign("k") is None
    check_whole(await patient.create_campaign(SPEC, key="k"), SPEC)
    assert (len(left(meta, CAMPAIGN)), len(left(meta, AD_SET)), len(left(meta, AD))) == (1, 2, 4)


async def test_a_half_made_campaign_is_no_start_for_another_specification(
    meta: MetaHarness, patient: PatientPlatform
) -> None:
    meta.emulator.faults.plan(Fault(kind=Kind.reset, edge="ads", method="POST", times=99))
    with pytest.raises(PlatformUnavailable):
        await patient.create_campaign(SPEC, key="k")
    meta.emulator.faults.clear()
    other = a_spec("40", "50", "60")
    check_whole(await patient.create_campaign(other, key="k"), other)
    assert (len(left(meta, CAMPAIGN)), len(left(meta, AD_SET))) == (1, 3)


@pytest.mark.parametrize("edge", ["campaigns", "adsets", "ads"])
async def test_a_refusal_takes_the_half_made_campaign_away(
    meta: MetaHarness, patient: PatientPlatform, edge: str
) -> None:
    refusal = errors.GraphError(368, "The action attempted has been deemed abusive")
    last = {"campaigns": 0, "adsets": 1, "ads": 3}[edge]
    meta.emulator.faults.refuse(refusal, method="POST", edge=edge, skip=last)
    with pytest.raises(PlatformRefused) as caught:
        await patient.create_campaign(SPEC, key="k")
    assert caught.value.code is ErrorCode.POLICY_VIOLATION
    assert left(meta, CAMPAIGN) == []
    assert await patient.find_campaign("k") is None


async def test_a_draft_that_cannot_be_removed_is_taken_up_by_the_next_create(
    meta: MetaHarness, patient: PatientPlatform
) -> None:
    expired = errors.expired_token()
    meta.emulator.faults.refuse(expired, method="POST", edge="ads")
    meta.emulator.faults.refuse(expired, method="DELETE")
    with pytest.raises(PlatformRefused) as caught:
        await patient.create_campaign(SPEC, key="k")
    assert caught.value.code is ErrorCode.AD_ACCOUNT_TOKEN_EXPIRED
    assert len(left(meta, CAMPAIGN)) == 1
    check_whole(await patient.create_campaign(SPEC, key="k"), SPEC)
    assert (len(left(meta, CAMPAIGN)), len(left(meta, AD))) == (1, 4)


async def test_any_mixture_of_troubles_ends_in_one_whole_campaign(
    meta: MetaHarness, patient: PatientPlatform
) -> None:
    chance = Random(7)
    kinds = [Kind.reset, Kind.gateway, Kind.late, Kind.lost, Kind.broken]
    for number in range(1, 61):
        meta.emulator.faults.clear()
        for _ in range(chance.randint(1, 5)):
            meta.emulator.faults.plan(
                Fault(kind=chance.choice(kinds), skip=chance.randrange(CALLS),
                      times=chance.randint(1, 2))
            )  # fmt: skip
        for _ in range(5):
            try:
                campaign = await patient.create_campaign(SPEC, key=f"k{number}")
            except PlatformUnavailable:
                continue
            break
        check_whole(campaign, SPEC)
        # A request that arrives when all is done may leave an empty draft.
        whole = [one for one in left(meta, CAMPAIGN) if "draft" not in one.fields["name"]]
        awake = [one for one in left(meta, AD_SET) if one.status == ACTIVE]
        assert (len(whole), len(awake)) == (number, 2 * number)
    assert meta.emulator.world.running() == []


async def test_an_ad_set_that_arrives_when_all_is_done_sleeps(
    meta: MetaHarness, patient: PatientPlatform
) -> None:
    late = meta.emulator.faults.plan(
        Fault(kind=Kind.late, method="POST", edge="adsets", skip=1, times=2)
    )
    with pytest.raises(PlatformUnavailable):
        await meta.platform.create_campaign(SPEC, key="k")
    with pytest.raises(PlatformUnavailable):
        await meta.platform.create_campaign(SPEC, key="k")
    campaign = await meta.platform.create_campaign(SPEC, key="k")
    assert late.hits == 2
    await meta.platform.set_status(campaign.external_id, DeliveryStatus.active)
    # The next ad set of anybody brings the one that is still on its way.
    await meta.platform.create_campaign(SPEC, key="another")
    below = [one for one in left(meta, AD_SET) if one.campaign.id == campaign.external_id]
    assert sorted(one.status for one in below) == [ACTIVE, ACTIVE, PAUSED]
    assert len(meta.emulator.world.running()) == 2


@pytest.mark.parametrize("kind", [Kind.lost, Kind.broken, Kind.reset], ids=str)
async def test_a_switch_or_a_budget_whose_answer_is_lost_is_set_once(
    meta: MetaHarness, patient: PatientPlatform, kind: Kind
) -> None:
    campaign = await patient.create_campaign(SPEC, key="k")
    ad_set = campaign.ad_sets[0].external_id
    meta.emulator.faults.plan(Fault(kind=kind, method="POST", edge="node"))
    await patient.set_daily_budget(ad_set, SPEC.ad_sets[1].daily_budget)
    meta.emulator.faults.plan(Fault(kind=kind, method="POST", edge="node"))
    await patient.set_status(campaign.external_id, DeliveryStatus.active)
    state = await patient.get_campaign(campaign.external_id)
    assert state.status is DeliveryStatus.active
    assert state.ad_sets[0].daily_budget == SPEC.ad_sets[1].daily_budget
    assert len(meta.emulator.world.nodes[ad_set].edits) == 1
