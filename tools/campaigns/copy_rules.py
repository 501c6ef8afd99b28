"""What may stand in an ad: one table, each rule with where it comes from.

A rule holds on `platforms`; it finds the words that break it, or nothing. How it is told to people
is in the catalogues, as `ad_copy.rules.<name>`.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

LONGEST = 125
TIKTOK_WIDTH = 100
HEADLINE_WIDTH, DESCRIPTION_WIDTH = 30, 90
EVERYWHERE = frozenset({"meta", "tiktok", "google", "sandbox"})
_META, _TIKTOK, _GOOGLE = frozenset({"meta"}), frozenset({"tiktok"}), frozenset({"google"})

Check = Callable[[str], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`found` are the words that break `rule`, or how long the text is where it is too long."""

    rule: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRule:
    """`source` says who demands it."""

    name: str
    check: Check
    source: str
    platforms: frozenset[str] = EVERYWHERE


def findings(platform: str, text: str) -> tuple[Finding, ...]:
    """Every rule of the platform that the text breaks."""
    broken = ((rule.name, rule.check(text)) for rule in COPY_RULES if platform in rule.platforms)
    return tuple(Finding(rule=name, found=found) for name, found in broken if found is not None)


def keeps(platform: str, text: str) -> bool:
    return not findings(platform, text)


def tidied(text: str) -> str:
    """On one line, without invisible characters."""
    visible = (char for char in text if char.isspace() or _prints(char))
    return " ".join("".join(visible).split())


def width(text: str) -> int:
    """As TikTok and Google count: Chinese, Japanese and Korean characters are two wide."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _prints(char: str) -> bool:
    return unicodedata.category(char)[0] != "C"


def _empty(text: str) -> str | None:
    return None if any(char.isalnum() for char in text) else text.strip() or "…"


def _longer_than(most: int, length: Callable[[str], int] = len) -> Check:
    def check(text: str) -> str | None:
        return str(length(text)) if length(text) > most else None

    return check


def _invisible(text: str) -> str | None:
    hidden = next((char for char in text if not _prints(char)), None)
    return None if hidden is None else f"U+{ord(hidden):04X}"


def _emoji(text: str) -> str | None:
    return next((char for char in text if unicodedata.category(char) == "So"), None)


def _matching(pattern: str) -> Check:
    compiled = re.compile(pattern, re.IGNORECASE)

    def check(text: str) -> str | None:
        # Full-width letters and digits are the same words.
        found = compiled.search(text) or compiled.search(_half_width(text))
        return found[0].strip() if found else None

    return check


def _half_width(text: str) -> str:
    return "".join(char if char == "…" else unicodedata.normalize("NFKC", char) for char in text)


def _shouting(text: str) -> str | None:
    # Case counts here, so that IELTS and B2B stay what they are.
    found = re.search(r"\b[A-Z]{7,}\b|\b[A-Z]{3,}(?:\s+[A-Z]{3,})+\b", text)
    return found[0] if found else None


_PHRASES = re.compile(r"[，。；：！？\n]|[,.;:!?](?=\s|$)")


def _phrases(text: str) -> list[str]:
    """What Google's headlines and descriptions are put together from."""
    return [phrase.strip() for phrase in _PHRASES.split(text) if phrase.strip()]


def _no_headline(text: str) -> str | None:
    phrases = _phrases(text)
    return None if any(width(each) <= HEADLINE_WIDTH for each in phrases) else text[:40]


def _wide_phrase(text: str) -> str | None:
    return next((each for each in _phrases(text) if width(each) > DESCRIPTION_WIDTH - 1), None)


_YOU = r"(?:你|您|妳|you(?:'re| are|r)?\b)"
_TRAIT = (
    r"负债|負債|欠债|欠債|破产|破產|信用(?:差|不良)|单身|單身|离婚|離婚|离异|離異|残疾|殘疾|抑郁|憂鬱|焦虑症|焦慮症|"
    r"糖尿病|高血压|高血壓|癌症|肥胖|怀孕|懷孕|不孕|失业|失業|同性恋|同性戀|基督徒|佛教徒|穆斯林|犯罪|前科|"
    r"(?:in )?debt|bankrupt|bad credit|single|divorced|disab(?:led|ility)|depress(?:ed|ion)|"
    r"anxiety|diabet(?:es|ic)|obes(?:e|ity)|overweight|pregnan(?:t|cy)|unemployed|gay|lesbian|"
    r"christian|muslim|jewish|buddhist|criminal record|medical condition"
)
_PERSONAL = (
    # An age said to a person, in either order; "over 50 lessons" says none.
    rf"{_YOU}[^，。！？,.!?]{{0,8}}?\d{{2}}\s*(?:[-~—到至]\s*\d{{2}}\s*)?(?:多|几|幾)?[岁歲]"
    rf"|\d{{2}}\s*(?:[-~—到至]\s*\d{{2}}\s*)?(?:多|几|幾)?[岁歲](?:以上|以下)?的?(?:你|您|妳)"
    r"|\bare you (?:over |under |aged? |between |in your )?\d{2}\b"
    r"|\byou(?:'re| are) (?:over |under |aged? |between |in your )?\d{2}\b|\byour age\b"
    rf"|{_YOU}[^，。！？,.!?]{{0,6}}?(?:{_TRAIT})|(?:{_TRAIT})的?(?:你|您|妳)"
)
_SUPERLATIVES = (
    r"最(?!近|后|後|新|终|終|早|晚|迟|遲|初|多\s?\d|少\s?\d)[一-鿿]?|(?<!\d)第一(?!次|步|课|課|节|節|章|讲|講|天|周|週|个|個|批|时间|時間)"
    r"|唯一|顶级|頂級|顶尖|頂尖|极品|極品|极致|極致|国家级|國家級|世界级|世界級|全国首|全國首|首屈一指|独一无二|獨一無二|史上|"
    r"绝无仅有|絕無僅有|绝对|絕對|永久|万能|萬能|驰名商标|馳名商標|特供|专供|專供|全网底价|全網底價|"
    r"(?<![a-z])(?<!your )best(?![a-z])|no\.? ?1(?!\d)|#1(?!\d)|top ?1(?!\d)|number one|world[- ]class|world'?s (?:first|only|leading)"
)
_PROMISES = (
    r"100\s?%|百分之?百|包过|包過|包会|包會|保过|保過|必过|必過|包学会|包學會|保证|保證|承诺(?:提分|就业)|承諾(?:提分|就業)|"
    r"(?<![a-z])(?:guarantee[ds]?|miracle|works every time|never fails?)(?![a-z])"
)
_MONEY = (
    r"稳赚|穩賺|稳赢|穩贏|躺赚|躺賺|暴富|暴利|保本|保收益|保息|高回报|高回報|无风险|無風險|零风险|零風險|"
    r"日赚|日賺|月入\s?(?:\d|过|過|上)|财富自由|財富自由|必涨|必漲|升值空间|升值空間|"
    r"(?<![a-z])(?:risk[- ]free|get rich|double your (?:money|income)|passive income|"
    r"earn (?:up to )?[$€£¥]?\d|guaranteed (?:returns?|profits?|income)|instant (?:approval|loan)|"
    r"no credit check)(?![a-z])"
)
_HEALTH = (
    r"根治|治愈|治癒|包治|药到病除|藥到病除|无副作用|無副作用|无毒副作用|特效|立竿见影|立竿見影|祖传秘方|祖傳秘方|有效率|"
    r"(?:瘦|减|減)\s?\d+\s?(?:斤|公斤|kg)|逆龄|逆齡|"
    r"(?<![a-z])(?:cure[sd]?|heals? (?:cancer|diabetes)|no side effects?|clinically proven|"
    r"lose \d+ ?(?:kg|pounds?|lbs?)|anti[- ]?cancer|before and after)(?![a-z])"
)
_LINK = (
    r"https?:|www\.|[<>{}|\\]|"
    r"(?<![\w@])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|cn|net|org|io|co|me|top|xyz|shop|store|app|info|"
    r"site|vip|club|link|ly|tv|tw|hk|sg|us|uk|de|fr|jp|kr|example|test)(?![a-z])"
)
_CONTACT = r"[\w.+-]+@[\w-]+\.\w+|\+?\d(?:[\s().-]{0,2}\d){6,}|(?:微信|wechat|qq|whatsapp|telegram)\s?(?:号|號|id)?\s?[:：]"
_REPEATED = r"[!！?？]\s*[!！?？]|([,，;；:：、~～*$#@&%=+_-])\1|\.{4,}|。{2,}|…{3,}"
_MACHINE = (
    r"(?:忽略|无视|無視|不要管)[^，。]{0,8}(?:指令|规则|規則|要求|提示|设定|設定)|系统提示|系統提示|提示词|提示詞|"
    r"语言模型|語言模型|作为一个?\s?AI|作為一個?\s?AI|"
    r"(?<![a-z])(?:ignore|disregard|forget) (?:all |any |the |your |my )*(?:previous|prior|above|earlier|rules?|instructions?)"
    r"|system prompt|as an ai\b|language model|here (?:is|are) (?:the|your|an?) ad"
)

COPY_RULES = (
    CopyRule(name="empty", check=_empty, source="an ad without words says nothing"),
    CopyRule(
        name="too_long", check=_longer_than(LONGEST),
        source="campaign automation design; Meta shows 125 characters before it cuts",
    ),
    CopyRule(
        name="too_long_tiktok", check=_longer_than(TIKTOK_WIDTH, width), platforms=_TIKTOK,
        source="TikTok ad specifications: 100 Latin or 50 Asian characters",
    ),
    CopyRule(
        name="no_headline", check=_no_headline, platforms=_GOOGLE,
        source="Google responsive search ads: headlines of 30, double-width characters count twice",
    ),
    CopyRule(
        name="wide_phrase", check=_wide_phrase, platforms=_GOOGLE,
        source="Google responsive search ads: descriptions of 90",
    ),
    CopyRule(name="invisible", check=_invisible, source="hides from people what they agree to"),
    CopyRule(name="link", check=_matching(_LINK), source="the address is a field of its own"),
    CopyRule(
        name="contact", check=_matching(_CONTACT), platforms=_GOOGLE | _TIKTOK,
        source="Google editorial policy: no phone numbers; TikTok: no contact details in text",
    ),
    CopyRule(
        name="repeated", check=_matching(_REPEATED),
        source="Google editorial policy; Meta and TikTok call it low quality",
    ),
    CopyRule(
        name="exclamations", check=_matching(r"[!！].*[!！]"), platforms=_GOOGLE,
        source="Google editorial policy: one exclamation mark an ad",
    ),
    CopyRule(
        name="ellipsis", check=_matching(r"\.{3}|…"), platforms=_GOOGLE,
        source="Google editorial policy: no ellipses",
    ),
    CopyRule(
        name="emoji", check=_emoji, platforms=_GOOGLE | _TIKTOK,
        source="Google editorial policy; TikTok ad specifications",
    ),
    CopyRule(
        name="hash", check=_matching("#"), platforms=_TIKTOK,
        source="TikTok ad specifications: no # in the description",
    ),
    CopyRule(name="shouting", check=_shouting, source="Google editorial policy: capitalisation"),
    CopyRule(
        name="superlative", check=_matching(_SUPERLATIVES),
        source="广告法 art. 9 (3); Google and TikTok: superlatives need proof",
    ),
    CopyRule(
        name="promise", check=_matching(_PROMISES),
        source="广告法 art. 24 and 28; TikTok: misleading claims",
    ),
    CopyRule(
        name="money_promise", check=_matching(_MONEY),
        source="广告法 art. 25; Meta, TikTok and Google: financial products",
    ),
    CopyRule(
        name="health_promise", check=_matching(_HEALTH),
        source="广告法 art. 16 to 18; Meta, TikTok and Google: health claims",
    ),
    CopyRule(
        name="personal", check=_matching(_PERSONAL), platforms=_META | _GOOGLE,
        source="Meta advertising standards: personal attributes; Google: personalised advertising",
    ),
    CopyRule(name="machine", check=_matching(_MACHINE), source="words for a machine, not people"),
)  # fmt: skip
