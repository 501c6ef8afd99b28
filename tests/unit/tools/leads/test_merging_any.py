"""Whatever leads there are: merging them in any order loses nothing, and undo is the way back."""

import asyncio
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.database import Database
from tests.builders.leads import SalesOffice, a_sales_office
from tests.fakes.clock import FakeClock
from tests.unit.tools.leads.test_merging import change, everything, values
from tools.leads.merging import merge_leads
from tools.leads.undoing import undo_merge

LEAD = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["王强", "王先生", "Wang Qiang"]),
        "phone": st.sampled_from([None, "+8613800138000", "+8613900139000"]),
        "wechat": st.sampled_from([None, "wq1", "WQ1", "other"]),
        "email": st.sampled_from([None, "w@q.cn", "q@w.cn"]),
        "company": st.sampled_from([None, "星海", "星海教育"]),
        "tags": st.lists(st.sampled_from(["vip", "VIP", "雅思", "团购"]), max_size=3, unique=True),
        "note": st.sampled_from([None, "要发票", "下周回电"]),
    }
)
WORLD = st.lists(LEAD, min_size=2, max_size=4).flatmap(
    lambda leads: st.tuples(st.just(leads), st.permutations(range(1, len(leads) + 1)))
)


@given(WORLD)
@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
def test_merging_any_leads_in_any_order_keeps_everything_and_can_be_undone(
    sqlite_template: Path, world: tuple[list[dict[str, Any]], list[int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = shutil.copy(sqlite_template, Path(folder) / "huoke.db")
        asyncio.run(_merged(f"sqlite+aiosqlite:///{path}", *world))


async def _merged(url: str, leads: list[dict[str, Any]], order: list[int]) -> None:
    async with Database(url) as database:
        office = await a_sales_office(database, FakeClock())
        for lead in leads:
            await _enter(office, **lead)
        refs = [f"L-{number}" for number in order]
        known: set[str] = set().union(*[await values(office, ref) for ref in refs])
        before = await everything(office)
        office.clock.advance(timedelta(minutes=5))
        await merge_leads(office.context(), refs)
        assert await values(office, refs[0]) == known
        assert await office.all() == 1
        assert (await office.look(refs[-1])).ref == refs[0]
        await undo_merge(office.context(), await change(office))
        assert await everything(office) == before


async def _enter(office: SalesOffice, **lead: Any) -> None:
    row = await office.lead(
        lead["name"], contact_phone=lead["phone"], contact_wechat=lead["wechat"],
        wechat_key=lead["wechat"] and lead["wechat"].lower(), contact_email=lead["email"],
        company=lead["company"],
    )  # fmt: skip
    if lead["tags"]:
        await office.order("update_lead", lead=row.ref, add_tags=lead["tags"])
    if lead["note"]:
        await office.order("update_lead", lead=row.ref, note=lead["note"])
