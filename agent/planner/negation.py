"""What a sentence takes back: refused orders ("先别停 C-7，看看数据") and corrected values
("不是 C-3，是 C-8")."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tools.reading.normal import normalise
from tools.reading.shapes import Span

# Verbs of orders. A refusal needs one: "别忘了", "不超过" and "don't know" take nothing back.
_ZH_VERB = (
    "建|新建|创建|投放|开|启|恢复|停|暂停|关|删|下[线架]|改|调|加|降|减|砍|提|涨|动|碰|执行|应用|优化"
    "|导|汇出|下载|发|分|转|派|给|交|标|打|贴|录|添|登记|写|测|查|看|搜|找|换|设|撤|取消|解释|说明|统计|列|联系|跟进|转|问|生成|弄|做|搞|管|急|推|安排"
)
_EN_VERB = (
    r"pauses?|stop|delet\w+|remov\w+|chang\w+|touch\w*|creat\w+|build|launch\w*|start|raise|increase"
    r"|cut|lower|reduce|decrease|export|download|send|assign|give|convert|mark|tag|apply|add|turn|disable"
    r"|enable|do|set|make|kill|drop|resume|restart|double|halve|move|update|edit|adjust|optimi[sz]e"
    r"|schedule|show|list|write|test|switch|shut|cancel|record|route|hand|execute"
)
# "不要 PDF，…": what is not wanted stands before a comma, and the order follows.
_ZH_UNWANTED = re.compile(
    r"(?:^|(?<=[,.;!?。]))\s?(?:不要|不用|不看|不需要)(?!超|再)[^,.;!?。\d\n了]{1,8}(?=,\s?\S)"
)
# Stop talking and do something else: where the part that is refused ends without a comma.
_ZH_TURN = r"先(?!别|不)|就(?:行|好)?|只|改成|改为|换成|而是|直接|但|看看|看一?下|反而"
_EN_TURN = r"just|but|instead|only|rather|and (?:just|show|only)|show me|let's"
_ZH_REFUSED = re.compile(
    rf"(?:先|暂时?|请|千万|还是)*(?:别|不要|不用|不必|甭|勿|不需要|无需|没必要|不想|不打算|暂不|先不|不(?=[看查导发分建]))(?:再|着|先)?"
    rf"(?:(?:把|给|让|对|去|帮我)[^,.;!?。\n]{{0,12}}?)?(?:{_ZH_VERB})"
    rf"(?:(?!{_ZH_TURN})[^,.;!?。\n]|\.(?=\d))*"
)
_EN_REFUSED = re.compile(
    rf"(?<![a-z])(?:please )?(?:do not|don'?t|don’t|never|no need to|not going to|no longer|not to"
    rf"|shouldn'?t)(?: want to| you| go and)? (?:{_EN_VERB})(?![a-z])"
    rf"(?:(?!(?<![a-z])(?:{_EN_TURN})(?![a-z]))[^,.;!?。\n]|\.(?=\d))*"
)
# "别再投 C-3 了" and "don't run it any more" are orders to stop, not refusals.
_KEEPS_RUNNING = re.compile(r"继续投|再[投跑花烧推]|[投跑]了?$|花钱|烧钱|any ?more|any longer|生效")
_RATHER = re.compile(r"(?<![a-z])(?:instead of|rather than)[^,.;!?。\n]+|而不是[^,.;!?。\n]+")
_NOT_BUT = re.compile(
    r"(?:不是|并非|不对,?是?)\s?[^,.;!?。\n]{1,20}?\s?[,;.]?\s?(?:而?是|应该是|要的?是)(?=[^不吗])"
    r"|(?<![a-z])not\s+(?:the\s+)?[^,.;!?。\n]{1,30}?\s?[,;.]\s?(?:but\s+|it's\s+|i meant?\s+)?(?=\S)"
    r"|(?<![a-z])not\s+[^,.;!?。\n]{1,20}?\s+but\s+"
    r"|(?<=[^\s,;]),\s?(?:and\s)?(?:not(?![a-z])|不是|而不是)\s?[^,.;!?。是\n]{1,30}$"
    r"|(?<=[^\s,;是])不是[^,.;!?。是吗\n]{1,12}$"
)
# What stands before it was said by mistake, where something of its kind stands behind it.
_SLIP = re.compile(
    r"(?:啊|哦|噢|呃)?(?:不对|说错了?|打错了?|搞错了?|错了|不不|哦不)[,.!。\s]*(?:应该是|我说的是|是)?"
    r"|(?<![a-z])(?:no wait|wait|scratch that|oops|i meant?|sorry|or rather|correction)(?![a-z])[,.!。\s]*"
    r"|[?!.]\s?no(?![a-z.])[,.!\s]*"
)
_PUTS_RIGHT = re.compile(
    r"^(?:不是?|不对|(?:说|打|搞|弄)?错了|no|nope|sorry|oops|wait)[,\s]|应该是|我说的是|我要的是|其实是?"
    r"|(?<![a-z])(?:i meant?|actually|instead)(?![a-z])"
)
_FILLER = re.compile(
    r"[\s,.;:!?。、~…了吧啊呢呀哦嘛的就行好先请它那个这]"
    r"|(?<![a-z])(?:please|ok|okay|it|that|this|the|one|yet|now|for|campaign|and|so|then)(?![a-z])"
)


@dataclass(frozen=True, slots=True)
class Wording:
    """`text` is as long as the original, with what was taken back replaced by spaces; `denied` are
    the stretches of refused orders. `refused` says that nothing else is left; `corrects`, that
    something is put right. What stands after `slip` is meant rather than what stands before it."""

    text: str
    denied: tuple[Span, ...]
    refused: bool
    corrects: bool
    slip: int


def without_denials(text: str) -> Wording:
    plain = normalise(text)
    refusals = [
        match.span()
        for pattern in (_ZH_REFUSED, _EN_REFUSED, _ZH_UNWANTED)
        for match in pattern.finditer(plain)
        if not _KEEPS_RUNNING.search(match[0])
    ]
    corrections = [match.span() for match in _NOT_BUT.finditer(plain)]
    rather = [match.span() for match in _RATHER.finditer(plain)]
    left = blanked(text, [*refusals, *corrections, *rather])
    return Wording(
        text=left,
        denied=tuple(refusals),
        refused=bool(refusals) and not _content(left),
        slip=max((match.end() for match in _SLIP.finditer(plain)), default=0),
        corrects=bool(corrections) or bool(_PUTS_RIGHT.search(plain)),
    )


def _content(left: str) -> str:
    """What a sentence says beside ids and fillers."""
    without_ids = re.sub(r"[a-z]{1,2}-?\d+(?:\.\d+)?", "", normalise(left))
    return _FILLER.sub("", without_ids)


def blanked(text: str, spans: Iterable[Span]) -> str:
    """`text` with these stretches replaced by spaces, its length kept."""
    characters = list(text)
    for start, end in spans:
        characters[start:end] = " " * (end - start)
    return "".join(characters)
