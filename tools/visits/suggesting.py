"""What the staff might do after a visit, by rules. Nothing is said to the customer by itself."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from memory.dates import mentions_in
from memory.terms import folded
from storage.tables.visit import Mood
from tools.context import ToolContext
from tools.hours import Hours
from tools.visits.talk import StaffWords, Talk, left_a_contact, short, unanswered

_ASK_AFTER, _STUDY_AFTER = timedelta(days=3), timedelta(days=3)
_PRICE = re.compile(
    r"多少钱|价格|价位|价钱|报价|单价|售价|怎么卖|怎么收费|收费|费用|优惠|折扣|打折|便宜|有货|现货|下单|想[买要订]|购买|团购"
    r"|(?<![a-z])(?:prices?|pric(?:ing|ey)|costs?|how much|quotes?|quotation|discounts?|in stock|buy|order one|purchase)(?![a-z])"
)
_BOUGHT = re.compile(
    r"(?:已经?|刚刚?|都)(?:下单|付款|买|拍下?|支付|订)了?|(?:下单|付款|买|拍|支付)(?:好|成功|完)?了"
    r"|(?<![a-z])(?:i(?:'ve| have)?|just|already) (?:just |already )?(?:bought|ordered|paid|purchased)(?![a-z])"
)
_RETURN = re.compile(
    r"(?:我|我们|给我|帮我|申请|准备|打算|决定|需要|必须|要|想)(?:要|想|是要|想要|要求|来|办|把[^，,。？?]{1,12})?(?:申请|办理|办)?"
    r"(?:退货|退款|退掉|退了|退钱|退换|换货|退(?=[，,。！!]|$))(?!政策|规则|流程|期限|条件|规定|运费)"
    r"|退(?:钱|款|货)[!！]"
    r"|(?<![a-z])(?:i(?:'m| am|'d| would|'ve| have)?|we) (?:want|need|like|going|decided|wish|am|will|sent|have)?[a-z' ]{0,24}"
    r"(?:return (?:it|this|them|these|the|my)|refund|send (?:it|them|this) back|exchange (?:it|this|them))"
)
_ONLY_ASKS = re.compile(
    r"想(?:问|知道|了解|咨询|请问)|问一下|请问|多久|几天|能不能|可不可以|可以.{0,6}吗|怎么算|包不包"
)
_PROMISE = re.compile(
    r"(?:给|跟|与|和|向)[您你].{0,8}(?:回|电话|联系|答复|回复|说|消息|发|寄|报价|确认)|(?:回复|答复|联系|通知|告诉|回电)[您你]"
    r"|(?:回电|回复|答复|打电话|寄出|发货|发出|处理好|上门|到货|补发)"
    r"|(?<![a-z])(?:call|get back|let you know|contact you|reply|follow up|email you|send|ship|deliver|update you)"
)


class Rule(StrEnum):
    """The last part of a follow-up's key: one of each kind for a visit."""

    promise = "promise"
    mood = "mood"
    answer = "answer"
    returning = "return"
    contact = "contact"
    document = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`owner_id` is who said that they would; `for_managers`: it is about the documents, and no
    owner's of a lead."""

    rule: Rule
    text: str
    due_on: date
    owner_id: int | None = None
    for_managers: bool = False


def suggestions(
    context: ToolContext, talk: Talk, *, at: datetime | None = None
) -> list[Suggestion]:
    """The soonest first; `at` is when the visit was found to be over, now unless said. An open
    ticket has deadlines of its own, so nothing else is suggested about what went wrong."""
    found = _found(context, talk, at or context.clock.now())
    order = [*Rule]
    return sorted(found, key=lambda each: (each.due_on, order.index(each.rule)))


def _found(context: ToolContext, talk: Talk, at: datetime) -> list[Suggestion]:
    hours = Hours.of(context)
    found = [_promise(context, talk), _contact(context, talk, _next_day(hours, at))]
    if not any(ticket.runs for ticket in talk.tickets):
        today = _day(hours, at)
        found += [
            _mood(context, talk, today), *_answers(context, talk, hours, at),
            _returns(context, talk, _day(hours, at + _ASK_AFTER)),
        ]  # fmt: skip
    return [each for each in found if each is not None]


def _contact(context: ToolContext, talk: Talk, due_on: date) -> Suggestion | None:
    """They asked what something costs and can be reached, and nothing was bought."""
    lead = talk.lead
    reachable = lead.reachable if lead else left_a_contact(talk)
    said = [each.text for each in talk.spoken]
    asked = [text for text in said if _PRICE.search(folded(text))]
    bought = (lead is not None and lead.bought) or any(_BOUGHT.search(folded(t)) for t in said)
    if not reachable or bought or not (asked or talk.products):
        return None
    about = short(asked[0]) if asked else context.say("visit_ends.between").join(talk.products)
    text = context.say("visit_ends.do.contact", name=talk.customer, about=about)
    return Suggestion(rule=Rule.contact, text=text, due_on=due_on)


def _answers(context: ToolContext, talk: Talk, hours: Hours, at: datetime) -> list[Suggestion]:
    """Nobody could answer a question: they wait for it, and a document is missing."""
    asked = unanswered(talk)
    if not asked:
        return []
    quoted = [context.say("visit_ends.quote", text=short(each.text)) for each in asked[:2]]
    questions = context.say("visit_ends.between").join(dict.fromkeys(quoted))
    return [
        Suggestion(
            rule=Rule.answer, due_on=_day(hours, at),
            text=context.say("visit_ends.do.answer", name=talk.customer, questions=questions),
        ),
        Suggestion(
            rule=Rule.document, due_on=_day(hours, at + _STUDY_AFTER), for_managers=True,
            text=context.say("visit_ends.do.document", questions=questions),
        ),
    ]  # fmt: skip


def _returns(context: ToolContext, talk: Talk, due_on: date) -> Suggestion | None:
    said = next((each for each in talk.spoken if _announces_return(each.text)), None)
    if said is None:
        return None
    text = context.say("visit_ends.do.return", name=talk.customer, text=short(said.text))
    return Suggestion(rule=Rule.returning, text=text, due_on=due_on)


def _announces_return(text: str) -> bool:
    """And does not only ask how returns go."""
    plain = folded(text)
    return _RETURN.search(plain) is not None and _ONLY_ASKS.search(plain) is None


def _mood(context: ToolContext, talk: Talk, due_on: date) -> Suggestion | None:
    """Angry at any time, or not content when they left."""
    low = talk.mood in (Mood.angry, Mood.unhappy)
    if not low and talk.worst_mood is not Mood.angry:
        return None
    mood = talk.mood if low else talk.worst_mood
    text = context.say(
        "visit_ends.do.mood", name=talk.customer, mood=context.say(f"visit_ends.moods.{mood}")
    )
    return Suggestion(rule=Rule.mood, text=text, due_on=due_on)


def _promise(context: ToolContext, talk: Talk) -> Suggestion | None:
    """The first day that somebody of the staff named for something they would do."""
    promised = [
        (day, words) for words in talk.staff if (day := _day_promised(context, words)) is not None
    ]
    if not promised:
        return None
    day, words = min(promised, key=lambda each: each[0])
    text = context.say(
        "visit_ends.do.promise", name=talk.customer, staff=words.name, text=short(words.text)
    )
    return Suggestion(rule=Rule.promise, text=text, due_on=day, owner_id=words.person_id)


def _day_promised(context: ToolContext, words: StaffWords) -> date | None:
    """None when they promised nothing, or named no day to come."""
    plain = folded(words.text)
    if _PROMISE.search(plain) is None:
        return None
    said_on = words.at.astimezone(context.timezone).date()
    named = [mention[0].first for mention in mentions_in(plain, said_on)]
    return min((day for day in named if day >= said_on), default=None)


def _day(hours: Hours, at: datetime) -> date:
    """The first day from `at` on when people are there."""
    return hours.next_opening(at).astimezone(hours.zone).date()


def _next_day(hours: Hours, at: datetime) -> date:
    """The working day after that of `at`."""
    local = at.astimezone(hours.zone)
    midnight = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return _day(hours, midnight)
