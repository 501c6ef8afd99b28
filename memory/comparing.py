"""Do two statements say the same, or the opposite?

Meaning is compared by content words in their order, without the words that only colour a
statement. An embedding cannot decide this: "my daughter is 5" and "my son is 5" are closer to each
other than most paraphrases.
"""

import re
from dataclasses import dataclass

from memory.terms import STOP_WORDS, folded, stem

_NEGATIVE = re.compile(
    r"不要|不用|不需要|不想要?|不再|不喜欢|不爱|(?<![特分个区级性类])别再?|没有?|讨厌|不(?!错|同|少|仅|但|过|久|断|止|管)"
    r"|\b(?:do not|don'?t|does not|doesn'?t|no longer|not|never|no|stop|without|hate|dislike"
    r"|isn'?t|aren'?t|won'?t)\b"
)
_LIGHT = re.compile(
    r"请|麻烦|帮我|记住|记得|记一下|你知道|以后|今后|往后|从(?:现在|今天)(?:起|开始)|现在|目前|一般|平时|通常"
    r"|我们公司|我们|咱们|本人|我|喜欢|偏好|爱(?=[一-鿿])|希望|主要是?|大多数?|大部分|非常|比较|特别|其实"
    r"|[的了着吧啊呀哦呢都也还就很要是]"
    r"|\b(?:please|remember|from now on|always|like|love|prefer|keep|really|very|also|now"
    r"|currently|usually|mostly|mainly|actually)\b"
)
_PIECE = re.compile(r"[a-z]{1,2}-\d+(?:\.\d+)?|\d+(?:[.:,]\d+)*%?|[㐀-鿿豈-﫿]|[^\W\d_㐀-鿿]+")


@dataclass(frozen=True, slots=True)
class Gist:
    content: tuple[str, ...]
    negative: bool

    def same_as(self, other: "Gist") -> bool:
        return bool(self.content) and self == other

    def opposite_of(self, other: "Gist") -> bool:
        return (
            bool(self.content)
            and self.content == other.content
            and self.negative is not other.negative
        )


def gist(text: str) -> Gist:
    plain = folded(text)
    negative = len(_NEGATIVE.findall(plain)) % 2 == 1
    bare = _LIGHT.sub(" ", _NEGATIVE.sub(" ", plain))
    words = (piece.group() for piece in _PIECE.finditer(bare))
    return Gist(tuple(stem(word) for word in words if word not in STOP_WORDS), negative)
