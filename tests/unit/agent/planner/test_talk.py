"""Messages that are no orders get a word and no tool."""

from collections.abc import Mapping

import pytest

from agent.planner.planner import LocalPlanner
from tests.unit.agent.conftest import Hears


@pytest.mark.parametrize(
    ("text", "talk"),
    [
        ("你好呀", "greeting"),
        ("您好，在嗎", "greeting"),
        ("hi there!", "greeting"),
        ("多謝啦", "thanks"),
        ("thanks a lot!", "thanks"),
        ("拜拜啦", "bye"),
        ("你到底是谁", "identity"),
        ("are you a human being?", "identity"),
        ("你都会做什么", "capabilities"),
        ("what can you do for me?", "capabilities"),
        ("以后报表都用英文吧", "noted"),
        ("以後別在晚上打擾我", "noted"),
        ("we only sell to small companies", "noted"),
        ("不用建活动了", "cancelled"),
        ("先别停 C-3", "cancelled"),
        ("don't change anything", "cancelled"),
        ("今天上海天气怎么样", "out_of_scope"),
        ("幫我訂一張高鐵票", "out_of_scope"),
        ("write me a song", "out_of_scope"),
        ("asdkjfh", "unclear"),
    ],
)
def test_talk_is_answered_as_talk(hears: Hears, text: str, talk: str) -> None:
    assert hears(text).talk == talk


@pytest.mark.parametrize("text", ["我们公司主要做什么的呢", "我们的目标ROAS是多少？"])
def test_a_question_is_never_noted_as_a_fact(hears: Hears, text: str) -> None:
    assert hears(text).talk != "noted"


class TestCustomers:
    @pytest.mark.parametrize(
        ("text", "tool"),
        [
            ("我叫王芳，电话13812345678", "leave_contact"),
            ("my email is tom@example.com", "leave_contact"),
            ("幫我轉接真人客服", "request_human"),
            ("I'd like to talk to a person", "request_human"),
            ("我对海鲜过敏", "remember"),
            ("I prefer evenings", "remember"),
        ],
    )
    def test_have_tools_of_their_own(self, hears: Hears, text: str, tool: str) -> None:
        (call,) = hears(text, persona="customer").calls
        assert call.tool == tool

    @pytest.mark.parametrize(
        "text", ["把C-3预算加到1000", "暫停 C-3", "export the leads to excel", "讲个笑话吧"]
    )
    def test_cannot_reach_the_managers_tools(self, hears: Hears, text: str) -> None:
        assert hears(text, persona="customer").talk == "out_of_scope"

    def test_what_they_say_about_themselves_is_kept_as_said(self, hears: Hears) -> None:
        (call,) = hears("我对花生过敏", persona="customer").calls
        assert call.args == {"fact": "我对花生过敏"}


@pytest.mark.parametrize(("share", "tools"), [(0.25, []), (0.35, ["create_lead"])])
def test_what_is_hardly_an_order_changes_nothing(
    hears: Hears, planner: LocalPlanner, monkeypatch: pytest.MonkeyPatch, share: float,
    tools: list[str],
) -> None:  # fmt: skip
    labels = planner._intents.scores("", "manager")

    def doubtful(text: str, persona: str, thorough: bool = False) -> Mapping[str, float]:
        return dict.fromkeys(labels, 0.0) | {"talk_unclear": 0.6, "create_lead": share}

    monkeypatch.setattr(planner._intents, "scores", doubtful)
    assert [call.tool for call in hears("把李雷设成经理").calls] == tools
