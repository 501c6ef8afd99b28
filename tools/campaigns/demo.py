"""Creatives and two campaigns with a past, for the demo: a company that teaches English online."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from config.clock import Clock
from storage.database import Database
from storage.repository import next_number
from storage.tables.campaign import CampaignStatus, Creative, CreativeKind
from tools.campaigns.plans import CreationPlan
from tools.campaigns.platforms.base import DeliveryStatus
from tools.campaigns.platforms.configured import sandbox_of
from tools.campaigns.platforms.sandbox.platform import SandboxPlatform
from tools.campaigns.proposing import AGE_GROUPS, planned_ad_sets, planned_creatives
from tools.campaigns.recording import ids_of, record, spec_of
from tools.campaigns.repository import CampaignRepository, CreativeRepository
from tools.ports import AdPlatforms

HISTORY = 45
_SITE = "https://shop.example.com/english"

_CREATIVES = (
    ("外教一对一试听课", CreativeKind.image, "trial",
     "25 分钟外教一对一，今天预约免费试听，不满意不收费。"),
    ("零基础 30 天开口说", CreativeKind.video, "speak",
     "每天 15 分钟，30 天敢开口说英语，现在报名送发音课。"),
    ("职场英语速成班", CreativeKind.image, "work",
     "邮件、会议、面试一次学会，下班后上课，可回放。"),
    ("雅思 7 分冲刺营", CreativeKind.video, "ielts",
     "名师带练，作文逐句批改，12 周冲刺 7 分，限 20 人。"),
    ("少儿自然拼读", CreativeKind.image, "phonics",
     "5-10 岁，玩着学会拼读，第一节课免费，家长可旁听。"),
    ("商务口语小班课", CreativeKind.video, "business",
     "4 人小班，外企场景实战，学完敢上会，首月立减 200 元。"),
)  # fmt: skip

# Key, name, countries, budget, creatives, target ROAS and CPA. How the demo's market takes to a
# campaign follows from its key: these are one that goes well and one with a bad ad set.
_CAMPAIGNS = (
    ("demo-23", "试听课拉新", ("US", "CA"), 600, (0, 1), Decimal("2.2"), Decimal(60)),
    ("demo-6", "职场英语秋季班", ("SG", "MY"), 450, (2, 5), Decimal("2.0"), Decimal(50)),
)


async def seed(
    database: Database, organisation_id: int, clock: Clock, platforms: AdPlatforms
) -> None:
    """Six creatives and, where there is a sandbox, two campaigns that have run for 45 days.
    Running it again changes nothing; after a crash it goes on."""
    creatives = await _creatives(database, organisation_id, clock)
    sandbox = sandbox_of(platforms)
    if sandbox is None:
        return
    for key, name, countries, budget, chosen, roas, cpa in _CAMPAIGNS:
        plan = CreationPlan(
            platform="sandbox", name=name, objective="sales", daily_budget=Decimal(budget),
            countries=countries, product_url=_SITE, target_roas=roas, target_cpa=cpa,
            ad_sets=planned_ad_sets(countries, AGE_GROUPS, Decimal(budget)),
            creatives=planned_creatives([creatives[index] for index in chosen]),
            ordered_by=0,
        )  # fmt: skip
        await _campaign(database, organisation_id, sandbox, clock, key, plan)


async def _creatives(database: Database, organisation_id: int, clock: Clock) -> Sequence[Creative]:
    """The six, oldest first."""
    async with database.unit_of_work() as session:
        creatives = CreativeRepository(session, organisation_id)
        known = {row.title: row for row in await creatives.listed()}
        for title, kind, slug, words in _CREATIVES:
            if title not in known:
                known[title] = await creatives.add(
                    Creative(
                        organisation_id=organisation_id,
                        number=await next_number(session, organisation_id, "CR"),
                        title=title, kind=kind, platform=None, url=f"{_SITE}/{slug}.png",
                        copy=words, created_at=clock.now(),
                    )
                )  # fmt: skip
        return [known[title] for title, *_ in _CREATIVES]


async def _campaign(
    database: Database, organisation_id: int, platform: SandboxPlatform, clock: Clock, key: str,
    plan: CreationPlan,
) -> None:  # fmt: skip
    async with database.reading() as session:
        if await CampaignRepository(session, organisation_id).by_key(key):
            return
    created = await platform.create_campaign(spec_of(plan), key=key)
    await platform.set_status(created.external_id, DeliveryStatus.active)
    if platform.today(created.created_at) == platform.today(clock.now()):
        await platform.backdate(created.external_id, HISTORY)
    async with database.unit_of_work() as session:
        campaign = await record(
            session, organisation_id, plan, key=key, ids=ids_of(created), now=clock.now()
        )
        campaign.status = CampaignStatus.active
        campaign.created_at = clock.now() - timedelta(days=HISTORY)
