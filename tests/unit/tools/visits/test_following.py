"""A visit moves along the playbook it began with, and nobody is asked twice."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.builders.playbooks import DEMO, a_playbook
from tools.mood import Mood
from tools.visits.following import (
    Heard,
    Place,
    Step,
    asking,
    begun,
    chosen,
    followed,
    question,
    to_look_up,
)

PLAYBOOK = a_playbook()
OTHER = a_playbook(
    DEMO, ("name: trial", "name: returns"), ("[想试用, free trial]", "[退货]\n  mood: [angry]")
)
NEXT = {stage.name: stage.next for stage in PLAYBOOK.stages}


def heard(text: str, *tools: str, answers: bool = True, mood: Mood | None = None) -> Heard:
    return Heard(
        text=text, today=date(2026, 11, 18), tools=frozenset(tools), answers=answers, mood=mood
    )


def talk(*texts: str) -> Step:
    """A talk in which every question that is open is asked."""
    step = begun(PLAYBOOK, heard(texts[0]))
    for text in texts[1:]:
        step = followed(PLAYBOOK, asked(step).place, heard(text))
    return step


def asked(step: Step) -> Step:
    return asking(step, question(step)) if question(step) else step


def test_it_begins_with_the_first_question() -> None:
    step = talk("想试用")
    assert (step.place.stage, question(step), step.begins) == ("size", "team", True)


def test_what_was_told_already_is_not_asked_and_its_stage_is_passed() -> None:
    step = talk("我们20个人想试用专业版")
    assert step.place.variables == {"team": 20, "plan": "pro"}
    assert (step.place.stage, question(step)) == ("purpose", "use")


def test_a_question_is_followed_by_the_next_one_until_all_is_known() -> None:
    step = talk("想试用", "20人", "专业版", "做培训", "13900001234")
    assert step.place.variables == {
        "team": 20, "plan": "pro", "use": "做培训", "contact": "13900001234",
    }  # fmt: skip
    assert step.place.done
    assert question(step) == ""


def test_a_refusal_ends_the_questions_and_not_the_hearing() -> None:
    step = talk("想试用", "不方便说", "我们20人，专业版")
    assert step.place.quiet
    assert question(step) == ""
    assert (step.place.stage, step.place.variables) == ("purpose", {"team": 20, "plan": "pro"})


def test_who_passes_over_a_question_is_asked_the_next_one_and_never_the_same() -> None:
    assert question(talk("想试用", "你们公司在哪")) == "plan"
    assert question(talk("想试用", "你们公司在哪", "哦")) == ""


def test_who_tells_something_else_first_may_still_answer() -> None:
    step = followed(PLAYBOOK, Place(stage="purpose", asked=("use",), open="use"), heard("专业版"))
    assert step.place.open == "use"
    assert followed(PLAYBOOK, step.place, heard("做培训")).place.variables["use"] == "做培训"


def test_a_stage_ends_after_so_many_messages() -> None:
    place = Place(stage="purpose", variables={"team": 3, "plan": "pro"})
    once = followed(PLAYBOOK, place, heard("嗯", answers=False))
    assert once.place.stage == "purpose"
    assert followed(PLAYBOOK, once.place, heard("哦", answers=False)).place.stage == "contact"


def test_a_stage_ends_when_its_tool_did_its_work_and_only_its_own() -> None:
    assert followed(PLAYBOOK, Place(stage="contact"), heard("好", "leave_contact")).place.done
    early = followed(PLAYBOOK, Place(stage="purpose"), heard("做培训", "leave_contact"))
    assert not early.place.done


def test_a_changed_mind_is_heard() -> None:
    assert talk("想试用", "20人", "专业版", "还是基础版吧").place.variables["plan"] == "basic"


class TestBeginning:
    def test_words_choose(self) -> None:
        assert chosen([PLAYBOOK, OTHER], heard("我要退货")) is OTHER
        assert chosen([PLAYBOOK, OTHER], heard("今天天气真好")) is None
        assert chosen([PLAYBOOK, OTHER], heard("我不退货")) is None

    def test_other_words_keep_it_from_beginning(self) -> None:
        picky = a_playbook(DEMO, ("[想试用, free trial]", "[想试用]\n  unless: [退款]"))
        assert chosen([picky], heard("想试用")) is picky
        assert chosen([picky], heard("想试用完再退款")) is None

    def test_mood_chooses_when_no_words_do(self) -> None:
        assert chosen([PLAYBOOK, OTHER], heard("怎么回事", mood=Mood.angry)) is OTHER
        assert chosen([PLAYBOOK, OTHER], heard("想试用", mood=Mood.angry)) is PLAYBOOK

    def test_only_words_lead_away_from_one_that_goes_on(self) -> None:
        both = [PLAYBOOK, OTHER]
        assert chosen(both, heard("怎么回事", mood=Mood.angry), "trial") is None
        assert chosen(both, heard("我要退货"), "trial") is OTHER
        assert chosen(both, heard("想试用，不行再退货"), "trial") is None


def test_what_is_to_be_looked_up_has_the_customers_words_in_it() -> None:
    looks = a_playbook(
        DEMO,
        ("    needs: [contact]\n", '    needs: [contact]\n    look_up: {zh: "{use}方案", en: "{use}"}\n'),
    )  # fmt: skip
    place = Place(stage="purpose", asked=("use",), open="use")
    step = followed(looks, place, heard("做培训"))
    assert to_look_up(step, english=False) == "做培训方案"
    assert to_look_up(replace(step, entered=False), english=False) == ""
    skipped = followed(looks, replace(place, turns=1), heard("随便看看", answers=False))
    assert (skipped.place.stage, to_look_up(skipped, english=False)) == ("contact", "")


SAID = st.one_of(
    st.sampled_from(
        [
            "想试用",
            "20人",
            "专业版",
            "基础版",
            "不方便说",
            "做培训",
            "13900001234",
            "好的",
            "为什么？",
            "我要退货",
            "no",
            "不",
        ]
    ),
    st.text(max_size=20),
)
MESSAGES = st.lists(
    st.tuples(SAID, st.sampled_from([(), ("leave_contact",), ("search_knowledge",)]),
              st.booleans(), st.booleans(), st.sampled_from([None, *Mood])),
    max_size=12,
)  # fmt: skip


@given(MESSAGES)
def test_whatever_is_said_stages_follow_each_other_as_declared_and_no_question_comes_twice(
    messages: list[tuple[str, tuple[str, ...], bool, bool, Mood | None]],
) -> None:
    step = begun(PLAYBOOK, heard("想试用"))
    questions: list[str] = []
    for text, tools, answers, may_ask, mood in messages:
        before = step.place
        if may_ask and (name := question(step)):
            questions.append(name)
            before = asking(step, name).place
        message = heard(text, *tools, answers=answers, mood=mood)
        step = followed(PLAYBOOK, before, message)
        assert step == followed(PLAYBOOK, before, message), "a turn may run twice"
        passed = between(before.stage, step.place)
        for number, name in enumerate(passed):
            first = number == 0
            turns = before.turns + 1 if first else 0
            assert has_ended(name, step.place, turns, tools if first else ())
        stays = not passed and not before.done
        assert step.place.turns == (before.turns + 1 if stays else 0) or step.place.done
        assert before.done <= step.place.done
        assert before.quiet <= step.place.quiet
        assert set(step.place.variables) >= set(before.variables)
        assert not (step.place.quiet and question(step))
    assert len(questions) == len(set(questions))


def between(stage: str, place: Place) -> list[str]:
    """The stages that were left on the way to `place`; fails when no way leads there."""
    left = []
    while stage != place.stage:
        left.append(stage)
        following = NEXT[stage]
        assert following is not None, f"no way leads to {place.stage}"
        stage = following
    return left


def has_ended(name: str, place: Place, turns: int, tools: tuple[str, ...]) -> bool:
    """What the playbook says about the end of a stage."""
    stage = PLAYBOOK.stage(name)
    assert stage is not None
    all_known = bool(stage.done.filled) and {*stage.done.filled} <= {*place.variables}
    return all_known or stage.done.turns == turns or stage.done.tool in tools
