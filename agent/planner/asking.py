"""Customers' questions about the company: what may be one, and what it follows from."""

import re

from agent.contract import PlannedCall
from agent.planner.ellipsis import asks_about
from agent.planner.turn import CLEARLY, SURE_ENOUGH, TALK, VAGUE, Turn
from tools.reading.normal import normalise

SEARCH = "search_knowledge"

_ASKS = re.compile(
    r"[?]|[吗呢么嘛]\s*[.!~]*$|什么|怎么|怎样|如何|哪[里些个儿种家款天位]?|多少|多久|多长|多大|多重|几[天点号时元块个次年折]|谁"
    r"|为什么|能不能|可不可以|是不是|有没有|要不要|会不会|是否|请问|想问|问一下|咨询|了解一下|想知道"
    r"|(?<![a-z])(?:what|which|who|whose|when|where|why|how|is there|are there|do you|does it|do they"
    r"|can i|can you|could i|may i|tell me about|i'd like to know|any)(?![a-z])"
)
# Words by which a question leans on the one before it.
_LEANS = re.compile(
    r"^(?:那么?|还有|另外)(?!里|边|家|天|儿|些)"
    r"|它们?|这个|那个|这种|那种|这款|那款|前者|后者"
    r"|^(?:and|what about|how about|then|also)(?![a-z])|(?<![a-z])(?:it|they|them|that|those|this|these)(?![a-z])"
)
# What a question says beside its subject: with nothing else it has none of its own.
_FRAME = re.compile(
    r"那么?|请问|想问下?|问一下|一般|大概|大约|通常|需要|要|得|能|可以|可不可以|能不能|是|有|的|了|吗|呢|呀|啊|吧|么|嘛|我|你们?|您|还|又|都|会|到底|具体"
    r"|什么时候|什么|怎么样?|怎样|如何|哪里|哪儿|哪些|哪个|多少钱?|多久|多长时间|多长|几天|几个?|时间|为什么|谁|一共|收费|价格|它们?|这个|那个|这种|那种|这款|那款"
    r"|(?<![a-z])(?:how|long|much|many|often|soon|does|do|did|is|are|was|will|would|can|could|should|it|they|them|that|this|those|these|take|cost|the|a|an"
    r"|what|when|where|why|which|who|i|you|we|my|your|and|about|then|also|so|for|to|of|in|on|please|there|any|need|have|get|be|work)(?![a-z])"
    r"|[^\w]|_"
)
_SHORTEST_SUBJECT = 2
_HALF = 0.5
# "那鞋子呢", "运费谁出呢": so short a question that ends so is about what was asked before.
_SHORT_SUBJECT = 4


def asks(text: str) -> bool:
    """Whether the words have the form of a question."""
    return _ASKS.search(normalise(text)) is not None


def may_ask(turn: Turn) -> bool:
    """Whether the message is, or could be, a question that the company's documents answer."""
    if turn.request.persona != "customer":
        return False
    if turn.label == SEARCH:
        return turn.probability >= SURE_ENOUGH or asks(turn.text) or _says_something(turn.text)
    if turn.says("unclear") and asks(turn.text):
        return bool(_subject(normalise(turn.text)))
    if turn.label.startswith(TALK) and turn.probability >= CLEARLY:
        return False
    if turn.probability < SURE_ENOUGH or (turn.label in VAGUE and turn.probability < _HALF):
        return asks(turn.text) or _says_something(turn.text)
    if turn.label.startswith(TALK) and _question_before(turn) and asks(turn.text):
        return True
    # A statement about oneself is none; a question in whose words somebody says it is.
    return asks(turn.text) and turn.label in _MISTAKEN


# Labels whose words a question may share: "我穿M码该选哪款？", "什么时候能联系我？".
_MISTAKEN = frozenset(
    {"remember", "talk_unclear", "talk_out_of_scope", "talk_capabilities", "talk_cancelled"}
)


def search(turn: Turn) -> PlannedCall:
    """The question; one that leans on the question before it, with that in front, on a line of its
    own."""
    # A line of its own is what a question follows from.
    said = " ".join(turn.text.split())
    before = _question_before(turn)
    leans = before and before != said and _leans(said)
    return PlannedCall(
        tool=SEARCH, args={"question": f"{before}\n{said}" if leans else said},
        quotes={"question": turn.text},
    )  # fmt: skip


def _question_before(turn: Turn) -> str:
    call = turn.dialogue.call
    if call is None or call.tool != SEARCH:
        return ""
    return str(call.args["question"]).partition("\n")[0]


def _leans(text: str) -> bool:
    plain = normalise(text).strip()
    subject = _subject(plain)
    about = asks_about(plain) and len(subject) <= _SHORT_SUBJECT
    return bool(_LEANS.search(plain)) or about or not subject


def _subject(plain: str) -> str:
    return _FRAME.sub("", plain)


def _says_something(text: str) -> bool:
    return len(_subject(normalise(text))) >= _SHORTEST_SUBJECT
