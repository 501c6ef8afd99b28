"""From the words of a condition to the condition; "and" binds more closely than "or"."""

from collections.abc import Sequence
from decimal import Decimal

from config.errors import InvalidInput
from tools.conditions import (
    MOST_COMPARISONS,
    MOST_LEVELS,
    Comparison,
    Condition,
    Figure,
    Goal,
    comparisons,
    joined,
    levels,
    over,
)
from tools.reading.condition_words import Kind, Word
from tools.reading.numbers import Number

MONEY = frozenset({"cpa", "spend", "revenue", "cpc"})
_COUNTS = frozenset({"conversions", "impressions", "clicks"})
_HUNDRED = Decimal(100)
_FINEST = Decimal("0.0001")
_REPEATED = {"less_than": "at_most", "greater_than": "at_least"}


class ConditionUnclear(InvalidInput):
    """`part` are the person's own words."""

    def __init__(self, part: str) -> None:
        super().__init__("optimization.condition.unclear", part=part)


class ConditionTooLong(InvalidInput):
    def __init__(self) -> None:
        super().__init__("optimization.condition.too_long", most=MOST_COMPARISONS)


class Grammar:
    """Reads `words`, all of them; raises ConditionUnclear at the first that does not fit."""

    def __init__(self, text: str, words: Sequence[Word]) -> None:
        self._text = text
        self._words = [word for word in words if word.kind != "filler"]
        self._at = 0
        self._listed = False

    def read(self) -> Condition:
        found = self._any()
        if self._at < len(self._words):
            raise self._unclear()
        if self._listed and _has_or(self._words):
            # "A, B or C": nobody can tell which belong together.
            raise ConditionUnclear(self._text.strip())
        if len(list(comparisons(found))) > MOST_COMPARISONS or levels(found) > MOST_LEVELS:
            raise ConditionTooLong
        return found

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._connected("or"):
            parts.append(self._all())
        return joined(parts, any=True)

    def _all(self) -> Condition:
        parts = [self._part()]
        while self._connected("and") or self._lists():
            parts.append(self._part())
        return joined(parts, any=False)

    def _connected(self, kind: Kind) -> bool:
        """A comma in front of the word belongs to it."""
        comma = self._peek() == "comma"
        if self._peek(int(comma)) != kind:
            return False
        self._at += 1 + int(comma)
        return True

    def _lists(self) -> bool:
        """A comma alone, or nothing before "no conversions": 花了 200 没有转化."""
        if self._peek() == "comma" and self._peek(1) not in ("or", "and", None):
            self._at += 1
            self._listed = True
            return True
        return self._peek() == "none"

    def _part(self) -> Condition:
        if self._peek() != "open":
            return self._comparison()
        self._at += 1
        inner = self._any()
        self._take("close")
        window = self._window()
        return over(inner, window) if window else inner

    def _comparison(self) -> Comparison:
        window = self._window()
        if self._peek() == "none":
            self._at += 1
            left = Figure(metric="conversions", window=window or self._window())
            return Comparison(left=left, operator="equals", value=Decimal(0))
        left = self._figure(window)
        if self._peek() == "number" and self._peek(1) == "operator":
            value = self._value(self._number(), left, None)
            return Comparison(left=left, operator=str(self._take("operator").value), value=value)
        # 花了 200: what was spent is at least that.
        spent = left.metric == "spend" and self._peek() == "number"
        operator = "at_least" if spent else str(self._take("operator").value)
        value, right = self._amount(left)
        if self._peek() == "operator" and self._word().value == _REPEATED.get(operator):
            # 掉到 1 以下 says it twice.
            self._at += 1
        behind = self._window()
        if behind and left.window:
            raise self._unclear(-1)
        left = left if left.window else Figure(metric=left.metric, window=behind)
        return Comparison(left=left, operator=operator, value=value, right=right)

    def _amount(self, left: Figure) -> tuple[Decimal, Figure | Goal | None]:
        if self._peek() != "number":
            held = self._right(left)
            return self._factor(left, held), held
        number = self._number()
        multiplied = self._peek() == "times"
        self._at += int(multiplied)
        if not multiplied and number.unit not in ("fold", "percent"):
            return self._value(number, left, None), None
        if multiplied or self._peek() in ("goal", "target", "metric", "window"):
            right = self._right(left) if multiplied or self._is_side() else None
            return self._value(number, left, right), right
        return self._value(number, left, None), None

    def _is_side(self) -> bool:
        """Whether a window that comes next stands before a metric."""
        return self._peek() != "window" or self._peek(1) == "metric"

    def _factor(self, left: Figure, right: Figure | Goal) -> Decimal:
        """The multiple behind what it multiplies: 目标的 1.5 倍, cpa of 7d × 1.3."""
        if self._peek() == "times":
            self._at += 1
        elif self._peek() != "number":
            return Decimal(1)
        number = self._number()
        if number.unit not in ("plain", "fold"):
            raise self._unclear(-1)
        return self._value(number, left, right)

    def _right(self, left: Figure) -> Figure | Goal:
        if self._peek() == "target":
            self._at += 1
            if left.metric not in ("cpa", "roas"):
                raise self._unclear(-1)
            return Goal.cpa if left.metric == "cpa" else Goal.roas
        if self._peek() == "goal":
            goal = self._take("goal").value
            assert isinstance(goal, Goal)
            if (left.metric != "roas") if goal is Goal.roas else (left.metric not in MONEY):
                raise self._unclear(-1)
            return goal
        right = self._figure(self._window())
        if right.metric != left.metric and not _alike(left.metric, right.metric):
            raise self._unclear(-1)
        return right

    def _figure(self, window: str | None) -> Figure:
        metric = str(self._take("metric").value)
        return Figure(metric=metric, window=window or self._window())

    def _window(self) -> str | None:
        if self._peek() != "window":
            return None
        return str(self._take("window").value)

    def _number(self) -> Number:
        number = self._take("number").value
        assert isinstance(number, Number)
        return number

    def _value(self, number: Number, left: Figure, right: Figure | Goal | None) -> Decimal:
        shares = {"percent": left.metric in ("ctr", "roas") or right is not None,
                  "fold": left.metric == "roas" or right is not None}  # fmt: skip
        if number.unit in ("time", "discount") or not shares.get(number.unit, True):
            raise self._unclear(-1)
        value = number.value
        if number.unit == "percent" and (right is not None or left.metric == "roas"):
            value /= _HUNDRED
        if value != value.quantize(_FINEST):
            raise self._unclear(-1)
        return value

    def _word(self) -> Word:
        return self._words[self._at]

    def _peek(self, ahead: int = 0) -> Kind | None:
        place = self._at + ahead
        return self._words[place].kind if place < len(self._words) else None

    def _take(self, kind: Kind) -> Word:
        if self._peek() != kind:
            raise self._unclear()
        self._at += 1
        return self._words[self._at - 1]

    def _unclear(self, back: int = 0) -> ConditionUnclear:
        """Quotes from the word that does not fit, or from the one before it."""
        place = min(max(self._at + back, 0), len(self._words) - 1)
        part = self._text[self._words[place].start : self._words[-1].end] if self._words else ""
        return ConditionUnclear(part.strip() or self._text.strip())


def _has_or(words: Sequence[Word]) -> bool:
    return any(word.kind == "or" for word in words)


def _alike(left: str, right: str) -> bool:
    """Money against money, or a count against a count."""
    return {left, right} <= MONEY or {left, right} <= _COUNTS
