"""People who write: managers who ask and order, customers who want to know or want a person, staff
who serve them, a group that mentions the bot. Every message has a number of its own, by which its answer can be found."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from random import Random

from config.i18n import Language, say
from tests.emulators.telegram.people import Person
from tests.emulators.telegram.server import TelegramEmulator

MANAGERS = {5001: "王经理", 5002: "刘经理"}
STAFF = {5101: "李雷", 5102: "韩梅梅"}
CUSTOMERS = (6001, 6002, 6003, 6004)
GROUP = -1001
SCHEDULE = "每天 9 点发总览"
_MOST_OPEN = 6
_LAST_WORDS = 2
_PRESSED_TWICE = 0.2
_TAKE = say(Language.zh_cn, "cases.button_take")


class Load:
    """`pace` is how many seconds a person waits between two messages, on average. The numbers, the
    words and the rhythm come from the seed. `waiting` is how many messages of a chat are kept and
    not answered: people with many open questions wait."""

    def __init__(self, telegram: TelegramEmulator, seed: int, *, pace: float = 1.0) -> None:
        self._telegram = telegram
        self._random = Random(seed)
        self._pace = pace
        self._number = self._random.randrange(1_000) * 10_000
        self._read: dict[int, int] = {}
        self.waiting: Mapping[int, int] = {}
        self._writing: list[asyncio.Task[None]] = []

    def begin(self) -> None:
        """Everybody says something for the first time; managers and staff make themselves known."""
        for number in (*MANAGERS, *STAFF):
            self._person(number).says("/help")
        by = self._person(min(MANAGERS))
        self._telegram.group(GROUP, "投放群", by=by)
        by.says(SCHEDULE)

    def start(self) -> None:
        for number in MANAGERS:
            self._go(number, self._manager)
        for number in CUSTOMERS:
            self._go(number, self._customer)
        for number in STAFF:
            self._go(number, self._server)
        self._go(GROUP, self._in_the_group)

    def stop(self) -> None:
        """The customers say something more, all at once; then everybody is silent."""
        for number in CUSTOMERS:
            for _ in range(_LAST_WORDS):
                self._person(number).says(self._slogan())
        for task in self._writing:
            task.cancel()
        self._writing.clear()

    def provoke(self, failpoint: str) -> None:
        """Say what brings a worker to the failpoint."""
        person = self._person(self._random.choice([*MANAGERS]))
        words = {
            "decided": self._note, "proposed": self._order, "voted": self._order,
            "effect_claimed": self._order, "effect_done": self._order, "executed": self._order,
        }.get(failpoint, self._lead)  # fmt: skip
        if self._open(person.id) < _MOST_OPEN:
            person.says(words())

    def press(self) -> None:
        """Agree to whatever was asked since the last time, and take whoever waits; some people press
        twice."""
        for number in (*MANAGERS, *STAFF):
            for message in self._telegram.answers(number):
                if message["message_id"] > self._read.get(number, 0):
                    self._read[number] = message["message_id"]
                    self._agree(number, message)

    def _agree(self, number: int, message: dict[str, object]) -> None:
        keyboard = message.get("reply_markup")
        if not isinstance(keyboard, dict):
            return
        label = keyboard["inline_keyboard"][0][0]["text"]
        if "P-" not in label and label != _TAKE:
            return
        times = 2 if self._random.random() < _PRESSED_TWICE else 1
        message_id = message["message_id"]
        assert isinstance(message_id, int)
        for _ in range(times):
            self._person(number).presses(label, message=message_id)

    def _go(self, number: int, words: Callable[[], str]) -> None:
        self._writing.append(asyncio.create_task(self._write(number, words)))

    async def _write(self, number: int, words: Callable[[], str]) -> None:
        chat = number if number < 0 else None
        person = self._person(min(MANAGERS) if number < 0 else number)
        while True:
            await asyncio.sleep(self._random.uniform(0.2, 1.8) * self._pace)
            if self._open(number) < _MOST_OPEN:
                person.says(words(), chat=chat)
            self.press()

    def _open(self, chat: int) -> int:
        """Messages of a chat that are not answered, as far as we know."""
        pending = self._telegram.bots[0].updates.pending
        there = sum(update.queue == chat for update in pending.values())
        return there + self.waiting.get(chat, 0)

    def _person(self, number: int) -> Person:
        known = {**MANAGERS, **STAFF}
        return self._telegram.user(number, known.get(number, f"访客{number}"))

    def _manager(self) -> str:
        return self._one_of(
            (self._lead, self._order, self._budget, self._question, self._slogan, self._note)
        )

    def _customer(self) -> str:
        return self._one_of((self._wish, self._slogan, self._slogan, self._call, self._complaint))

    def _server(self) -> str:
        """Words for whoever is served; seldom an end of that."""
        return self._one_of((*[self._reply] * 5, lambda: "/handback"))

    def _in_the_group(self) -> str:
        name = self._telegram.bots[0].username
        return f"@{name} {self._one_of((self._lead, self._question))}"

    def _one_of(self, kinds: Sequence[Callable[[], str]]) -> str:
        return self._random.choice(kinds)()

    def _lead(self) -> str:
        return f"新建线索 小火，电话 {self._phone()}"

    def _question(self) -> str:
        return f"查一下线索 {self._phone()}"

    def _order(self) -> str:
        return f"在美国建个销售广告，名字叫 k{self._phone()[3:]}，每天预算 100"

    def _budget(self) -> str:
        """Of a campaign with a history; the limits refuse some."""
        return f"C-{self._random.randint(1, 2)} 预算加 {self._random.randint(1, 5)}%"

    def _slogan(self) -> str:
        """For the language model: the planner is not sure of it."""
        return f"帮我想三个春天的口号，编号 {self._phone()}"

    def _note(self) -> str:
        """The same, and the model orders something."""
        return f"给 小春 {self._phone()} 备注 春季活动"

    def _wish(self) -> str:
        return f"我叫小雨，电话 {self._phone()}，想了解课程"

    def _call(self) -> str:
        return "转人工"

    def _complaint(self) -> str:
        return f"帮我提个工单：包裹 {self._phone()} 没收到"

    def _reply(self) -> str:
        return f"我来看看，编号 {self._phone()}"

    def _phone(self) -> str:
        self._number += 1
        return f"177{self._number % 10**8:08d}"
