"""What a question asks for: the words of its subject, and the shape of what answers it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from memory.terms import folded, in_han

_NUMERAL = r"[一二两三四五六七八九十半]"
_UNIT = r"(?:个?(?:工作日|小时|钟头|分钟|月|年|天|日|周|星期|学期))"
_TIME = re.compile(
    rf"\d\s*(?:{_UNIT}|点|[:：]\d\d|-?(?:business |working )?(?:day|hour|minute|week|month|year|night)s?\b|[ap]\.?m\b)"
    rf"|(?<!第){_NUMERAL}\s*{_UNIT}|当天|当场|当月|次日|随时|马上|永久|全天|每[天周月年]|[周礼拜星期]+[一二三四五六日天末]|除夕|same day|next day|all day"
    r"|day and night|any time|once a|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august"
    r"|september|october|november|december|one (?:hour|day|week|month|year)"
)
_MONEY = re.compile(
    r"\d\s*(?:元|块|美元|欧元|yuan|cny|usd|rmb|dollars?|euros?)|[¥￥$€]\s*\d|免费|免息|包邮|免\s*\d|不加价|不收|不限金额|承担|free\b|\bpays?\b|included"
    r"|refunded|\d ?%|\d\s*折"
)
_DISCOUNT = re.compile(
    r"\d\s*折|优惠|折扣|减|抵|免费|代金券|券|\d ?%|percent|saves?\b|\boff\b|free\b|早鸟|便宜|学生证"
)
_PLACE = re.compile(
    r"[路街道]\s*\d|\d\s*[号楼层]|大厦|商场|广场|地址|[b负]\s*\d|负一|地下|楼下|street|road|avenue|address|floor|\bin [a-z]+ and [a-z]+"
    r"|settings|“[^”]+”里|公众号|小程序|来自"
)
_WHO = re.compile(
    r"承担|\bpays?\b|\bpaid by\b|由.{1,8}(?:付|出|负责|收)|买家付|老师|护士|客服|owners?\b|administrators?\b"
)
_WHY = re.compile(r"因为|由于|为了|所以|原因|because|since|due to|in order to")
_LENGTH = re.compile(r"\d\s*(?:-|–|×|x)?\s*(?:cm|mm|m\b|米|厘米|公分|寸|inch)")
_WEIGHT = re.compile(r"\d\s*(?:kg|g\b|公斤|千克|克|斤|kilograms?|grams?)")
_SPACE = re.compile(
    r"\d\s*(?:cm|m²|米|平|升|寸|gb|tb|litres?|liters?)|个?座|大[一]?[号码]|小[一]?[号码]"
)
_PEOPLE = re.compile(
    r"\d\s*(?:个?人|人|位|名|users?|people|persons?|pupils?)|unlimited|[一两二三四五六]\s*个?人|双人|单人"
)
_MANY = re.compile(
    r"\d|[一两二三四五六七八九十]\s*[个位名家条块支张节次]|unlimited|twice|three|two|once"
)
_COLOUR = re.compile(r"[红黄蓝绿黑白灰紫粉]色|颜色有|red|blue|green|black|white|grey|gray")
_PHONE = re.compile(r"\d{3,4}-\d{3,4}|\d{7,}")
# What a question asks for, and the shape of what answers it.
_SHAPES: Sequence[tuple[re.Pattern[str], re.Pattern[str]]] = (
    (re.compile(
        r"多久|多长时间|(?<!多)长时间|(?:第|过|要|得|等|上|到|数|能|用|是|花|有|\b)?几(?:天|个?月|年|点|时|号|个?小时|个?钟头|周|日|次能)|什么时候|啥时候?|何时|时效|多少天|礼拜几|星期几|周几|有效期|时长"
        r"|how (?:long|soon|often|late|early|many (?:days|months|weeks|hours|years))|\bwhen\b|what time|latest time|until when|opening hours|which day"
    ), _TIME),
    (re.compile(
        r"多少钱|多少[米块元]|几块|什么价|啥价|价格|价钱|费用|(?:怎么|咋|如何|什么)?收费|要钱|花钱|给钱|加钱|交钱|收钱|扣钱|运费|邮费|谁出|贵|咋算|怎么算|[一每]\S{1,4}多少$"
        r"|how (?:much|expensive)|\bprices?\b|\bcosts?\b|\bfees?\b|pay extra|\bfare\b|rates?\b"
    ), _MONEY),
    (re.compile(r"优惠|折扣|打折|便宜|discount|cheaper|pay less|money off"), _DISCOUNT),
    (re.compile(r"在哪|哪[里儿]|哪条路|地址|在什么地方|停哪|去哪|\bwhere\b|address|located"), _PLACE),
    (re.compile(r"谁|叫什么|什么名字|\bwho\b|\bwhose\b|name of the (?:owner|boss|teacher)"), _WHO),
    (re.compile(r"为什么|为啥|为何|怎么会|\bwhy\b"), _WHY),
    (re.compile(r"多高|多深|多长(?!时间)|多宽|how (?:deep|high|tall|wide)"), _LENGTH),
    (re.compile(r"多重|几斤|多少(?:公)?斤|承重|how heavy|how many kilos|weight"), _WEIGHT),
    (re.compile(r"多大|面积|尺寸|内存|容量|how (?:big|large)|what size|storage"), _SPACE),
    (re.compile(r"几个人|多少个?人|几人|how many (?:people|users|persons|customers|teachers)"), _PEOPLE),
    (re.compile(r"多少(?!钱|米|块|元)|几[个位名家条块支张节种台]|how many"), _MANY),
    (re.compile(r"颜色|什么色|colou?rs?"), _COLOUR),
    (re.compile(r"电话(?!预约)|号码|phone number|telephone"), _PHONE),
)  # fmt: skip
_FRAME = re.compile(
    r"什么时候|啥时候?|多长时间|什么价|什么|怎么样?|怎样|如何|咋样?|哪[里儿些个家款条]?|多少[钱米块元]?|多久|多长|几(?:[天个点号时元块次年位名条支]|小时)|为什么|为啥|能不能|可不可以|是不是"
    r"|有没有|要不要|行不行|好不好|贵不贵|是否|可以|请问|想问|问一下|咨询|了解|知道|一下|告诉我|介绍|你们|我们|咱们|您|你|我|没有?|啥|吗|呢|么|吧|不$|想|要|能|会|还|再|就|都|也|有"
    r"|[之以]内|之前|之后|以后|的话|怎么办|怎么弄|怎么回事|咋办|到底|大概|一般|现在|这个|那个|那种|这种|时候|东西|方便|行吗|支持|哪些|一个|一次|政策|规定|是|到|收到的|最"
    r"|(?<![a-z])(?:how|long|much|many|often|please|tell|know|any|there|get|need|want|like|about|does|do|can|is|are|i|you|we|my|your|our|which|methods?|ways?|possible|offer|provide|use|one|some|much|it|polic(?:y|ies)|terms|rules?)(?![a-z])"
)
_NO_WORD = re.compile(r"[\W_]|[吗呢的了吧啊要能得到会是有]")
_SHORTEST_SUBJECT = 2
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_RANGE = re.compile(r"(\d+(?:\.\d+)?)\s*(?:-|–|—|~|至|到|to)\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class Question:
    """One question of a message; `context` is what it follows from."""

    text: str
    context: str = ""

    @property
    def whole(self) -> str:
        return f"{self.context.rstrip('?？。.!！ ')} {self.text}" if self.context else self.text

    @cached_property
    def in_han(self) -> bool:
        return in_han(self.whole)

    @cached_property
    def wanted(self) -> Sequence[re.Pattern[str]]:
        """The shapes of what is asked for; none for a question of yes or no."""
        asked = folded(self.whole)
        return [shape for asks, shape in _SHAPES if asks.search(asked)]

    @cached_property
    def numbers(self) -> Sequence[float]:
        return [float(each) for each in _NUMBER.findall(folded(self.whole))]


def subject_of(question: str) -> str:
    """Without the words that only make it a question."""
    return _FRAME.sub(" ", folded(question))


def has_subject(question: str) -> bool:
    """Whether a question says what it is about: "多久？" does not."""
    return len(_NO_WORD.sub("", _FRAME.sub("", folded(question)))) >= _SHORTEST_SUBJECT


def shape(question: Question, text: str) -> tuple[float, float]:
    """The shares of what is asked for, a time, a price, a place, that stand there and that do not;
    none of either for a question that asks for no shape."""
    if not question.wanted:
        return 0.0, 0.0
    said = folded(text)
    there = sum(bool(each.search(said)) for each in question.wanted) / len(question.wanted)
    return there, 1 - there


def in_range(question: Question, text: str) -> float:
    """-1…1: how many of the question's numbers lie in ranges that stand there."""
    ranges = [(float(low), float(high)) for low, high in _RANGE.findall(folded(text))]
    if not ranges or not question.numbers:
        return 0.0
    held = sum(any(low <= each <= high for low, high in ranges) for each in question.numbers)
    return 2 * held / len(question.numbers) - 1
