"""Leads for the demo: people who asked a company that teaches English online."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from storage.database import Session
from storage.repository import next_number
from storage.tables.base import Table
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
from tools.leads.assignment import HIGH_SCORE
from tools.leads.repository import LeadRepository
from tools.leads.scoring import Event, score

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_KEY = "demo:lead:"
_YESTERDAY, _SPAN = 4, 45
# L-12 is the lead that the help texts talk about.
_STAR = 11

_NAMES = (
    "王雨桐", "李思远", "张晓慧", "刘一鸣", "陈嘉怡", "杨子涵", "黄志明", "赵文静", "周浩然",
    "吴佳琪", "徐若彤", "孙启航", "马晓东", "朱雅文", "胡建国", "郭婷婷", "何俊峰", "林小满",
    "高雪莹", "罗文博", "梁思琪", "宋明哲", "唐诗韵", "许家豪", "韩冰洁", "冯丽娜", "邓永强",
    "曹欣然", "彭志远", "曾雨墨", "萧雅琴", "田永辉", "董梦瑶", "袁立群", "潘晓琳", "蒋文涛",
    "蔡明轩", "余秋月", "杜若溪", "叶知秋", "程子昂", "苏婉清", "魏晨曦", "吕正阳", "丁一诺",
    "任晓峰", "沈佳宁", "姚梦洁", "卢思成", "傅雨欣", "钟家明", "崔雅楠", "谭志强", "陆心怡",
    "范文涛",
    "Emma Wilson", "Kevin Wu", "Sophie Martin", "Daniel Kim", "Grace Lim",
)  # fmt: skip
_TODAY = (
    Source.douyin, Source.xiaohongshu, Source.douyin, Source.wechat, Source.douyin, Source.baidu,
)  # fmt: skip
_BEFORE = {
    Source.douyin: 14, Source.xiaohongshu: 12, Source.wechat: 11, Source.baidu: 7,
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
    ("Brightline Trading", "外贸"),
)  # fmt: skip
_REGIONS = ("上海", "北京", "杭州", "深圳", "成都", "广州", "南京", "武汉")
_NEEDS = (
    ("少儿英语", "孩子 8 岁，想先试听一节外教课。"),
    ("商务口语", "公司想给 12 位同事团购小班课，要报价。"),
    ("雅思", "明年三月要考雅思，目标 7 分，问冲刺营几点上课。"),
    ("职场英语", "外企面试用，希望两个月内见效。"),
    ("零基础", "零基础，担心跟不上，想了解能不能退费。"),
)
_STAR_TAG, _STAR_NOTE = "团购", "报价已发，对方在比较两家，周五前答复；关心外教排课和发票。"
# What leads of each warmth did, in this order; the first of it is how they came in.
_DID = (
    ((), (Activity.visit,)),
    (
        (Activity.visit, Activity.visit, Activity.mail_open),
        (Activity.download, Activity.visit),
        (Activity.enquiry,),
    ),
    (
        (Activity.visit, Activity.enquiry),
        (Activity.enquiry, Activity.download, Activity.mail_open),
    ),
    (
        (Activity.visit, Activity.download, Activity.enquiry, Activity.reply),
        (Activity.event, Activity.enquiry, Activity.mail_click),
    ),
    ((Activity.event, Activity.enquiry, Activity.download, Activity.mail_click, Activity.reply),),
)  # fmt: skip
_HOT = len(_DID) - 1
# How many only look, and how many are nearly sold: the same order as _DID.
_WARMTHS = (4, 5, 4, 4, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One lead as a reader would tell it. `warmth` is 0 (just looking) to 4 (nearly sold);
    `decided` says that it has bought or gone by now."""

    index: int
    name: str
    source: Source
    came: datetime
    warmth: int
    events: Sequence[Event]
    traits: list[Trait]
    decided: bool


async def seed(
    session: Session, organisation_id: int, sales: Sequence[Person], now: datetime
) -> None:
    """Sixty leads of the last 45 days, some of them today and yesterday, the good ones with
    `sales` and the rest in the pool. Nothing when the organisation has leads already."""
    if await LeadRepository(session, organisation_id).latest() is not None:
        return
    # The same demo on every machine.
    stories = list(_stories(now, Random(46)))
    leads = [
        _lead(organisation_id, await next_number(session, organisation_id, "L"), story, sales, now)
        for story in stories
    ]
    session.add_all(leads)
    await session.flush()
    for story, lead in zip(stories, leads, strict=True):
        session.add_all(_details(story, lead))


def _stories(now: datetime, chance: Random) -> Iterator[Story]:
    """In the order in which they came in."""
    names = chance.sample(_NAMES, len(_NAMES))
    for index, (came, source) in enumerate(sorted(_arrivals(now, chance))):
        warmth = chance.choices(range(len(_DID)), weights=_WARMTHS)[0]
        did, fate = chance.choice(_DID[warmth]), chance.random()
        reach = min((now - came) / 2, timedelta(days=10))
        if index == _STAR:
            warmth, did, fate, reach = _HOT, _DID[_HOT][0], 1.0, (now - came) * 0.99
        yield Story(
            index=index, name=names[index], source=source, came=came, warmth=warmth,
            events=_spread(did, came, reach),
            traits=sorted(chance.sample(list(Trait), max(0, warmth - 1))),
            decided=fate < (now - came) / timedelta(days=_SPAN) * 0.7,
        )  # fmt: skip


def _arrivals(now: datetime, chance: Random) -> Iterator[tuple[datetime, Source]]:
    """Some today up to now, some yesterday, the rest over the last 45 days in waking hours."""
    midnight = datetime.combine(now.astimezone(_SHANGHAI).date(), time(), _SHANGHAI)
    for source in _TODAY:
        yield midnight + (now - midnight) * chance.random(), source
    before = [source for source, share in _BEFORE.items() for _ in range(share)]
    chance.shuffle(before)
    for place, source in enumerate(before):
        back = 1 if place < _YESTERDAY else chance.randrange(2, _SPAN)
        minutes = timedelta(minutes=chance.randrange(480, 1380))
        yield midnight - timedelta(days=back) + minutes, source


def _spread(did: Sequence[Activity], came: datetime, reach: timedelta) -> list[Event]:
    """The first when they came in, the last `reach` later."""
    steps = max(1, len(did) - 1)
    return [(activity, came + reach * place / steps) for place, activity in enumerate(did)]


def _lead(
    organisation_id: int, number: int, story: Story, sales: Sequence[Person], now: datetime
) -> Lead:
    found = score(story.events, story.traits, now)
    owned = bool(sales) and found.total >= HIGH_SCORE
    company, industry = _WORK[story.index % len(_WORK)] if story.warmth > 1 else (None, None)
    return Lead(
        organisation_id=organisation_id, order_key=f"{_KEY}{story.index}", number=number,
        source_platform=story.source, source_channel=_CHANNELS[story.source],
        contact_name=story.name, company=company, industry=industry,
        region=_REGIONS[story.index % len(_REGIONS)], **_contact(story),
        raw_data={}, traits=story.traits, score=found.total, score_due=found.until,
        status=_status(story, owned=owned, now=now),
        assigned_to=sales[story.index % len(sales)].id if owned else None,
        created_at=story.came, updated_at=max([story.came, *(at for _, at in story.events)]),
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


def _status(story: Story, *, owned: bool, now: datetime) -> LeadStatus:
    """Sales follows what it owns from the second day; in the end the hot ones buy, others go."""
    if story.decided:
        return LeadStatus.converted if story.warmth == _HOT else LeadStatus.lost
    if owned and now - story.came > timedelta(days=1):
        return LeadStatus.following
    return LeadStatus.new


def _details(story: Story, lead: Lead) -> Iterator[Table]:
    """What the lead did, its tags and its notes, the oldest first."""
    of = {"organisation_id": lead.organisation_id, "lead_id": lead.id}
    for activity, at in story.events:
        yield LeadEvent(**of, activity=activity, at=at)
    tag, need = _NEEDS[story.index % len(_NEEDS)]
    tags, notes = [tag], [(need, story.came)] if story.warmth > 1 else []
    if story.warmth > 2:
        tags.append("高意向")
    if story.index == _STAR:
        tags.append(_STAR_TAG)
        notes.append((_STAR_NOTE, lead.updated_at))
    for tag in tags:
        yield LeadTag(**of, tag=tag)
    for place, (text, at) in enumerate(notes):
        yield LeadNote(
            **of, order_key=f"{lead.order_key}:{place}", author_id=lead.assigned_to, text=text,
            created_at=at,
        )  # fmt: skip
