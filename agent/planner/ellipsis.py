"""Whether a message is only a piece of an order: values and small words, nothing of its own."""

import re
from collections.abc import Iterable

from agent.planner.negation import blanked
from tools.reading.normal import normalise
from tools.reading.shapes import Span

_SMALL = re.compile(
    r"那么|那|呢|就|把|换成|改成|改为|改到|变成|换|看看|看下|看|按照?|用|我?要的?是|要|我想要?|我要|我说的?是?|我指的?是|应该是?|应该|其实|还是|是"
    r"|的|吧|啊|了|也|再|还有|还|以及|和|跟|与|及|一下|下|(?<!分)给我|吗|呀|哦|嗯|对|好的?|行|投放?到?|一共|大概|左右|只要|只|选|叫|分(?!给)|到|为|成|为准|算"
    r"|它们?|这个|那个|他|她|客户|先|统计|来看|不|每天|一天|目标|一样|同样|吗|请|麻烦|都|所有|全|天|在|上|里|有|预算|日预算"
    r"|(?<![a-z])(?:what about|how about|and|the|for|then|with|use|make it|make|it|its|should be|should|be|is|to|on|in|at|of|please|by|i|meant|mean"
    r"|no|not|actually|instead|also|same|too|only|just|show me|show|me|let's say|let's|say|ok|okay|yes|yeah|sure|as|an?|that|this|those|one|go"
    r"|i'd|like|want|do|my|we|our|sorry|change|switch|around|about|per|day|a day|daily|budget|from|name|number|set|all|it's|maybe|um|well|so|or|his|her|their)(?![a-z])"
    r"|[\s,.;:!?。、~…\"'“”()（）/&+-]"
)
_ASKS = re.compile(r"呢|(?<![a-z])(?:what about|how about)(?![a-z])")
_REPEATS = re.compile(r"也|一样|同样|再|(?<![a-z])(?:too|as well|also|same|again)(?![a-z])")


def leftover(text: str, heard: Iterable[Span]) -> str:
    """What remains of a message without the values heard in it and without small words."""
    return _SMALL.sub("", blanked(normalise(text), heard))


def asks_about(text: str) -> bool:
    """ "C-5 呢" asks about another object."""
    return bool(_ASKS.search(normalise(text)))


def repeats(text: str) -> bool:
    """ "C-5 也一样" wants the same for another object."""
    return bool(_REPEATS.search(normalise(text)))
