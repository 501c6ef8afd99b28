"""The query language, as far as it is asked in: SELECT, FROM, WHERE with AND, ORDER BY, LIMIT."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.emulators.ads.google.failures import GoogleAdsError

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_][\w.]*)|(?P<sign>!=|<=|>=|[=<>(),]))"
)
_WORDS = {"SELECT", "FROM", "WHERE", "AND", "ORDER", "BY", "LIMIT", "IN", "NOT", "LIKE", "BETWEEN",
          "REGEXP_MATCH", "ASC", "DESC"}  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: bool(left == right),
    "!=": lambda left, right: bool(left != right),
    "<": lambda left, right: bool(left < right),
    "<=": lambda left, right: bool(left <= right),
    ">": lambda left, right: bool(left > right),
    ">=": lambda left, right: bool(left >= right),
    "IN": lambda left, right: left in right,
    "NOT IN": lambda left, right: left not in right,
    "BETWEEN": lambda left, right: bool(right[0] <= left <= right[1]),
    "LIKE": lambda left, right: _matches(_like(right), left),
    "NOT LIKE": lambda left, right: not _matches(_like(right), left),
    "REGEXP_MATCH": lambda left, right: _matches(right, left),
}


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    operator: str
    value: Any

    def holds(self, found: Any) -> bool:
        return _COMPARE[self.operator](found, self.value)


@dataclass(slots=True)
class Query:
    fields: list[str] = field(default_factory=list)
    resource: str = ""
    conditions: list[Condition] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)  # descending
    limit: int | None = None

    def mentioned(self) -> Iterator[str]:
        yield from self.fields
        yield from (condition.field for condition in self.conditions)
        yield from (name for name, _ in self.order)


def parse(text: str) -> Query:
    """Raises GoogleAdsError for what is not a query."""
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = [*_tokens(text)]

    def query(self) -> Query:
        query = Query()
        self._expect("SELECT")
        query.fields = self._listed(self._field)
        self._expect("FROM")
        query.resource = self._field()
        if self._take("WHERE"):
            query.conditions.append(self._condition())
            while self._take("AND"):
                query.conditions.append(self._condition())
        if self._take("ORDER"):
            self._expect("BY")
            query.order = self._listed(self._ordering)
        if self._take("LIMIT"):
            query.limit = int(self._value())
        if self._tokens:
            raise refused("UNEXPECTED_INPUT")
        return query

    def _condition(self) -> Condition:
        name, operator = self._field(), self._operator()
        if operator in ("IN", "NOT IN"):
            self._expect("(")
            value: Any = self._listed(self._value)
            self._expect(")")
        elif operator == "BETWEEN":
            low = self._value()
            self._expect("AND")
            value = (low, self._value())
        else:
            value = self._value()
        return Condition(name, operator, value)

    def _operator(self) -> str:
        _, word = self._next()
        if word.upper() == "NOT":
            word = f"NOT {self._next()[1]}"
        if word.upper() not in _COMPARE:
            raise refused("BAD_OPERATOR")
        return word.upper()

    def _ordering(self) -> tuple[str, bool]:
        name = self._field()
        return name, not self._take("ASC") and self._take("DESC")

    def _listed(self, read: Callable[[], Any]) -> list[Any]:
        found = [read()]
        while self._take(","):
            found.append(read())
        return found

    def _field(self) -> str:
        kind, word = self._next()
        if kind != "word" or word.upper() in _WORDS:
            raise refused("UNEXPECTED_INPUT")
        return word

    def _value(self) -> Any:
        kind, word = self._next()
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", word[1:-1])
        if kind == "number":
            return float(word) if "." in word else int(word)
        if kind == "word":
            return word  # the name of an enum's value
        raise refused("EXPECTED_SINGLE_VALUE")

    def _next(self) -> tuple[str, str]:
        if not self._tokens:
            raise refused("UNEXPECTED_END_OF_QUERY")
        return self._tokens.pop(0)

    def _take(self, word: str) -> bool:
        if self._tokens and self._tokens[0][1].upper() == word:
            self._tokens.pop(0)
            return True
        return False

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise refused({"SELECT": "EXPECTED_SELECT", "FROM": "EXPECTED_FROM",
                           "BY": "EXPECTED_BY", "AND": "EXPECTED_AND"}
                          .get(word, "EXPECTED_LIST"))  # fmt: skip


def refused(name: str) -> GoogleAdsError:
    return GoogleAdsError((f"query_error.{name}", ""))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            unfinished = text[at:].lstrip()[0] in "'\""
            raise refused("STRING_NOT_TERMINATED" if unfinished else "UNEXPECTED_INPUT")
        at = match.end()
        kind = match.lastgroup or ""
        yield kind, match[kind]


def _matches(pattern: str, text: Any) -> bool:
    return re.fullmatch(pattern, str(text)) is not None


def _like(pattern: str) -> str:
    return "".join(".*" if char == "%" else re.escape(char) for char in pattern)
