"""Importing files: what is understood, what is refused, and what a kill leaves behind."""

import io
import zipfile
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
import xlsxwriter
from sqlalchemy import func, select

from config.errors import NotAllowed
from storage.media import keep_content
from storage.tables.change import ChangeRecord
from storage.tables.job import Job
from storage.tables.lead import Lead, Source
from storage.tables.lead_work import LeadImport
from storage.tables.work import InboxFile, InboxMessage
from tests.builders.chats import a_message
from tests.builders.leads import SalesOffice
from tests.fakes.ports import FakeNotifier
from tools.leads.importing import running
from tools.leads.importing.asking import (
    BadMapping,
    ImportAnswer,
    NotOpen,
    cancel_import,
    map_columns,
    open_import,
    show_import,
    start_import,
)  # fmt: skip
from tools.leads.importing.columns import guess
from tools.leads.importing.reader import Unreadable, read
from tools.leads.importing.table import Received, UnreadableFile, read_table
from tools.leads.jobs import run_import
from tools.leads.undoing import undo_import

CSV = "姓名,手机,公司,来源,标签,QQ\n王强,13800138000,星海教育,抖音,VIP、雅思,1\n李娜,138,,,,2\n赵六,13900139000,,,,3\n"


async def receive(office: SalesOffice, content: bytes, name: str = "leads.csv") -> int:
    """A file in the inbox; its id."""
    async with office.database.unit_of_work() as session:
        await a_message(
            session, office.manager, office.conversation, external_id=f"m{next(office.orders)}"
        )
        inbox_id = await session.scalar(select(func.max(InboxMessage.id)))
        assert inbox_id is not None
        row = InboxFile(
            organisation_id=office.organisation.id, inbox_id=inbox_id, position=0, name=name,
            media_type="text/csv",
            media_id=await keep_content(
                session, office.organisation.id, office.clock.now(), content, "text/csv"
            ),
        )  # fmt: skip
        session.add(row)
        await session.flush()
        return row.id


async def opened(office: SalesOffice, text: str = CSV) -> ImportAnswer:
    return await open_import(office.context(), await receive(office, text.encode()))


async def run(office: SalesOffice, notifier: FakeNotifier | None = None) -> None:
    async with office.database.reading() as session:
        job = (await session.scalars(select(Job).order_by(Job.id.desc()).limit(1))).one()
    context = office.context(conversation_id=0, notifier=notifier or FakeNotifier())
    await run_import(context, job.payload)


async def imported(office: SalesOffice) -> LeadImport:
    async with office.database.reading() as session:
        return (await session.scalars(select(LeadImport))).one()


def a_sheet(*rows: list[object]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return file.getvalue()


async def test_a_file_is_explained_before_anything_is_imported(office: SalesOffice) -> None:
    answer = await opened(office)
    assert answer.open
    assert "共 3 行" in answer.text
    assert "· 手机 → 手机（例：13800138000、138）" in answer.text
    assert "不导入的列：QQ" in answer.text
    assert await office.all() == 0


async def test_an_import_creates_merges_and_rejects(office: SalesOffice) -> None:
    known = await office.lead("老赵", contact_phone="+8613900139000")
    answer = await opened(office)
    await start_import(office.context(), answer.ref)
    notifier = FakeNotifier()
    await run(office, notifier)
    done = await imported(office)
    assert (done.created, done.merged, len(done.rejected)) == (1, 1, 1)
    new = await office.look("13800138000")
    assert (new.source_platform, new.company) == (Source.douyin, "星海教育")
    found = await office.order("get_lead", lead=new.ref)
    assert found.data["tags"] == ["VIP", "雅思"]
    assert (await office.look("13900139000")).id == known.id
    ((text, files),) = notifier.sent.values()
    assert "新建 1 条，并入已有 1 条，未导入 1 行" in text
    assert "李娜,138,,,,2,3,“138”不像电话号码" in files[0].content.decode("utf-8-sig")


async def test_a_killed_import_goes_on_at_its_batch_without_doubles(
    office: SalesOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 2)
    rows = "".join(f"人{n},1380013800{n}\n" for n in range(5))
    answer = await opened(office, f"姓名,手机\n{rows}")
    await start_import(office.context(), answer.ref)
    batch: Callable[..., Awaitable[bool]] = running._batch
    seen = 0

    async def dying(*arguments: object) -> bool:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise KeyboardInterrupt
        return await batch(*arguments)

    monkeypatch.setattr(running, "_batch", dying)
    with pytest.raises(KeyboardInterrupt):
        await run(office)
    assert (await imported(office)).position == 2
    await run(office)
    await run(office)
    assert await office.all() == 5
    assert (await imported(office)).created == 5


async def test_long_imports_tell_how_far_they_are(office: SalesOffice) -> None:
    rows = "".join(f"人,139{n:08}\n" for n in range(1, 602))
    answer = await opened(office, f"姓名,手机\n{rows}")
    await start_import(office.context(), answer.ref)
    notifier = FakeNotifier()
    await run(office, notifier)
    *told, done = [text for text, _ in notifier.sent.values()]
    assert [text.split("已完成 ")[1].split("%")[0] for text in told] == ["25", "50", "75"]
    assert "导入完成" in done


async def test_columns_can_be_corrected(office: SalesOffice) -> None:
    answer = await opened(office, "甲,乙 列\nTom,13800138000\n")
    mapped = await map_columns(office.context(), answer.ref, "姓名=甲 备注=乙 列")
    assert "· 甲 → 姓名（例：Tom）" in mapped.text
    assert "· 乙 列 → 备注" in mapped.text
    with pytest.raises(BadMapping):
        await map_columns(office.context(), answer.ref, "生日=甲")
    with pytest.raises(BadMapping):
        await map_columns(office.context(), answer.ref, "姓名=丙")


async def test_a_cancelled_or_started_import_is_not_started_again(office: SalesOffice) -> None:
    answer = await opened(office)
    assert "已取消" in (await cancel_import(office.context(), answer.ref)).text
    with pytest.raises(NotOpen):
        await start_import(office.context(), answer.ref)
    assert "已取消" in (await show_import(office.context(), None)).text


async def test_an_import_can_be_undone_where_nobody_touched_its_leads(office: SalesOffice) -> None:
    await office.lead("老赵", contact_phone="+8613900139000")
    answer = await opened(office, f"{CSV}钱七,13700137000,,,,\n")
    await start_import(office.context(), answer.ref)
    await run(office)
    touched = await office.look("13700137000")
    office.clock.advance(timedelta(hours=1))
    await office.order("update_lead", lead=touched.ref, note="在谈")
    async with office.database.reading() as session:
        query = select(ChangeRecord).where(ChangeRecord.kind == "lead.import")
        change = (await session.scalars(query)).one()
    result = await undo_import(office.context(), change)
    assert "还原 2 行；1 行" in result.text
    assert await office.all() == 2
    async with office.database.reading() as session:
        names = set(await session.scalars(select(Lead.contact_name)))
    assert names == {"老赵", "钱七"}
    office.clock.advance(timedelta(hours=24))
    with pytest.raises(NotAllowed):
        await undo_import(office.context(), change)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_are_read_in_every_usual_form(encoding: str, delimiter: str) -> None:
    text = f'姓名{delimiter}公司\n王强{delimiter}"星海\n教育"\n'
    assert read(text.encode(encoding)) == [(1, ["姓名", "公司"]), (2, ["王强", "星海\n教育"])]


def test_sheets_are_read_with_numbers_as_people_see_them() -> None:
    sheet = a_sheet(["姓名", "手机"], ["王强", 13800138000], ["=1+1", "x"])
    rows = read(sheet)
    assert rows[1] == (2, ["王强", "13800138000"])


def test_without_headers_the_contents_tell() -> None:
    layout = guess([(1, ["王强", "13800138000", "a@b.cn"]), (2, ["李娜", "13900139000", "c@d.cn"])])
    assert not layout.has_header
    assert layout.mapping == {"name": 0, "phone": 1, "email": 2}


def hostile_files() -> dict[str, tuple[bytes, str]]:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 210_000_000)
    ole = b"\xd0\xcf\x11\xe0" + b"\x00" * 100
    return {
        "zip bomb": (bomb.getvalue(), "too_heavy"),
        "broken zip": (a_sheet(["姓名"])[:200], "broken"),
        "old xls": (ole, "old_excel"),
        "password": (ole + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        "many rows": (b"a,b\n" * 30_000, "too_many_rows"),
        "picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "unknown_kind"),
        "nothing": (b"\n\n", "empty"),
    }


@pytest.mark.parametrize(
    "kind",
    ["zip bomb", "broken zip", "old xls", "password", "many rows", "picture", "nothing"],
)
def test_hostile_files_end_in_a_clear_reason(kind: str) -> None:
    content, why = hostile_files()[kind]
    with pytest.raises(Unreadable, match=why):
        read(content)


async def test_external_entities_are_not_read() -> None:
    sheet = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(a_sheet(["姓名"], ["王强"]))) as old,
        zipfile.ZipFile(sheet, "w") as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/sharedStrings.xml":
                content = content.replace(
                    b"<sst", b'<!DOCTYPE sst [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst'
                ).replace("王强".encode(), b"&x;")
            new.writestr(name, content)
    with pytest.raises(UnreadableFile):
        await read_table(Received(name="x.xlsx", content=sheet.getvalue()))
