"""What a statement is about, when there can be only one such thing at a time.

Small and precise on purpose: what is not read here stays a fact in the person's own words, which
a model can read. Everything works on folded text (lower case, half width, simplified).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from memory.terms import folded
from memory.times import times_in

LANGUAGES = {
    "zh-TW": r"繁体(?:中文|字)?|traditional chinese",
    "zh-CN": r"简体(?:中文|字)?|中文|汉语|普通话|(?:simplified )?chinese",
    "en": r"英文|英语|english",
}
PLATFORMS = {
    "meta": r"meta|facebook|\bfb\b|脸书|instagram",
    "tiktok": r"tiktok",
    "google": r"google|谷歌",
    "sandbox": r"sandbox|沙盒|沙箱",
}
PERIODS = {
    "yesterday": r"昨天|昨日|yesterday",
    "today": r"今天|今日|today",
    "last_week": r"上周|last week",
    "this_week": r"本周|这周|this week",
    "last_month": r"上个?月|last month",
    "this_month": r"本月|这个?月|this month",
    "last_7_days": r"(?:最近|近|过去)(?:7天|七天|一周)|(?:last|past) (?:7|seven) days",
    "last_30_days": r"(?:最近|近|过去)(?:30天|三十天|一个月)|(?:last|past) (?:30|thirty) days",
}
FORMS = {"xlsx": r"excel|xlsx|表格文件", "pdf": r"pdf", "csv": r"csv"}

_LASTING = re.compile(
    r"以后|今后|往后|从现在|从今|一律|总是|永远|默认|每次|都"
    r"|from now on|always|by default|default|in future|in the future|every time|going forward"
)
_QUESTION = re.compile(
    r"\?|吗$|呢$|什么|哪|多少|怎么|几点|谁|^(?:what|which|who|how|do|does|did|is|are|can|could|when"
    r"|where|why)\b"
)
_NOT = r"(?:不要|不用|不需要|不必|不想|不能|不再|(?<![特分个区级性类])别|勿|don'?t|do not|no longer|stop|never|not|no)"
_REPORT = re.compile(r"报表|报告|日报|周报|月报|\breports?\b")


@dataclass(frozen=True, slots=True)
class Reading:
    """`value` None takes back what was said about the slot before."""

    slot: str
    value: str | None


def is_question(clause: str) -> bool:
    return _QUESTION.search(folded(clause).strip()) is not None


def read(clause: str) -> Reading | None:
    text = folded(clause).strip()
    if is_question(text):
        return None
    return next((found for reader in _READERS if (found := reader(text))), None)


def _language(text: str) -> Reading | None:
    known = "|".join(LANGUAGES.values())
    named = _named(LANGUAGES, re.sub(rf"{_NOT}[^,]{{0,8}}?(?:{known})", "", text))
    about_reports = _REPORT.search(text)
    answering = re.search(
        r"回复|回答|答复|[跟和]我(?:说|聊|讲)|说话|交流|\b(?:answer|reply|speak|talk|respond)", text
    )
    using = re.search(
        rf"(?:用|说|讲|要|改成|换成|写|\bin|\bus(?:e|ing)|\bspeak)\s*(?:{known})", text
    )
    lasting = _LASTING.search(text)
    if re.search(known, text) is None or not (lasting or using):
        return None
    value = named[-1] if named else None
    if about_reports:
        return Reading("report_language", value)
    if answering or (lasting and using) or value is None:
        return Reading("answer_language", value)
    return None


def _platform(text: str) -> Reading | None:
    known = "|".join(PLATFORMS.values())
    if re.search(r"(?:所有|全部|各个?)平台|平台都(?:看|要)|\ball (?:the )?platforms", text):
        return Reading("platform", None)
    if re.search(rf"{_NOT}再?(?:只|仅|just|only)[^,]{{0,14}}(?:{known})", text):
        return Reading("platform", None)
    only = (
        rf"(?<!不)(?:只|仅|主要|专门|优先|默认)[^,不]{{0,8}}(?:{known})"
        rf"|(?:以后|今后)都?(?:看|投|用)(?:{known})"
        rf"|\b(?:only|mainly|mostly|just)\b[^,]{{0,24}}\b(?:{known})"
        rf"|(?:{known})(?: ads)? (?:only|by default)|\bprefer (?:{known})"
        rf"|default platform\D{{0,12}}(?:{known})"
    )
    return Reading("platform", ",".join(_named(PLATFORMS, text))) if re.search(only, text) else None


def _report(text: str) -> Reading | None:
    """The period or the file format of reports."""
    if not _REPORT.search(text) or not _LASTING.search(text):
        return None
    for slot, words in (("report_period", PERIODS), ("report_format", FORMS)):
        if named := _named(words, text):
            return Reading(slot, named[-1])
    return None


def _quiet_hours(text: str) -> Reading | None:
    if not re.search(
        r"打扰|勿扰|发消息|找我|联系我|吵|disturb|message me|contact me|text me", text
    ):
        return None
    allowed = re.search(r"可以打扰|随时(?:可以)?(?:找|联系)|any ?time", text)
    if allowed:
        return Reading("quiet_hours", None)
    times = times_in(text)
    if not re.search(_NOT, text) or not times:
        return None
    # "After ten at night" ends in the morning.
    end = f"{times[1]:%H:%M}" if len(times) > 1 else "08:00"
    after = len(times) > 1 or re.search(r"以后|之后|过后|\bafter\b", text)
    return Reading("quiet_hours", f"{times[0]:%H:%M}-{end}") if after else None


def _contact_time(text: str) -> Reading | None:
    found = re.search(r"联系我|找我|打电话|给我打|\b(?:call|reach|contact) me", text)
    when = re.search(
        r"上午|下午|晚上|早上|中午|周末|工作日|\d+ ?(?:点|am|pm)|morning|afternoon|evening|weekend",
        text,
    )
    if not found or not when or re.search(_NOT, text):
        return None
    return Reading("contact_time", when.group() + "".join(f" {at:%H:%M}" for at in times_in(text)))


def _budget_limit(text: str) -> Reading | None:
    limit = re.search(
        r"(?:预算|花费|消耗|花|budget|spend\w*)\D{0,30}?"
        r"(?:不要超过?|别超过?|不能超过?|不得超过?|不超过|最多|上限|控制在|at most|no more than"
        r"|not? exceed|more than|under|below|limit\w*|cap\w*|max\w*)\D{0,8}?(\d[\d,.]*)\s*(万|千|k)?",
        text,
    )
    if limit is None:
        return None
    month = re.search(r"每?月|month", text)
    about = [*_named(PLATFORMS, text), "month" if month else "day"]
    refs = re.findall(r"\b[a-z]-\d+(?:\.\d+)?", text)
    number = limit[1].replace(",", "").rstrip(".") + (limit[2] or "")
    return Reading(":".join(["budget_limit", *refs, *about])[:64], number)


def _own(text: str) -> Reading | None:
    """Names, places and other single things: "my phone is …", "我们的客单价是 …"."""
    for pattern, slot in _OWN:
        if found := pattern.search(text):
            about = slot or f"own:{_SAME.get(found['what'], found['what'])}"
            value = re.sub(
                r"(?:了|就行|就好|吧|即可|哦|啊|这边)+$", "", found["value"].strip(" .。!！")
            )
            return Reading(about[:64], value) if value else None
    return None


_SAME = {
    "手机号": "phone", "手机": "phone", "电话": "phone", "电话号码": "phone", "手机号码": "phone",
    "phone number": "phone", "mobile": "phone", "微信号": "wechat", "微信": "wechat",
    "邮箱": "email", "email address": "email", "官网": "website", "网站": "website",
    "职务": "job", "职位": "job", "title": "job", "position": "job", "生日": "birthday",
    "地址": "address", "公司": "company", "公司名": "company",
}  # fmt: skip
_THINGS = (
    r"手机号码?|手机|电话号码|电话|微信号?|邮箱|生日|地址|公司名?|职位|职务|行业|主营业务|主营产品|客单价|毛利率?"
    r"|预算|目标客户|目标roas|目标cpa|目标|时区|老板|负责人|账号|网站|官网|品牌名?|店名|最喜欢的[^是]{1,6}|喜欢的[^是]{1,6}"
)
_THINGS_EN = (
    r"phone number|phone|mobile|wechat|email address|email|birthday|address|company|job|title"
    r"|position|industry|main product|average order value|aov|budget|target audience|target roas"
    r"|target cpa|target|website|brand|shop|time ?zone|boss|favou?rite \w+"
)
_PLACE = r"(?P<value>[一-鿿]{2,6}?)(?:了|这边|工作|生活|上班|办公)*$"
_OWN: tuple[tuple[re.Pattern[str], str | None], ...] = (
    (re.compile(r"(?:我叫|我的名字是?叫?)(?P<value>[^\s,的]{1,30})$"), "name"),
    (re.compile(r"\bmy name(?: is|'s) (?P<value>[^,]{1,40})$"), "name"),
    (re.compile(r"(?:^|请|就|以后|可以|都)(?:叫|称呼)我(?P<value>[^\s,的]{1,8})$"), "called"),
    (re.compile(r"\bcall me (?P<value>(?!back|at|on|in|when|after|before|if)[^,]{1,30})$"), "called"),
    (re.compile(rf"公司(?:现在|目前)?(?:在|搬到|搬去|位于){_PLACE}"), "city:company"),
    (re.compile(rf"我(?:现在|目前)?(?:家?住在?|人在|搬到|搬去|搬家到|定居在?|家在|常驻){_PLACE}"), "city"),
    (re.compile(r"\bi(?:'m| am|'ve| have)?(?: now)? (?:live|living|based|moved|located)(?: now)? "
                r"(?:in|to) (?P<value>[^,]{2,40}?)(?: now)?$"), "city"),
    (re.compile(rf"(?:我们公司|我们|我|公司)的?(?P<what>{_THINGS})(?:现在|已经|已)?"
                r"(?:是|为|叫|改成|改为|换成|变成|变为|:)(?P<value>.{1,120})$"), None),
    (re.compile(rf"\b(?:my|our)(?: new)? (?P<what>{_THINGS_EN}) (?:is now|is|are|has changed to"
                r"|changed to|was changed to)(?P<value>.{1,120})$"), None),
)  # fmt: skip

_READERS: tuple[Callable[[str], Reading | None], ...] = (
    _quiet_hours, _budget_limit, _language, _platform, _report, _contact_time, _own,
)  # fmt: skip


def _named(words: dict[str, str], text: str) -> list[str]:
    """Which of `words` stand in `text`, in the order of their first place there. The longest
    reading of a place counts: traditional Chinese is not Chinese as well."""
    found: list[tuple[int, str]] = []
    for name, pattern in words.items():
        if match := re.search(pattern, text):
            found.append((match.start(), name))
            text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
    return [name for _, name in sorted(found)]
