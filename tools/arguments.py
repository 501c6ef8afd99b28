"""The kinds of values that tools take. The kind of an argument tells the planner how to read it
out of people's words, and a model how to write it."""

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

PERIOD_NAMES = (
    "today", "yesterday", "this_week", "last_week", "this_month", "last_month",
    "last_7_days", "last_30_days",
)  # fmt: skip
_PERIOD = rf"^({'|'.join(PERIOD_NAMES)}|\d{{4}}-\d{{2}}-\d{{2}}\.\.\d{{4}}-\d{{2}}-\d{{2}})$"


class Kind(StrEnum):
    """Carried in an argument's annotation."""

    lead = "lead"
    campaign = "campaign"
    ad_set = "ad_set"
    test = "test"
    rule = "rule"
    creatives = "creatives"
    period = "period"
    money = "money"
    money_change = "money_change"
    percent_change = "percent_change"
    number = "number"
    days = "days"
    limit = "limit"
    countries = "countries"
    ages = "ages"
    owner = "owner"
    name = "name"
    phone = "phone"
    wechat = "wechat"
    email = "email"
    company = "company"
    url = "url"
    text = "text"
    tags = "tags"
    note = "note"
    window = "window"
    condition = "condition"
    cron = "cron"
    choice = "choice"
    language = "language"
    flag = "flag"


def _upper(value: str) -> str:
    return value.upper()


Positive = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2)]
Signed = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]

LeadRef = Annotated[str, Field(min_length=1, max_length=40), Kind.lead]
CampaignId = Annotated[str, Field(pattern=r"^[Cc]-\d+$"), AfterValidator(_upper), Kind.campaign]
AdSetId = Annotated[str, Field(pattern=r"^[Aa]-\d+\.\d+$"), AfterValidator(_upper), Kind.ad_set]
TestId = Annotated[str, Field(pattern=r"^[Tt]-\d+$"), AfterValidator(_upper), Kind.test]
RuleId = Annotated[str, Field(pattern=r"^[Rr]-\d+$"), AfterValidator(_upper), Kind.rule]
CreativeIds = Annotated[list[str], Field(min_length=1, max_length=50), Kind.creatives]
Period = Annotated[str, Field(pattern=_PERIOD), Kind.period]
Money = Annotated[Positive, Kind.money]
MoneyChange = Annotated[Signed, Kind.money_change]
PercentChange = Annotated[
    Decimal, Field(ge=-100, le=1000, max_digits=8, decimal_places=2), Kind.percent_change
]
Percent = Annotated[Decimal, Field(gt=0, le=100, max_digits=8, decimal_places=2), Kind.number]
Number = Annotated[Decimal, Field(max_digits=18, decimal_places=4), Kind.number]
Ratio = Annotated[Decimal, Field(gt=0, max_digits=10, decimal_places=4), Kind.number]
Days = Annotated[int, Field(ge=1, le=365), Kind.days]
Limit = Annotated[int, Field(ge=1, le=100), Kind.limit]
Countries = Annotated[
    list[Annotated[str, Field(pattern=r"^[A-Z]{2}$")]], Field(min_length=1), Kind.countries
]
AgeGroups = Annotated[
    list[tuple[Annotated[int, Field(ge=13, le=99)], Annotated[int, Field(ge=13, le=99)]]],
    Field(min_length=1, max_length=10),
    Kind.ages,
]
Owner = Annotated[str, Field(min_length=1, max_length=60), Kind.owner]
PersonName = Annotated[str, Field(min_length=1, max_length=60), Kind.name]
Title = Annotated[str, Field(min_length=1, max_length=80), Kind.text]
Phone = Annotated[str, Field(min_length=5, max_length=40), Kind.phone]
WeChat = Annotated[str, Field(min_length=2, max_length=40), Kind.wechat]
Email = Annotated[str, Field(min_length=5, max_length=120), Kind.email]
Company = Annotated[str, Field(min_length=1, max_length=80), Kind.company]
Url = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=500), Kind.url]
Text = Annotated[str, Field(min_length=1, max_length=120), Kind.text]
Tags = Annotated[list[str], Field(min_length=1, max_length=20), Kind.tags]
Note = Annotated[str, Field(min_length=1, max_length=1000), Kind.note]
Window = Annotated[str, Field(pattern=r"^\d{1,3}[hd]$"), Kind.window]
RuleCondition = Annotated[str, Field(min_length=1, max_length=500), Kind.condition]
Cron = Annotated[str, Field(pattern=r"^\S+( \S+){4}$"), Kind.cron]

Platform = Annotated[Literal["meta", "tiktok", "google", "sandbox"], Kind.choice]
Objective = Annotated[Literal["sales", "traffic", "awareness"], Kind.choice]
LeadSource = Annotated[
    Literal[
        "douyin", "xiaohongshu", "wechat", "baidu", "kuaishou", "bilibili", "zhihu", "weibo",
        "maimai", "meituan", "taobao", "linkedin", "telegram", "web", "import", "manual",
    ],
    Kind.choice,
]  # fmt: skip
LeadStatus = Annotated[Literal["new", "following", "converted", "lost"], Kind.choice]
CampaignStatus = Annotated[Literal["active", "paused", "deleted"], Kind.choice]
CampaignAction = Annotated[Literal["start", "pause", "delete"], Kind.choice]
TargetMetric = Annotated[Literal["roas", "cpa"], Kind.choice]
RuleMetric = Annotated[
    Literal[
        "cpa", "roas", "spend", "revenue", "conversions", "ctr", "cpc", "impressions", "clicks"
    ],
    Kind.choice,
]
RuleOperator = Annotated[Literal["greater_than", "less_than", "equals"], Kind.choice]
RuleAction = Annotated[
    Literal["pause_adset", "start_adset", "increase_budget", "decrease_budget", "notify"],
    Kind.choice,
]
TrendMetric = Annotated[
    Literal["leads", "spend", "revenue", "conversions", "roas", "messages"], Kind.choice
]
GroupBy = Annotated[Literal["source", "status", "owner", "day"], Kind.choice]
ReportKind = Annotated[
    Literal["overview", "trend", "funnel", "channel", "leads", "campaigns", "support"], Kind.choice
]
ExportFormat = Annotated[Literal["xlsx", "pdf", "csv"], Kind.choice]
CopyLanguage = Annotated[Literal["zh-CN", "zh-TW", "en"], Kind.language]
Flag = Annotated[bool, Kind.flag]
