"""Ways to reach somebody: phone, WeChat, e-mail, address on the web, company."""

import re

from tools.reading.base import Reading
from tools.reading.ids import phone_numbers
from tools.reading.normal import normalise
from tools.reading.shapes import EMAIL, MONTHS, URL

_WECHAT = re.compile(
    r"(?:微信号?|weixin|wechat|威信|薇信|v信|加v|(?<![a-z])(?:wx|vx|v号))(?:账号|号码|id)?\s*"
    r"(?P<says>(?:号|id|是|为|叫|:|=|\s|is|加|吧|哦|呢)*)"
    r"(?P<id>[a-z0-9][a-z0-9_-]{1,39})(?![a-z0-9_@.-])"
)
_MARKED = re.compile(r"[是为叫:=]|id|is|号")
_LIKE_AN_ID = re.compile(r"[a-z]+[a-z_-]*\d|\d+[a-z_-]|[a-z]+_|\d{5,}|wxid")
# ", wechat sarahk," in a list of somebody's particulars.
_LISTED = re.compile(r"(?:[,;、]|(?<![a-z])(?:his|her|my|their))\s*$")
_ENDS = re.compile(r"\s*(?:[,;、。]|$)")
_WORDS = frozenset({"leads", "lead", "customers", "and", "phone", "is", "the", "source", "from"})
_KIND_OF_FIRM = r"股份有限公司|有限责任公司|有限公司|分公司|公司|集团|工作室|事务所|商行|商贸|科技|教育|传媒|餐饮|贸易|电商|旗舰店|学校|医院|银行"
_HAN_FIRM = re.compile(
    rf"(?P<firm>[一-鿿a-z0-9()（）&·]{{2,24}}?(?:{_KIND_OF_FIRM})(?:(?:股份|有限)*公司)?)"
    rf"(?![一-鿿]*(?:{_KIND_OF_FIRM}))"
)
_FIRM_STARTS = re.compile(
    r"公司(?:名称?)?\s*(?:是|为|叫|:)?|单位(?:是|:)|来自|就职于|任职于|供职于|服务于|老板是|客户是|[在是的叫]|\d"
)
_HAN_CUE = re.compile(
    r"(?:公司(?:名称?|名字)?\s*(?:是|为|叫做?|:)|来自|就职于|任职于|供职于)\s*(?P<firm>[^,，。;；、\s!！?？]{2,40})"
)
_LATIN_CUE = re.compile(
    r"(?:[Cc]ompany(?:\s+name)?(?:\s+is|:|\s*=)?|[Ff]rom|[Aa]t|[Ww]ork(?:s|ing)?\s+(?:at|for)|[Oo]f"
    r"|公司[:：是叫]?|来自)\s+"
    r"(?P<firm>[A-Z0-9][\w&'.-]*(?:\s+(?:[A-Z0-9][\w&'.-]*|&|of|and(?=\s[A-Z]))){0,5})"
)
_NOT_FIRMS = re.compile(
    r"(?:douyin|tiktok|wechat|google|facebook|meta|baidu|weibo|zhihu|linkedin|telegram"
    r"|xiaohongshu|rednote|bilibili|kuaishou|\d+(?:[ap]m)?|[lctr]-?\d+"
    rf"|{MONTHS}|(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?![a-z])"
)
_FROM_HERE = re.compile(
    r"抖音|小红书|微信|百度|快手|知乎|微博|官网|网站|展会|朋友|脉脉|美团|淘宝|b站|哔哩"
    r"|上海|北京|广州|深圳|杭州|昨天|今天|上周|这周"
)


def phones(text: str) -> list[Reading]:
    return phone_numbers(text)


def emails(text: str) -> list[Reading]:
    plain = normalise(text)
    return [_as_typed(text, match.span()) for match in EMAIL.finditer(plain)]


def urls(text: str) -> list[Reading]:
    """Web addresses; one typed without its scheme gets https."""
    found = []
    for match in URL.finditer(text):
        typed = match[0]
        has_scheme = typed.lower().startswith(("http://", "https://"))
        scheme, mark, rest = typed.partition("://")
        value = f"{scheme.lower()}{mark}{rest}" if has_scheme else f"https://{typed}"
        found.append(Reading(value=value, start=match.start(), end=match.end()))
    return found


def wechats(text: str) -> list[Reading]:
    plain = normalise(text)
    return [
        _as_typed(text, match.span("id"))
        for match in _WECHAT.finditer(plain)
        if match["id"] not in _WORDS
        and (
            _MARKED.search(match["says"])
            or _LIKE_AN_ID.match(match["id"])
            or (_LISTED.search(plain, 0, match.start()) and _ENDS.match(plain, match.end()))
        )
    ]


def companies(text: str) -> list[Reading]:
    """What follows a word for it comes first, then what is called a company."""
    plain = normalise(text)
    spans = [match.span("firm") for match in _LATIN_CUE.finditer(text)]
    spans += [match.span("firm") for match in _HAN_CUE.finditer(plain)]
    spans += [_trimmed(plain, match.span("firm")) for match in _HAN_FIRM.finditer(plain)]
    kept: list[Reading] = []
    for start, end in spans:
        end = start + len(text[start:end].rstrip(" .的"))
        said = plain[start:end]
        overlap = any(start < each.end and each.start < end for each in kept)
        if len(said) >= 2 and not overlap and not _is_no_firm(said):
            kept.append(_as_typed(text, (start, end)))
    return kept


def _is_no_firm(said: str) -> bool:
    if _NOT_FIRMS.match(said) or said in {"公司", "集团", "有限公司"}:
        return True
    return bool(_FROM_HERE.match(said)) and not re.search(_KIND_OF_FIRM, said)


def _trimmed(plain: str, span: tuple[int, int]) -> tuple[int, int]:
    """A firm's name starts after the last word that leads to it."""
    start, end = span
    leads = [match.end() for match in _FIRM_STARTS.finditer(plain, start, end)]
    inner = [at for at in leads if at < end - 2 and end - at > 3]
    return (inner[-1] if inner else start, end)


def _as_typed(text: str, span: tuple[int, int]) -> Reading:
    return Reading(value=text[slice(*span)], start=span[0], end=span[1])
