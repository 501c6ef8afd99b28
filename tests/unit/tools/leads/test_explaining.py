"""explain_lead_score: every point in words."""

from datetime import timedelta

import pytest

from config.i18n import Language
from storage.tables.lead import Activity, Trait
from tests.builders.leads import SalesOffice, a_sales_office
from tools.leads.errors import LeadNotFound


async def test_every_part_gives_its_reasons(office: SalesOffice) -> None:
    lead = await office.lead()
    await office.did(lead, Activity.visit, Activity.visit, Activity.enquiry)
    await office.did(lead, *[Activity.mail_open] * 4)
    await office.is_known_as(lead, Trait.decision_maker)
    result = await office.order("explain_lead_score", lead="L-1")
    assert result.text == (
        "L-1 王强 现在 59 分（满分 100）：\n"
        "· 行为 25/40：访问 2 次 +10、咨询 1 次 +15\n"
        "· 属性 15/30：决策人 +15\n"
        "· 互动 9/20：打开邮件 4 次（最多算 3 次）+9\n"
        "· 活跃 10/10：7 天内活跃 +10"
    )
    assert result.data["parts"] == {
        "behaviour": 25, "attributes": 15, "interaction": 9, "recency": 10,
    }  # fmt: skip
    assert (await office.look("L-1")).score == 59


async def test_points_that_the_limits_take_away_are_explained(office: SalesOffice) -> None:
    lead = await office.lead()
    await office.did(lead, *[Activity.event] * 3, ago=timedelta(days=40))
    text = await office.says("explain_lead_score", lead="L-1")
    assert "行为 40/40：参加活动 3 次 +60、最多算 40" in text
    assert "活跃 0/10：30 天没有动静 -5、最低算 0" in text


async def test_a_lead_that_did_nothing_has_nothing_to_explain(office: SalesOffice) -> None:
    await office.lead()
    english = office.context(language=Language.en)
    result = await office.order("explain_lead_score", context=english, lead="L-1")
    assert result.text.splitlines()[:2] == [
        "L-1 王强 has 0 of 100 points:",
        "· Behaviour 0/40: nothing yet",
    ]


async def test_the_score_of_another_organisations_lead_is_not_told(office: SalesOffice) -> None:
    lead = await office.lead()
    await office.did(lead, Activity.visit)
    other = await a_sales_office(office.database, office.clock, slug="other")
    with pytest.raises(LeadNotFound):
        await other.order("explain_lead_score", lead="L-1")
    await other.lead()
    assert (await other.order("explain_lead_score", lead="L-1")).data["score"] == 0
