"""Whatever is said in a visit: what is told of it comes from there, and from nowhere else."""

import re
from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.hours import HoursSettings
from config.i18n import Language, say
from config.roles import Role
from storage.database import Database
from storage.ledger import ActionLedger
from storage.tables.case import CaseStatus
from storage.tables.ticket import TicketStatus
from storage.tables.visit import Mood
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeNotifier, FakePlatforms, FakeWriter
from tools.context import Asker, ToolContext
from tools.visits.suggesting import suggestions
from tools.visits.summarising import remembered, rule_lines
from tools.visits.talk import (
    CaseSeen,
    LeadSeen,
    Said,
    StaffWords,
    Talk,
    TicketSeen,
    cited_titles,
    is_small_talk,
    short,
    unanswered,
    wanted,
    words_of,
)

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
PIECES = st.sampled_from(
    [
        "鞋子", "几天可以退货", "多少钱", "？", "?", "，", " ", "\n", "谢谢", "你好", "我要退款", "42", "3999元",
        "A-12", "K-7", "13900001234", "3.14", "1,200", "SN00123456789", "我穿 42 码", "我昨天买了耳机", "明天给您回电话",
        "I want a refund", "how much is it", "https://a.example/x1", "“引用”", "《书》", "/received", "😀", "x" * 70, "9" * 70,
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=12).map("".join)
TITLES = st.sampled_from(["退货政策", "Warranty 24", "2026 价目表"])
SAID = st.builds(
    Said, id=st.integers(1, 99), text=TEXTS, at=st.just(NOW), unsure=st.booleans(),
    sources=st.lists(TITLES, max_size=2).map(tuple),
)  # fmt: skip
STAFF = st.builds(
    StaffWords, name=st.sampled_from(["李雷", "Ann 2"]), text=TEXTS, at=st.just(NOW),
    person_id=st.one_of(st.none(), st.just(5)),
)  # fmt: skip
TALKS = st.builds(
    Talk, visit_id=st.just(1), customer=st.sampled_from(["赵敏", "User 8"]),
    intent=st.sampled_from(["", "create_ticket", "search_knowledge", "greeting"]),
    started_at=st.just(NOW), last_at=st.just(NOW), mood=st.sampled_from(Mood),
    worst_mood=st.sampled_from(Mood), said=st.lists(SAID, max_size=5).map(tuple),
    staff=st.lists(STAFF, max_size=3).map(tuple),
    tickets=st.lists(
        st.builds(TicketSeen, ref=st.sampled_from(["K-3", "K-12"]),
                  status=st.sampled_from(TicketStatus)), max_size=2).map(tuple),
    cases=st.lists(
        st.builds(CaseSeen, ref=st.sampled_from(["H-2"]), status=st.sampled_from(CaseStatus)),
        max_size=1).map(tuple),
    lead=st.one_of(st.none(), st.builds(
        LeadSeen, ref=st.just("L-5"), owner_id=st.none(), reachable=st.booleans(),
        bought=st.booleans())),
    products=st.lists(st.sampled_from(["点读笔 2"]), max_size=1).map(tuple),
    learned=st.lists(st.sampled_from(["预算=5000"]), max_size=1).map(tuple),
)  # fmt: skip
# A number, an id, a word of letters: whole, as it stands there.
_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[.,:/@_+-]+[A-Za-z0-9]+)*")


def a_service(language: Language = Language.zh_cn) -> ToolContext:
    """Of rules alone, which ask nothing of the database."""
    return ToolContext(
        organisation_id=1, asker=Asker(id=0, name="HuoKe", role=Role.manager), language=language,
        timezone=ZoneInfo("Asia/Shanghai"), currency="CNY", conversation_id=0, order_key="v",
        database=cast(Database, None), ledger=cast(ActionLedger, None), clock=FakeClock(NOW),
        platforms=FakePlatforms(), notifier=FakeNotifier(), writer=FakeWriter(),
        hours=HoursSettings(weekly=("mon-fri 09:00-18:00",)),
    )  # fmt: skip


def tokens(text: str) -> set[str]:
    return {token for token in _TOKEN.findall(text) if any(map(str.isdigit, token))}


def known_tokens(talk: Talk) -> set[str]:
    rows = [
        *words_of(talk), talk.customer, *talk.products, *talk.learned,
        *(title for each in talk.said for title in each.sources),
        *(each.name for each in talk.staff), *(each.ref for each in talk.tickets),
        *(each.ref for each in talk.cases), talk.lead.ref if talk.lead else "",
    ]  # fmt: skip
    # What a line break or a clause parts in a message stands apart in the summary, too.
    return {token for row in rows for token in tokens(row) | tokens(" ".join(row.split()))}


@given(TALKS, st.sampled_from([Language.zh_cn, Language.en]))
@settings(max_examples=120, deadline=None)
def test_every_number_and_id_of_a_summary_stands_in_the_rows(
    talk: Talk, language: Language
) -> None:
    context = a_service(language)
    lines = rule_lines(context, talk)
    for line in [*lines, *remembered(context, talk)]:
        assert tokens(line) <= known_tokens(talk), line
    assert len(lines) <= 6
    assert not lines or len(lines) >= 2
    assert bool(lines) is not is_small_talk(talk)
    assert lines == rule_lines(context, talk)


@given(TALKS)
@settings(max_examples=120, deadline=None)
def test_suggestions_are_one_of_a_kind_and_never_in_the_past(talk: Talk) -> None:
    found = suggestions(a_service(), talk)
    assert len({each.rule for each in found}) == len(found)
    for each in found:
        assert each.due_on >= NOW.date()
        assert tokens(each.text) <= known_tokens(talk)
    assert found == suggestions(a_service(), talk)


@given(TEXTS, st.integers(5, 80))
def test_what_is_cut_is_cut_between_words(text: str, letters: int) -> None:
    line = " ".join(text.split())
    cut = short(text, letters)
    assert len(cut) <= letters + 1
    if cut != line:
        kept = cut.removesuffix("…")
        assert line.startswith(kept)
        assert tokens(kept) <= tokens(line)


@pytest.mark.parametrize("language", Language)
def test_the_titles_under_an_answer_are_read(language: Language) -> None:
    between = say(language, "answers.between")
    listed = between.join(["退货政策 > 鞋子 [1]", "Warranty [2] https://shop.example/w"])
    answer = f"可退。[1]\n\n{say(language, 'answers.sources', sources=listed)}"
    assert cited_titles(answer) == ("退货政策", "Warranty")
    assert cited_titles(f"{answer}\n\n还有一句") == ("退货政策", "Warranty")


@pytest.mark.parametrize("text", ["", "来源：没有", "我们的来源：很多", "Sources: many\nmore"])
def test_what_is_no_list_of_sources_names_none(text: str) -> None:
    assert cited_titles(text) == ()


def a_talk(*texts: str, unsure: bool = False) -> Talk:
    said = tuple(
        Said(id=n, text=text, at=NOW + timedelta(minutes=n), unsure=unsure)
        for n, text in enumerate(texts, 1)
    )
    return Talk(visit_id=1, customer="赵敏", intent="", started_at=NOW, last_at=NOW, said=said)


@pytest.mark.parametrize(
    ("said", "came_for"),
    [
        (("你好", "鞋子能退吗？", "谢谢"), ["鞋子能退吗？"]),
        (("我要退货", "我很喜欢蓝色"), ["我要退货"]),
        (("我的电话 13900001234", "想买一台学习机"), ["想买一台学习机"]),
        (("鞋子能退吗？", "鞋子能退吗？"), ["鞋子能退吗？"]),
        (("我很喜欢蓝色",), ["我很喜欢蓝色"]), (("谢谢", "/cancel"), []),
    ],
)  # fmt: skip
def test_what_they_came_for_is_told_in_their_own_words(
    said: tuple[str, ...], came_for: list[str]
) -> None:
    assert [each.text for each in wanted(a_talk(*said))] == came_for


def test_thanks_are_no_open_question() -> None:
    assert unanswered(a_talk("谢谢", "好的", unsure=True)) == []
