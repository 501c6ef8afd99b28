"""Leads in the chat: converted, imported from a file, merged, and taken back."""

from sqlalchemy import select

from bot.messages import File
from storage.tables.job import Job
from storage.tables.lead import LeadStatus
from tests.fakes.ports import OpenFence
from tests.journeys.chat import AGENT, CUSTOMER, Chat
from tools.leads.jobs import HANDLERS

CSV = "姓名,联系电话,单位\n周一一,13911110001,星海\n周二二,139,星海\n周三三,13911110003,月海\n"
FILE = File(name="名单.csv", media_type="text/csv", content=CSV.encode("gb18030"))


async def work(chat: Chat) -> None:
    """What the job runner would do now."""
    async with chat.service.database.reading() as session:
        jobs = (await session.scalars(select(Job).where(Job.kind == "leads.import"))).all()
    for job in jobs:
        context = await chat.ground.tools_of_job(job.created_by, f"job:{job.key}", OpenFence())
        await HANDLERS[job.kind](context, job.payload)
    await chat.service.settled()


async def test_a_lead_becomes_a_customer_and_back(chat: Chat) -> None:
    before = (await chat.lead("L-1")).status
    assert "已转为客户" in await chat.says("把 L-1 转成客户")
    assert (await chat.lead("L-1")).status is LeadStatus.converted
    assert "已撤销" in await chat.says("撤销")
    assert (await chat.lead("L-1")).status is before


async def test_a_file_is_imported_after_a_yes_and_taken_back(chat: Chat) -> None:
    before = await chat.leads()
    opened = await chat.says("", files=(FILE,))
    assert "联系电话 → 手机" in opened
    assert await chat.leads() == before
    assert "开始导入" in await chat.presses("开始导入")
    await work(chat)
    done = await chat.last()
    assert "新建 2 条，并入已有 0 条，未导入 1 行" in done.text
    assert [file.name for file in done.files] == ["I-1-rejected.csv"]
    assert await chat.leads() == before + 2
    assert "已完成" in await chat.says("/import I-1")
    assert "还原 2 行" in await chat.says("撤销")
    assert await chat.leads() == before


async def test_a_cancelled_file_imports_nothing(chat: Chat) -> None:
    before = await chat.leads()
    await chat.says("", files=(FILE,))
    assert "什么都没有导入" in await chat.presses("取消")
    await work(chat)
    assert await chat.leads() == before


async def test_only_managers_import_files(chat: Chat) -> None:
    assert "需要更高的权限" in await chat.says("", as_=AGENT, files=(FILE,))
    assert "导入编号" not in await chat.says("", as_=CUSTOMER, files=(FILE,))


async def test_a_file_that_is_no_table_is_refused_with_advice(chat: Chat) -> None:
    file = File(name="photo.png", media_type="image/png", content=b"\x89PNG")
    assert "请发 CSV 或 Excel" in await chat.says("", files=(file,))


async def test_doubles_are_merged_by_a_command_and_taken_apart(chat: Chat) -> None:
    assert "合并到 L-1" in await chat.says("/merge L-1 L-2")
    assert (await chat.lead("L-2")).merged_into == 1
    assert "L-1" in await chat.says("L-2 的详情")
    assert "已撤销" in await chat.says("撤销")
    assert (await chat.lead("L-2")).merged_into is None


async def test_staff_are_set_and_shown(chat: Chat) -> None:
    said = "/staff 李雷 skills=抖音,教育 capacity=30 hours=9:00-18:00 days=1-5"
    assert "擅长 抖音、教育" in await chat.says(said)
    assert "/30" in await chat.says("/staff")
