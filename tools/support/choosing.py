"""Which statements of the passages answer a question, and how sure that is."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memory.knowledge import Passage
from memory.meaning import Meanings
from memory.recall import share_of_words
from memory.sparse import Sparse, encode_passage, encode_query
from memory.terms import folded
from tools.support.statements import Statement, statements

# Beside the meaning (0.25…0.6 for answers): a statement's own words, those of its title and headings
# too, its passage's place among what was found, and whether it has the shape of an answer.
_OWN, _AROUND, _FOUND, _FITS = 0.2, 0.15, 0.03, 0.06
# Of rows with ranges, those that hold the numbers asked about.
_RANGED = 0.15
# Others are told beside the best one when they are nearly as good.
_BESIDE = 0.83
# From here on somebody may have meant it.
_CLOSE, _CLOSE_BESIDE = 0.24, 0.75
MOST_STATEMENTS = 4
# A statement that is met first takes 5 to 10 ms.
_EMBEDDED = 14

_FRAME = re.compile(
    r"什么时候|多长时间|什么|怎么样?|怎样|如何|哪[里儿些个家款]?|多少|多久|多长|多大|几[天个点号时元块次年]|为什么|能不能|可不可以|是不是|有没有|是否|可以|请问|想问|问一下|咨询"
    r"|了解|知道|一下|告诉我|介绍|你们|我们|您"
    r"|(?<![a-z])(?:how|long|much|many|often|please|tell|know|any|there|get|need|want|like|about)(?![a-z])"
)
_TIME = re.compile(
    r"\d\s*(?:个?(?:工作日|小时|分钟|月|年|天|日|周|星期|点)|[:：]\d\d|(?:business |working )?(?:day|hour|minute|week|month|year)s?\b|[ap]\.?m\b)"
    r"|(?<!第)[一二两三四五六七八九十半]\s*(?:个?(?:工作日|小时|月|年|天|周|星期))|当天|次日|same day|next day"
)
_MONEY = re.compile(
    r"\d\s*(?:元|块|美元|欧元|yuan|cny|usd|rmb|dollars?|euros?)|[¥￥$€]\s*\d|免费|包邮|free\b|%|折"
)
_PLACE = re.compile(r"路|街|号|大厦|商场|楼|地址|门店|street|road|avenue|address|store|building")
# What a question asks for, and the shape of what answers it.
_SHAPES: Sequence[tuple[re.Pattern[str], re.Pattern[str]]] = (
    (re.compile(r"多久|多长时间|几天|几个?月|几年|几点|什么时候|时效|how long|how soon|when|what time|how many days"), _TIME),
    (re.compile(r"多少钱|价格|费用|收费|运费|谁出|how much|price|cost|fee"), _MONEY),
    (re.compile(r"在哪|哪里|地址|where"), _PLACE),
)  # fmt: skip


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|–|—|~|至|到|to)\s*(\d+(?:\.\d+)?)")
_NO_WORD = re.compile(r"[\W_]|[吗呢的了吧啊要能得到会是有]")
_SHORTEST_SUBJECT = 2


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a message; `context` is what it follows from."""

    text: str
    context: str = ""

    @property
    def whole(self) -> str:
        return f"{self.context.rstrip('?？。.!！ ')} {self.text}" if self.context else self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`chosen` by passage, in reading order; `sure` is 0…1, how likely the best of them is an answer. `near` are
    the places of passages that may be meant, the nearest first."""

    chosen: tuple[Statement, ...] = ()
    sure: float = 0.0
    near: tuple[int, ...] = ()


async def choose(question: Question, passages: Sequence[Passage], meanings: Meanings) -> Choice:
    """At most four statements, those that stand beside the best only when nearly as good."""
    found = statements(passages)
    if not found:
        return Choice()
    words, asked = _words(question.whole), _words(question.text)
    by_words = [_by_words(each, passages[each.passage], words, asked) for each in found]
    order = sorted(range(len(found)), key=lambda at: (-by_words[at], found[at].passage))
    near = sorted(order[:_EMBEDDED])
    said = [_headed(found[at], passages[found[at].passage]) for at in near]
    meant = await meanings.nearness(question.whole, said)
    scores = {
        at: meaning
        + by_words[at]
        + _FOUND * passages[found[at].passage].score
        + _fits(question.whole, found[at].text)
        for at, meaning in zip(near, meant, strict=True)
    }
    return _best(found, scores)


def _best(found: Sequence[Statement], scores: Mapping[int, float]) -> Choice:
    ranked = sorted(scores, key=lambda at: -scores[at])
    best = scores[ranked[0]]
    first = found[ranked[0]]
    close = dict.fromkeys(
        found[at].passage for at in ranked if scores[at] >= max(_CLOSE, _CLOSE_BESIDE * best)
    )
    if first.whole:
        return Choice(chosen=(first,), sure=min(1.0, best), near=tuple(close))
    beside = [at for at in ranked[:MOST_STATEMENTS] if scores[at] >= _BESIDE * best]
    # The passage of the best one first, and each in its own order.
    places = [*dict.fromkeys(found[at].passage for at in beside)]
    beside.sort(key=lambda at: (places.index(found[at].passage), at))
    chosen = [found[at] for at in beside if not found[at].whole]
    return Choice(chosen=tuple(chosen), sure=min(1.0, best), near=tuple(close))


def _headed(statement: Statement, passage: Passage) -> str:
    """A statement with the question that it answers, or else the heading that it stands under."""
    above = passage.question or passage.heading.rpartition(" > ")[2]
    return f"{above}: {statement.text}" if above else statement.text


def _by_words(statement: Statement, passage: Passage, words: Sparse, asked: Sparse) -> float:
    above = f"{passage.title}\n{passage.heading}\n{passage.question}"
    own, whole = encode_passage(statement.text), encode_passage(f"{above}\n{statement.text}")
    return _OWN * share_of_words(own, words) + _AROUND / 2 * (
        share_of_words(whole, words) + share_of_words(whole, asked)
    )


def has_subject(question: str) -> bool:
    """Whether a question says what it is about: "多久？" does not."""
    return len(_NO_WORD.sub("", _FRAME.sub("", folded(question)))) >= _SHORTEST_SUBJECT


def _words(question: str) -> Sparse:
    """The words that carry what is asked; all of them when there are no others."""
    subject = encode_query(_FRAME.sub(" ", folded(question)))
    return subject if subject.values else encode_query(question)


def _fits(question: str, text: str) -> float:
    """Whether what answers a question of this form stands there: a time, a price, a place, the
    range in which a number of the question lies."""
    asked, said = folded(question), folded(text)
    wanted = [shape for asks, shape in _SHAPES if asks.search(asked)]
    fits = _FITS if any(shape.search(said) for shape in wanted) else 0.0
    ranges = [(float(low), float(high)) for low, high in _RANGE.findall(said)]
    numbers = [float(each) for each in _NUMBER.findall(asked)]
    if not ranges or not numbers:
        return fits
    held = sum(any(low <= number <= high for low, high in ranges) for number in numbers)
    return fits + _RANGED * (2 * held / len(numbers) - 1)
