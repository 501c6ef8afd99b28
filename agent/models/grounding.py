"""Whether a passage says what a sentence says, as far as that shows without understanding either:
its numbers, names and promises must stand there, most of its words, and no "not" more or less."""

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from config.i18n import Language
from config.i18n.detect import detect
from memory.recall import share_of_words
from memory.sparse import encode_passage, encode_query
from memory.terms import folded
from tools.reading.numbers import numbers
from tools.reading.sentences import sentences

# The share of a sentence's words that its passage has, in one language; a paraphrase keeps half.
_SHARED = 0.4
# From this share on a sentence says again what one of the passage's does, "not" included.
_REPEATS = 0.5

_CLAUSE = re.compile(r"[，,；;。.！!？?：:\n](?!\d)")
_DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NO_AMOUNT = re.compile(r"[哪某另同]一|一(?=[下些起样直般定并共旦])")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9&'+-]*[A-Za-z0-9]")
_PROMISES = tuple(
    re.compile(each)
    for each in (
        r"折扣|打折|\d折|优惠|降价|特价|discount|coupon|(?<![a-z])off(?![a-z])|sale price",
        r"赠|送您|礼品|gift|bonus",
        r"免费|包邮|免运费|(?<![a-z])free(?![a-z])",
        r"赔|补偿|compensat|reimburs",
        r"保证|承诺|一定会|guarantee|promise",
        r"全额|full refund",
    )
)
_NOT = re.compile(
    r"不(?!仅|但|过|同|少|错|如|管|论|要紧|客气|好意思)|没|无(?!论|忧)|未|勿|别(?=[再去把让])"
    r"|(?<![a-z])(?:no|not|never|cannot|without|neither|nor)(?![a-z])|n['’]t(?![a-z])"
)

# "我们的同事刚才答应您", "our colleague has promised you that".
_ATTRIBUTED = re.compile(
    r"(?:(?:我们|您|你)的?)?(?:人工)?(?:同事|客服|店员)[^，,。.；;！!？?\d不没未]{0,10}?"
    r"(?:说|答应|承诺|许诺|保证|告诉|提到|确认|回复)(?:过|了)?(?:可以)?(?:给|为)?(?:[您你])?(?:的是)?[:：，,]?"
    r"|(?<![a-z])(?:(?:our|your|a|the|my) )?(?:colleagues?|staff|agent|representative|team)"
    r"(?: (?!not)[a-z]+){0,3}? (?:said|told|promised|agreed|confirmed|offered|assured)"
    r"(?: you)?(?: that)?(?![a-z])",
    re.IGNORECASE,
)

# A colleague's word is good until the day that it named.
_DAYS = re.compile(
    r"[今明后]天|[本下]周|周末|月底|年底|(?:周|星期|礼拜)[一二三四五六日天]"
    r"|(?<![a-z])(?:today|tomorrow|tonight|next week|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)day)(?![a-z])"
)


def grounded(sentence: str, passage: str, said: Iterable[str]) -> bool:
    """Whether `passage` bears the sentence out. Numbers and names may also come from what the asker
    `said`, except the numbers of a promise: nobody gets half price for having named it."""
    known = f"{passage}\n{chr(10).join(said)}"
    return (
        _values(sentence, spoken=True) <= _values(known)
        and _promised_values(sentence) <= _values(passage)
        and _names(sentence) <= _names(known)
        and not _promises_more(sentence, passage)
        and (_foreign(sentence, passage) or _repeats(sentence, passage))
    )


def retold(sentence: str, told: Sequence[str]) -> bool:
    """Whether colleagues `told` the asker this. Nothing that the asker says counts here."""
    plain = _ATTRIBUTED.sub("", sentence)
    together = "\n".join(told)
    if not {*_DAYS.findall(folded(plain))} <= {*_DAYS.findall(folded(together))}:
        return False
    return any(grounded(plain, words, ()) for words in (*told, together) if words)


def attributed(sentence: str) -> bool:
    """Whether the sentence says that a colleague said something."""
    return _ATTRIBUTED.search(sentence) is not None


def has_figures(sentence: str) -> bool:
    return bool(_values(sentence, spoken=True))


def promises(sentence: str) -> bool:
    plain = folded(sentence)
    return any(promise.search(plain) for promise in _PROMISES)


def _values(text: str, *, spoken: bool = False) -> set[Decimal]:
    """Every number; those in words, too, of one's own sentence only where they are amounts."""
    values = {_decimal(match[0]) for match in _DIGITS.finditer(folded(text))}
    # The reader of amounts looks at few of them at once.
    for part in [text] if spoken else text.splitlines():
        values |= {number.value for number in numbers(_NO_AMOUNT.sub("", part))}
    return values


def _promised_values(sentence: str) -> set[Decimal]:
    return {
        value
        for clause in _clauses(sentence)
        if promises(clause)
        for value in _values(clause, spoken=True)
    }


def _decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits.replace(",", ""))
    except InvalidOperation:
        return Decimal(-1)


def _names(text: str) -> set[str]:
    """Latin words of a Chinese text; of an English one those written like names."""
    words = _NAME.findall(text)
    if detect(text) is Language.en:
        first = {part.split()[0].strip("\"'(") for part in sentences(text) if part.split()}
        words = [each for each in words if not each.islower() and each not in first]
    return {each.casefold() for each in words}


def _promises_more(sentence: str, passage: str) -> bool:
    said, known = folded(sentence), folded(passage)
    return any(promise.search(said) and not promise.search(known) for promise in _PROMISES)


def _foreign(sentence: str, passage: str) -> bool:
    """Whether words cannot be compared: one is in English and the other is not."""
    return (detect(sentence) is Language.en) != (detect(passage) is Language.en)


def _repeats(sentence: str, passage: str) -> bool:
    words = encode_query(sentence)
    if not words.values:
        return True
    if share_of_words(encode_passage(passage), words) < _SHARED:
        return False
    known = _clauses(passage)
    return not any(_turned_round(clause, known) for clause in _clauses(sentence))


def _clauses(text: str) -> list[str]:
    return [part for part in _CLAUSE.split(text) if part.strip()]


def _turned_round(clause: str, known: Sequence[str]) -> bool:
    """Whether the nearest clause says the same with a "not" more or less."""
    words = encode_query(clause)
    shares = [share_of_words(encode_passage(each), words) for each in known]
    best = max(range(len(known)), key=shares.__getitem__, default=None)
    if best is None or shares[best] < _REPEATS:
        return False
    return _negated(clause) != _negated(known[best])


def _negated(text: str) -> bool:
    return len(_NOT.findall(folded(text))) % 2 == 1
