"""A message as the statements it makes, each in the person's own words."""

import re
from dataclasses import dataclass

from memory.slots import Reading, is_question, read
from memory.terms import folded
from storage.tables.memory import MemoryKind

_CLAUSES = re.compile(r"(?<=[，,。；;!！\n])\s*|(?<=\.)\s+")
_EDGES = " ，,。；;!！.\n"
_WISH = re.compile(
    r"以后|今后|往后|不要|别|请|希望|麻烦|一律|默认|尽量"
    r"|\b(?:please|from now on|always|never|don'?t|i want you|i'd like you|stop)\b"
)
_WISH_SLOTS = (
    "report_", "answer_language", "platform", "quiet_hours", "budget_limit", "called",
    "contact_time",
)  # fmt: skip
_PREFERENCE = re.compile(
    r"我(?:们|家)?(?:最|很|非常|比较|特别|更|还是|一直|一般|平时|也|都|是|真的|其实)*"
    r"(?:不(?:太|怎么|大)?)?(?:喜欢|爱(?![你您])|偏好|偏爱|讨厌|习惯|受不了|中意|在意|看重)"
    r"|\b(?:i|we)(?: (?:really|also|still|always|usually|do|don'?t|just|mostly|prefer to))* "
    r"(?:like|love|enjoy|prefer|hate|dislike|adore|can'?t stand)\b(?! to (?:know|ask|see|order|buy))"
)
_DONE = (
    r"买|订|下单|收到|退|换|寄|付|签|去|到|回|来|搬|结婚|离婚|怀孕|出生|毕业|入职|离职|辞职|升职|开业|参加|考|住院|出院|看|吃|做|丢|坏"
    r"|领养|旅游|出差|报名|开始|完成|通过|换"
)
_EVENT = re.compile(
    rf"(?:我|我们|我家|咱们|今天|昨天|前天|上周|上个月|刚刚?|[周月日号])[^?？想能如若]{{0,14}}?(?:{_DONE})[^?？]{{0,4}}?(?:了|过(?!敏|来|去|期|程|分))"
    r"|(?:我|我们|我家|咱们)[^?？]{0,12}?(?:明天|后天|下周|下个?月|周末|\d+[月号])[^?？]{0,10}?(?:要|去|到|回|来|办|搬|结婚|出差|旅游|生日|考试|开业)"
    r"|(?:明天|后天|下周.?|下个?月|\d+[月号])[^?？]{0,6}?(?:我|我们|我家|是我)[^?？]{0,10}?(?:要|去|到|回|来|办|搬|结婚|出差|旅游|生日|考试|开业)"
    r"|\b(?:i|we)(?:'ve| have| just| also| finally| recently| already| even)* (?:bought|ordered|received|returned|went|visited"
    r"|moved|started|finished|got|met|lost|won|broke|joined|adopted|signed up|graduated|attended|booked|paid|took|made|had"
    r"|found|passed|quit|opened|launched|celebrated|ran|hosted|tried)\b"
    r"|\b(?:i'm|i am|we're|we are|i'll|i will|we'll|we will)\b[^?]{0,40}?\b(?:tomorrow|next (?:week|month|year|weekend)|tonight"
    r"|on (?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)
_SENTENCES = re.compile(r"(?<=[。！？!?；;\n])\s*|(?<=\.)\s+")
# A longer sentence is a story, which the turn itself keeps.
_LONGEST_REMARK = 160
_IMPORTANCE = {
    MemoryKind.wish: 80, MemoryKind.preference: 60, MemoryKind.fact: 50, MemoryKind.event: 50,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statement:
    text: str
    reading: Reading | None

    @property
    def kind(self) -> MemoryKind:
        plain = folded(self.text)
        if self.reading is not None:
            wished = self.reading.slot.startswith(_WISH_SLOTS)
            return MemoryKind.wish if wished else MemoryKind.fact
        if _WISH.search(plain):
            return MemoryKind.wish
        if _PREFERENCE.search(plain):
            return MemoryKind.preference
        return MemoryKind.event if _EVENT.search(plain) else MemoryKind.fact

    @property
    def importance(self) -> int:
        """0…100. A wish outlives a passing remark."""
        return _IMPORTANCE[self.kind]


def statements(text: str) -> list[Statement]:
    """One statement, unless the message says several things of which at most one each holds at a
    time ("reports in English, and I only look at Meta"): those must be replaced one by one."""
    clauses = [clause for part in _CLAUSES.split(text) if (clause := part.strip(_EDGES))]
    readings = [(clause, read(clause)) for clause in clauses]
    about = {reading.slot for _, reading in readings if reading is not None}
    if len(about) > 1:
        return [Statement(clause, reading) for clause, reading in readings]
    # Read as a whole first: "not English any more, use Chinese" says one thing.
    in_a_clause = next((reading for _, reading in reversed(readings) if reading), None)
    return [Statement(text.strip(), read(text) or in_a_clause)]


def remarks(text: str) -> list[Statement]:
    """What a person tells about themselves in the course of a talk, as far as rules are sure of it:
    what is read in a slot, what they like, what happened to them. Questions and orders tell
    nothing."""
    found: list[Statement] = []
    for part in _SENTENCES.split(text):
        sentence = part.strip(_EDGES)
        if not sentence or len(sentence) > _LONGEST_REMARK or is_question(part.strip()):
            continue
        for statement in statements(sentence):
            told = statement.kind in (MemoryKind.preference, MemoryKind.event)
            if told or (statement.reading is not None and statement.reading.value is not None):
                found.append(statement)
    return found
