"""The checker on books that are made up: it finds each fault by its name, and nothing else."""

from dataclasses import replace
from typing import Any

import pytest

from config.i18n import Language, say
from tests.chaos.books import (
    Books,
    Effect,
    Received,
    Sent,
    Update,
    Visit,
    effects_in,
    updates_in,
)
from tests.chaos.checking import INVARIANTS, check, repetitions

CHAT = 5001
SOUND = Books(
    updates=[Update(id=101, chat=CHAT), Update(id=102, chat=CHAT)],
    received=[Received(id=1, external_id="101"), Received(id=2, external_id="102")],
    sent=[
        Sent(id=7, chat=CHAT, text="第一", reply_to=1, external_id="31"),
        Sent(id=8, chat=CHAT, text="第二", reply_to=2, external_id="32"),
    ],
    effects=[
        Effect(n=11, chat=CHAT, message_id=31, text="第一"),
        Effect(n=12, chat=CHAT, message_id=32, text="第二"),
    ],
    campaigns=["k1", "k2"],
    leads=["+8617700000001"],
)


def marked(text: str) -> str:
    return say(Language.zh_cn, "bot.maybe_repeated", text=text)


def sent(number: int, **changes: Any) -> list[Sent]:
    """The outbox, with a row that is different."""
    return [replace(row, **changes) if row.id == number else row for row in SOUND.sent]


def test_sound_books_break_nothing() -> None:
    assert check(SOUND) == {}


BROKEN: dict[str, tuple[Books, list[Any]]] = {
    "lost": (replace(SOUND, updates=[*SOUND.updates, Update(id=103, chat=CHAT)]), [103]),
    "received_twice": (
        replace(
            SOUND,
            received=[*SOUND.received, Received(id=3, external_id="102")],
            sent=[*SOUND.sent, Sent(id=9, chat=CHAT, text="第三", reply_to=3, external_id="33")],
            effects=[*SOUND.effects, Effect(n=13, chat=CHAT, message_id=33, text="第三")],
        ),
        ["102"],
    ),
    "unanswered": (
        replace(SOUND, sent=SOUND.sent[:1], effects=SOUND.effects[:1]),
        ["102"],
    ),
    "answered_twice": (
        replace(
            SOUND,
            sent=[*SOUND.sent, Sent(id=9, chat=CHAT, text="第三", reply_to=2, external_id="33")],
            effects=[*SOUND.effects, Effect(n=13, chat=CHAT, message_id=33, text="第三")],
        ),
        [2],
    ),
    "carried_twice": (
        replace(
            SOUND,
            sent=[
                *SOUND.sent,
                *(
                    Sent(
                        id=9 + case,
                        chat=5101,
                        text="在吗",
                        external_id=str(33 + case),
                        key=f"inbox:5:case:{case}:to:4",
                    )
                    for case in range(2)
                ),
            ],
            effects=[
                *SOUND.effects,
                Effect(n=13, chat=5101, message_id=33, text="在吗"),
                Effect(n=14, chat=5101, message_id=34, text="在吗"),
            ],
        ),
        [(5, 5101)],
    ),
    "served_twice": (replace(SOUND, served=[3, 4, 3]), [3]),
    "twice": (
        replace(SOUND, campaigns=["k1", "k1"], leads=["+861", "+861"], astray=["A-3.1"]),
        ["k1", "+861", "A-3.1"],
    ),
    "order": (
        replace(SOUND, effects=[replace(SOUND.effects[0], n=13), SOUND.effects[1]]),
        [101],
    ),
    "undelivered": (replace(SOUND, effects=SOUND.effects[:1]), [8]),
    "silent_duplicates": (
        replace(SOUND, effects=[*SOUND.effects, replace(SOUND.effects[1], n=13, message_id=33)]),
        [8],
    ),
    "uncounted": (
        replace(SOUND, effects=[SOUND.effects[0], replace(SOUND.effects[1], seen=False)]),
        [8],
    ),
    "unexplained": (
        replace(
            SOUND, effects=[*SOUND.effects, Effect(n=13, chat=CHAT, message_id=33, text="谁？")]
        ),
        [(CHAT, 33)],
    ),
    "unserved": (
        replace(
            SOUND,
            taken=["a:1", "a:2", "a:3", "a:4", "a:5"],
            visits=[
                Visit(name="a:1"),
                Visit(name="a:2", kept=2),
                Visit(name="a:3", answers=0),
                Visit(name="a:4", carried=1),
            ],
            unshown=[17],
        ),
        ["a:2", "a:3", "a:4", "a:5", 17],
    ),
    "stranded": (
        replace(SOUND, held=[4], unfinished=["approval:1:0"]),
        ["lease 4", "action approval:1:0"],
    ),
}


@pytest.mark.parametrize("name", INVARIANTS)
def test_what_is_broken_is_found_by_its_name(name: str) -> None:
    books, offenders = BROKEN[name]
    assert check(books) == {name: offenders}


def test_what_telegram_was_never_told_may_be_missing() -> None:
    waiting = Update(id=103, chat=CHAT, confirmed=False)
    assert check(replace(SOUND, updates=[*SOUND.updates, waiting])) == {}


def test_what_was_carried_to_the_other_side_needs_no_answer_of_ours() -> None:
    staff = Sent(
        id=8, chat=CHAT, text="客服 李雷：在", reply_to=1, external_id="32",
        key="inbox:2:case:1:out",
    )  # fmt: skip
    books = replace(
        SOUND,
        sent=[SOUND.sent[0], staff],
        effects=[SOUND.effects[0], replace(SOUND.effects[1], text="客服 李雷：在")],
    )
    assert check(books) == {}


def test_what_was_brought_to_the_web_page_needs_no_answer_of_ours() -> None:
    books = replace(SOUND, sent=SOUND.sent[:1], effects=SOUND.effects[:1], to_page=[2])
    assert check(books) == {}


def test_what_was_carried_and_answered_is_answered_twice() -> None:
    carried = Sent(
        id=9, chat=5101, text="第二", external_id="33", key="inbox:2:case:1:to:4",
    )  # fmt: skip
    books = replace(
        SOUND,
        sent=[*SOUND.sent, carried],
        effects=[*SOUND.effects, Effect(n=13, chat=5101, message_id=33, text="第二")],
    )
    assert check(books) == {"answered_twice": [2]}


def test_what_nobody_said_needs_no_answer() -> None:
    joined = Update(id=103, chat=CHAT, kind="my_chat_member", text="")
    assert check(replace(SOUND, updates=[*SOUND.updates, joined])) == {}


def test_a_repetition_that_says_so_and_is_counted_is_honest() -> None:
    books = replace(
        SOUND,
        sent=sent(8, external_id="33", doubts=1),
        effects=[
            SOUND.effects[0],
            replace(SOUND.effects[1], seen=False),
            Effect(n=13, chat=CHAT, message_id=33, text=marked("第二")),
        ],
    )
    assert check(books) == {}
    assert repetitions(books) == 1


def test_a_repetition_that_is_counted_and_does_not_say_so_is_silent() -> None:
    books = replace(
        SOUND,
        sent=sent(8, external_id="33", doubts=1),
        effects=[*SOUND.effects, Effect(n=13, chat=CHAT, message_id=33, text="第二")],
    )
    assert check(books) == {"silent_duplicates": [8]}


def test_a_message_that_may_not_have_come_is_counted_and_not_missed() -> None:
    books = replace(
        SOUND,
        sent=sent(8, status="unknown", external_id=None, doubts=2),
        effects=SOUND.effects[:1],
    )
    assert check(books) == {}


def test_two_rows_with_the_same_words_have_a_message_each() -> None:
    books = replace(
        SOUND,
        sent=[replace(row, text="好") for row in SOUND.sent],
        effects=[replace(effect, text="好") for effect in SOUND.effects],
    )
    assert check(books) == {}


def test_what_showed_later_does_not_belong_to_an_earlier_doubt_with_the_same_words() -> None:
    books = replace(
        SOUND,
        sent=[
            Sent(id=6, chat=CHAT, text="好", status="unknown", doubts=2),
            SOUND.sent[0],
            replace(SOUND.sent[1], text="好", external_id="34", doubts=2),
        ],
        effects=[
            SOUND.effects[0],
            Effect(n=12, chat=CHAT, message_id=32, text="好", seen=False),
            Effect(n=13, chat=CHAT, message_id=33, text=marked("好"), seen=False),
            Effect(n=14, chat=CHAT, message_id=34, text=marked("好")),
        ],
    )
    assert check(books) == {}


def test_a_message_that_is_still_to_be_sent_is_stranded() -> None:
    books = replace(
        SOUND, sent=sent(8, status="sending", external_id=None), effects=SOUND.effects[:1]
    )
    assert check(books) == {"stranded": ["outbox 8"]}


def test_the_ledger_of_the_emulator_is_read() -> None:
    update = {"kind": "update", "update_id": 101, "chat": CHAT}
    ledger = [
        {**update, "n": 1, "event": "created", "type": "message", "text": "你好"},
        {**update, "n": 2, "event": "attempt", "attempt": 1},
        {**update, "n": 3, "event": "confirmed", "attempts": 1},
        {"kind": "effect", "n": 4, "method": "setMyCommands", "chat": None, "outcome": "ok"},
        {
            "kind": "effect", "n": 5, "method": "sendMessage", "chat": CHAT, "message_id": 9,
            "text": "你好", "outcome": "unseen: cut",
        },
    ]  # fmt: skip
    assert updates_in(ledger) == [Update(id=101, chat=CHAT, text="你好")]
    assert effects_in(ledger) == [
        Effect(n=5, chat=CHAT, message_id=9, text="你好", seen=False)
    ]  # fmt: skip
