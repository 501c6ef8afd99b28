"""Leads for the demo: people who asked a company that teaches English online."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from storage.database import Session
from storage.repository import next_number
from storage.tables.lead import (
    Activity,
    Lead,
    LeadEvent,
    LeadNote,
    LeadStatus,
    LeadTag,
    Source,
    Trait,
)
from storage.tables.organisation import Person
from tools.leads.repository import LeadRepository
from tools.leads.scoring import Event, score

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_KEY = "demo:lead:"
_TODAY, _YESTERDAY, _SPAN = 5, 4, 45

_NAMES = (
    "王芳", "李静", "张伟", "刘洋", "陈晨", "杨帆", "黄蓉", "赵敏", "周杰", "吴倩", "徐丽", "孙悦",
    "马超", "朱琳", "胡军", "郭涛", "何苗", "林悦", "高翔", "罗丹", "梁宇", "宋佳", "唐宁", "许诺",
    "韩雪", "冯凯", "邓婕", "曹颖", "彭博", "曾欣", "萧然", "田甜", "董洁", "袁野", "潘虹", "蒋欣",
    "蔡琴", "余洋", "杜鹃", "叶青", "程浩", "苏醒", "魏然", "吕颂", "丁宁", "任重", "沈腾飞", "姚远",
    "卢伟", "傅晶", "钟灵", "崔健平", "谭笑", "陆遥", "范文",
    "Emma Wilson", "Kevin Wu", "Sophie Martin", "Daniel Kim", "Grace Lim",
)  # fmt: skip
_SOURCES = {
    Source.douyin: 16, Source.xiaohongshu: 14, Source.wechat: 12, Source.baidu: 8,
    Source.kuaishou: 3, Source.bilibili: 2, Source.zhihu: 2, Source.web: 3,
}  # fmt: skip
_CHANNELS = {
    Source.douyin: "直播间", Source.xiaohongshu: "笔记私信", Source.wechat: "公众号",
    Source.baidu: "搜索推广", Source.kuaishou: "短视频", Source.bilibili: "视频评论",
    Source.zhihu: "问答", Source.web: "试听预约页",
}  # fmt: skip
_WORK = (
    ("晨光外贸有限公司", "外贸"), ("启明科技", "互联网"), ("远航物流", "物流"),
    ("悦读教育咨询", "教育"), ("海岸酒店集团", "酒店"), ("博雅律师事务所", "法律"),
)  # fmt: skip
_REGIONS = ("上海", "北京", "杭州", "深圳", "成都", "广州", "南京", "武汉")
_NEEDS = (
    ("少儿英语", "孩子 8 岁，想先试听一节外教课。"),
    ("雅思", "明年三月要考雅思，目标 7 分，问冲刺营几点上课。"),
    ("职场英语", "外企面试用，希望两个月内见效。"),
    ("商务口语", "公司想给 12 位同事团购小班课，要报价。"),
    ("零基础", "零基础，担心跟不上，想了解能不能退费。"),
)
_DID = (
    (Activity.visit,),
    (Activity.visit, Activity.visit, Activity.mail_open),
    (Activity.visit, Activity.enquiry),
    (Activity.visit, Activity.download, Activity.enquiry, Activity.reply),
    (Activity.event, Activity.enquiry, Activity.download, Activity.mail_click, Activity.reply),
)
# How many only look, and how many are nearly sold: the same order as _DID.
_WARMTHS = (4, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One lead as a reader would tell it; `warmth` is 0 (just looking) to 4 (nearly sold)."""

    index: int
    name: str
    source: Source
    came: datetime
    warmth: int


async def seed(
    session: Session,
    organisation_id: int,
    people: Sequence[Person],
    now: datetime,
    zone: ZoneInfo = _SHANGHAI,
) -> None:
    """Sixty leads of the last 45 days, some of them today and yesterday in `zone`, looked after
    by `people` or in the pool. Running it again changes nothing."""
    leads = LeadRepository(session, organisation_id)
    if await leads.by_order(f"{_KEY}0") is not None:
        return
    # The same demo on every machine, and one in which Douyin brought some of today's leads.
    chance = Random(46)
    for story in _stories(now, zone, chance):
        events = _events(story, now, chance)
        lead = await leads.add(
            _lead(
                organisation_id, await next_number(session, organisation_id, "L"), story, events,
                people, now,
            )
        )  # fmt: skip
        session.add_all(
            LeadEvent(organisation_id=organisation_id, lead_id=lead.id, activity=activity, at=at)
            for activity, at in events
        )
        _tell(session, lead, story)


def _stories(now: datetime, zone: ZoneInfo, chance: Random) -> list[Story]:
    """In the order in which they came in."""
    sources = [source for source, share in _SOURCES.items() for _ in range(share)]
    chance.shuffle(sources)
    names = chance.sample(_NAMES, len(_NAMES))
    arrivals = sorted(_arrivals(len(_NAMES), now, zone, chance))
    warmth = chance.choices(range(len(_DID)), weights=_WARMTHS, k=len(names))
    return [
        Story(index=index, name=name, source=source, came=came, warmth=warm)
        for index, (name, source, came, warm) in enumerate(
            zip(names, sources, arrivals, warmth, strict=True)
        )
    ]


def _arrivals(count: int, now: datetime, zone: ZoneInfo, chance: Random) -> Iterator[datetime]:
    """Some today up to now, some yesterday, the rest over the last 45 days in waking hours."""
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone)
    for place in range(count):
        if place < _TODAY:
            yield midnight + (now - midnight) * chance.random()
        else:
            back = 1 if place < _TODAY + _YESTERDAY else chance.randrange(2, _SPAN)
            yield midnight - timedelta(days=back) + timedelta(minutes=chance.randrange(480, 1380))


def _events(story: Story, now: datetime, chance: Random) -> list[Event]:
    """What they did from the day they came in, up to now."""
    days = min((now - story.came) / 2, timedelta(days=10))
    return [(activity, story.came + days * chance.random()) for activity in _DID[story.warmth]]


def _lead(
    organisation_id: int, number: int, story: Story, events: Sequence[Event],
    people: Sequence[Person], now: datetime,
) -> Lead:  # fmt: skip
    traits = list(Trait)[: story.warmth - 1] if story.warmth > 1 else []
    found = score(events, traits, now)
    company, industry = _WORK[story.index % len(_WORK)] if story.warmth > 1 else (None, None)
    owned = story.warmth > 1 and people
    return Lead(
        organisation_id=organisation_id, order_key=f"{_KEY}{story.index}", number=number,
        source_platform=story.source, source_channel=_CHANNELS[story.source],
        contact_name=story.name, company=company, industry=industry,
        region=_REGIONS[story.index % len(_REGIONS)], **_contact(story),
        raw_data={}, traits=traits, score=found.total, score_due=found.until,
        status=_status(story, now),
        assigned_to=people[story.index % len(people)].id if owned else None,
        created_at=story.came, updated_at=max([story.came, *(at for _, at in events)]),
    )  # fmt: skip


def _contact(story: Story) -> dict[str, str | None]:
    """Nobody's: placeholder mobiles, numbers set aside for fiction, and example.com."""
    if story.name.isascii():
        first = story.name.split()[0].lower()
        return {
            "contact_phone": f"+1415555{100 + story.index:04}",
            "contact_email": f"{first}@example.com",
        }
    wechat = f"wx_demo{story.index:02}" if story.index % 2 else None
    return {
        "contact_phone": f"+861380000{story.index:04}",
        "contact_wechat": wechat,
        "wechat_key": wechat,
    }


def _status(story: Story, now: datetime) -> LeadStatus:
    """Nothing is decided in the first days; then the warm ones buy and the cold ones go."""
    age = now - story.came
    if story.warmth < 2 or age < timedelta(days=1):
        lost = story.warmth == 0 and age > timedelta(days=30)
        return LeadStatus.lost if lost else LeadStatus.new
    won = story.warmth == len(_DID) - 1 and age > timedelta(days=7)
    return LeadStatus.converted if won else LeadStatus.following


def _tell(session: Session, lead: Lead, story: Story) -> None:
    tag, need = _NEEDS[story.index % len(_NEEDS)]
    tags = [tag, "高意向"] if story.warmth > 2 else [tag]
    session.add_all(
        LeadTag(organisation_id=lead.organisation_id, lead_id=lead.id, tag=tag) for tag in tags
    )
    if story.warmth > 1:
        session.add(
            LeadNote(
                organisation_id=lead.organisation_id, lead_id=lead.id, author_id=lead.assigned_to,
                order_key=f"{_KEY}{story.index}", text=need, created_at=lead.updated_at,
            )
        )  # fmt: skip
