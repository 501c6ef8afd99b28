"""What a customer's own words say for the variables of a playbook; what they do not say is not
guessed."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from memory.dates import mentions_in
from memory.terms import folded
from tools.reading import contacts
from tools.reading.normal import normalise
from tools.reading.numbers import Number, numbers
from tools.visits.playbook import Playbook, Variable

_LONGEST = 300
# From so many letters on, words that answer one question may answer another beside it.
_MIXED = 12
_UNIT_AFTER = 3
# The letters in front of a word in which it may be denied.
_NEAR = 16
# "不是质量问题", "not a refund": so near in front of a word, it is not meant.
_DENIED = re.compile(
    r"(?:不[是要想用会]?|没有?|別|别|无|非|(?<![a-z])(?:no|not|don'?t(?: want| need)?|isn'?t|without))"
    r"\s?(?:an? |the |any )?$"
)
_REFUSES = re.compile(
    r"不方便|不太方便|不[想愿]意?[说告留给提透回]|不(?:便|能|好)(?:说|透露|告诉|提供)|没必要|无可奉告|不告诉|保密|别问|不用问"
    r"|先不(?:说|留|了)|(?:暂时|目前)?(?:不用|不必|不需要)了?(?:[,。!.~谢]|$)|算了|以后再说|下次(?:再说|吧)"
    r"|(?<![a-z])(?:no,? thanks?|no,? thank you|rather not|prefer not|(?:don'?t|do not) (?:want|wish|like) to"
    r" (?:say|tell|give|share|leave|answer)|not (?:now|comfortable|telling|your business)|none of your"
    r"|never ?mind|keep (?:that|it) (?:private|to myself)|stop asking)(?![a-z])"
)
_BARE_NO = re.compile(r"(?:不|不了|不要|不用|不行|没有?|没了|no|nope|nah|none)[\s.。!！~]*")


_QUESTION = re.compile(
    r"[?]\s*$|[吗呢么嘛]\s*[.!~。]*$|怎么|怎样|如何|多少钱|多久|几天|什么时候|在哪|哪里|有没有|能不能|可不可以|是不是"
    r"|^(?:and |so |but )?(?:what|which|who|how|when|where|why|do|does|did|can|could|is|are|will|may)(?![a-z])"
)


def is_question(text: str) -> bool:
    """Whether the message wants an answer; "who" in the middle of one makes it no question."""
    return _QUESTION.search(normalise(text).strip()) is not None


def refuses(text: str, *, asked: bool) -> bool:
    """Whether they do not want to tell; a bare no says so only right after a question."""
    plain = normalise(text).strip()
    return _REFUSES.search(plain) is not None or (asked and _BARE_NO.fullmatch(plain) is not None)


def values_in(
    playbook: Playbook, text: str, today: date, *, asked: str = "", answers: bool = False
) -> dict[str, Any]:
    """The variables that the message says, as plain JSON. `asked` is the one that was asked for just
    before; `answers`: the message asks and orders nothing itself, so that all of it may be the
    answer."""
    found: dict[str, Any] = {}
    for name, variable in playbook.variables.items():
        value = _value(variable, text, today, asked=name == asked, answers=answers)
        if value is not None:
            found[name] = value
    wanted = playbook.variables.get(asked)
    if wanted is not None and wanted.kind == "text" and len(found) > 1 and len(text) < _MIXED:
        # "退款吧" says how, not which order.
        found.pop(asked, None)
    return found


def _value(variable: Variable, text: str, today: date, *, asked: bool, answers: bool) -> Any:
    match variable.kind:
        case "phone":
            return _first(contacts.phones(text))
        case "contact":
            return _first([*contacts.phones(text), *contacts.wechats(text), *contacts.emails(text)])
        case "choice":
            return _choice(variable, text)
        case "number":
            return _number(variable, text, asked=asked)
        case "date":
            return _day(text, today) if asked else None
        case "text":
            whole = " ".join(text.split())
            return whole[:_LONGEST] if asked and answers and _says_something(whole) else None


def _first(readings: Sequence[Any]) -> Any:
    return readings[0].value if readings else None


def _choice(variable: Variable, text: str) -> str | None:
    """The only value that is named, and not denied."""
    plain = normalise(text)
    named = {
        value
        for value, words in variable.choices.items()
        if any(says(plain, word) for word in words)
    }
    return named.pop() if len(named) == 1 else None


def says(plain: str, word: str) -> bool:
    """Whether normalised text has the word, and does not deny it every time."""
    wanted = normalise(word)
    edge = r"(?<![a-z0-9])", r"(?![a-z0-9])"
    pattern = re.escape(wanted)
    pattern = (edge[0] if wanted[0].isascii() else "") + pattern
    pattern += edge[1] if wanted[-1].isascii() else ""
    return any(
        not _DENIED.search(plain, max(0, match.start() - _NEAR), match.start())
        for match in re.finditer(pattern, plain)
    )


def _number(variable: Variable, text: str, *, asked: bool) -> int | float | None:
    """With its unit whenever it is said; without one, when it is the only one of the answer."""
    found = numbers(text)
    plain = normalise(text)
    meant = [each for each in found if _has_unit(plain, each, variable.units)]
    if not meant and asked:
        meant = found
    if len(meant) != 1:
        return None
    value = meant[0].value
    return int(value) if value == int(value) else float(value)


def _has_unit(plain: str, number: Number, units: Sequence[str]) -> bool:
    behind = plain[number.figure_end :].lstrip()
    # What counts things stands between some numbers and their unit: 20 个人.
    near = [behind, *(behind[at:].lstrip() for at in range(1, _UNIT_AFTER))]
    return any(each.startswith(normalise(unit)) for each in near for unit in units)


def _day(text: str, today: date) -> str | None:
    found = mentions_in(folded(text), today)
    if len(found) != 1 or not found[0]:
        return None
    span = found[0][0]
    return span.first.isoformat() if span.first == span.last else None


def _says_something(text: str) -> bool:
    return any(each.isalnum() for each in text)
