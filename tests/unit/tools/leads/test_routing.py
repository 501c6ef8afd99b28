"""Who gets a lead by routing: skills, load, and working hours."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.builders.leads import SalesOffice
from tools.leads.assignment import HIGH_SCORE
from tools.leads.profiles import Profile
from tools.leads.staffing import BadStaffSetting, set_staff, show_staff

NIGHT = Profile(starts=22 * 60, ends=6 * 60, days="5")


async def profile(office: SalesOffice, said: str) -> str:
    return await set_staff(office.context(), said.split())


async def test_who_knows_the_field_gets_the_lead_though_others_are_freer(
    office: SalesOffice,
) -> None:
    li = await office.colleague("李雷")
    await office.colleague("韩梅梅")
    await profile(office, "李雷 skills=抖音,教育")
    await office.lead(score=HIGH_SCORE, industry="教育培训")
    await office.lead(assigned_to=li.id)
    text = await office.says("assign_lead", lead="L-1")
    assert "李雷擅长抖音、教育" in text
    assert (await office.look("L-1")).assigned_to == li.id


async def test_whoever_is_full_gets_no_more(office: SalesOffice) -> None:
    li = await office.colleague("李雷")
    await profile(office, "李雷 capacity=1")
    await office.lead(score=HIGH_SCORE)
    await office.lead(assigned_to=li.id)
    assert "手上都满了" in await office.says("assign_lead", lead="L-1")
    assert (await office.look("L-1")).assigned_to is None


async def test_load_is_measured_by_what_each_can_take(office: SalesOffice) -> None:
    big, small = await office.colleague("李雷"), await office.colleague("韩梅梅")
    await profile(office, "李雷 capacity=100")
    await profile(office, "韩梅梅 capacity=2")
    await office.lead(score=HIGH_SCORE)
    await office.lead(assigned_to=small.id)
    for _ in range(2):
        await office.lead(assigned_to=big.id)
    await office.order("assign_lead", lead="L-1")
    assert (await office.look("L-1")).assigned_to == big.id


async def test_with_nobody_on_duty_a_lead_waits_and_the_time_is_said(office: SalesOffice) -> None:
    await office.colleague("李雷")
    now = office.context().local_now()
    yesterday = (now - timedelta(days=1)).isoweekday()
    await profile(office, f"李雷 hours=9:00-18:00 days={yesterday}")
    await office.lead(score=HIGH_SCORE)
    back = now + timedelta(days=6)
    assert f"{back:%m-%d} 09:00 起有人接" in await office.says("assign_lead", lead="L-1")
    assert (await office.look("L-1")).assigned_to is None


async def test_a_known_hot_lead_is_routed_when_it_comes_back(office: SalesOffice) -> None:
    li = await office.colleague("李雷")
    await office.lead(score=HIGH_SCORE, contact_phone="+8613800138000")
    text = await office.says("create_lead", name="王强", phone="13800138000")
    assert "已分给李雷" in text
    assert (await office.look("L-1")).assigned_to == li.id


async def test_staff_are_shown_with_load_skills_and_hours(office: SalesOffice) -> None:
    await office.colleague("李雷")
    line = await profile(office, "小李 skills=抖音,教育 capacity=30 hours=9:00-18:00 days=1-5")
    assert line == "· 李雷：在跟 0/30 · 擅长 抖音、教育 · 周一、周二、周三、周四、周五 09:00–18:00"
    await profile(office, "小李 capacity=20")
    text = await show_staff(office.context())
    assert line.replace("0/30", "0/20") in text
    assert "· 陈总：在跟 0/50 · 擅长 暂无 · 每天 00:00–24:00" in text


@pytest.mark.parametrize(
    "said",
    ["李雷", "李雷 capacity=many", "李雷 hours=9-18", "李雷 hours=9:00-9:00", "李雷 days=5-1",
     "李雷 days=8", "公海 capacity=3"],
)  # fmt: skip
async def test_settings_that_cannot_be_read_are_refused(office: SalesOffice, said: str) -> None:
    await office.colleague("李雷")
    with pytest.raises(BadStaffSetting):
        await profile(office, said)


@pytest.mark.parametrize(
    ("day", "hour", "there"),
    [(20, 21, False), (20, 22, True), (21, 5, True), (21, 6, False), (21, 22, False)],
)
def test_a_shift_may_go_over_midnight(day: int, hour: int, *, there: bool) -> None:
    assert NIGHT.on_duty(datetime(2026, 11, day, hour, tzinfo=UTC)) is there
