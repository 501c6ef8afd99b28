"""Which turns of a talk are worth remembering, and how much each of them says."""

import math
import re

from memory.terms import folded, terms

# What only keeps a talk going. A turn of nothing else is not remembered: after a month most of a
# memory would be thanks and yeses.
_PLEASANTRIES = re.compile(
    r"好的?呢?|好滴|嗯+|哦+|噢|喔|行|可以|对的?|是的|没错|谢谢(?:你|您|啦)?|多谢|感谢|不客气|不用谢|再见|拜拜|晚安|早安|早上好"
    r"|下午好|晚上好|[你您]好|在吗|在不在|有人吗|哈+|呵+|嘿+|收到|知道了|明白了?|了解了?|没问题|没事|辛苦了?|请问|麻烦了?|稍等|等一下"
    r"|\b(?:ok(?:ay)?|thanks?|thank you|thx|hi|hello|hey|bye|goodbye|see you|yes|yeah|yep|no|nope|sure|great|cool|nice|wow"
    r"|got it|i see|right|fine|good (?:morning|night|evening|afternoon)|you'?re welcome|no problem|please|welcome|haha+)\b"
)
_SENTENCES = re.compile(r"(?<=[.!?。！？\n])\s*")
_ASKS = ("?", "？")
# A turn says more the longer it is, with less and less for each word; a question says little. The
# weights are those that found the most evidence in dialogues of both languages.
_LENGTH_WEIGHT, _USUAL_LENGTH, _LONG = 0.1, 0.6, math.log(40)
_QUESTION_WEIGHT = 0.15


def worth_keeping(text: str) -> bool:
    """Whether a turn says anything beyond what keeps a talk going; commands say nothing."""
    if text.lstrip().startswith(("/", "／")):
        return False
    return next(terms(_PLEASANTRIES.sub(" ", folded(text))), None) is not None


def importance_of(text: str) -> int:
    """0…100, 50 for a usual statement: as it scales a memory's score (see recall.weight)."""
    length = math.log1p(len({term for term, _ in terms(text)})) / _LONG
    worth = 1 + _LENGTH_WEIGHT * (length - _USUAL_LENGTH)
    worth *= 1 - _QUESTION_WEIGHT * _asked_share(text)
    return min(100, max(0, round((worth - 0.85) / 0.3 * 100)))


def _asked_share(text: str) -> float:
    """How much of the text is questions, 0…1."""
    parts = [part.strip() for part in _SENTENCES.split(text) if part.strip()]
    asked = sum(len(part) for part in parts if part.endswith(_ASKS))
    return asked / max(1, sum(map(len, parts)))
