"""Files in the chat: several at once, what is no table, what a customer sent, who gets it."""

import pytest
from sqlalchemy import select

from bot.messages import File
from config.i18n import Language, say
from storage.tables.trust import AuditEntry
from tests.journeys.chat import AGENT, CUSTOMER, Chat

# What a platform does to files is shown beside each channel.
pytestmark = pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)

PICTURE = File(name="店面.jpg", media_type="image/jpeg", content=b"\xff\xd8\xff a picture")
VOICE = File(name="voice-1.ogg", media_type="audio/ogg", content=b"OggS sound")
PROGRAM = File(name="名单.csv", media_type="text/csv", content=b"MZ\x90\x00\x03 a program")


def table(name: str, *people: str) -> File:
    rows = "".join(f"{person},1391111{number:04d}\n" for number, person in enumerate(people))
    return File(name=name, media_type="text/csv", content=f"姓名,手机\n{rows}".encode())


async def test_every_table_of_a_message_is_opened_and_the_rest_is_named(chat: Chat) -> None:
    answer = await chat.says(
        "", files=(table("一.csv", "周一一"), PICTURE, table("二.csv", "周二二"))
    )
    assert "一.csv" in answer
    assert "二.csv" in answer
    assert "没有导入，已保存：店面.jpg" in answer
    labels = [button.label for button in (await chat.last()).buttons]
    assert labels == ["开始导入 I-1", "取消 I-1", "开始导入 I-2", "取消 I-2"]


async def test_a_table_that_cannot_be_read_does_not_keep_the_others_out(chat: Chat) -> None:
    empty = File(name="空.csv", media_type="text/csv", content=b"\n\n")
    answer = await chat.says("", files=(empty, table("二.csv", "周二二")))
    assert "空.csv 里没有数据" in answer
    assert [button.label for button in (await chat.last()).buttons] == [
        "开始导入 I-1", "取消 I-1",
    ]  # fmt: skip


async def test_a_picture_is_no_table_whatever_is_said_with_it(chat: Chat) -> None:
    assert "看不懂 店面.jpg" in await chat.says("导入线索", files=(PICTURE,))
    assert "要导入线索，请发 CSV" in await chat.says("", files=(PICTURE,))


async def test_words_that_come_with_a_picture_are_understood(chat: Chat) -> None:
    assert "L-12" in await chat.says("看一下 L-12", files=(PICTURE,))


async def test_a_program_is_refused_in_clear_words(chat: Chat) -> None:
    answer = await chat.says("", files=(PROGRAM,))
    assert "名单.csv 是程序、脚本" in answer
    assert "为了安全没有保存" in answer


async def test_what_a_customer_sent_is_named_to_the_staff_and_brought_to_them(chat: Chat) -> None:
    await chat.says("/whoami", as_=AGENT)
    assert "收到了：店面.jpg, voice-1.ogg" in await chat.says(
        "", as_=CUSTOMER, files=(PICTURE, VOICE)
    )
    await chat.says("转人工", as_=CUSTOMER)
    notice = (await chat.last(AGENT)).text
    customer = await chat.person(CUSTOMER)
    assert "发来过文件：voice-1.ogg, 店面.jpg" in notice
    assert f"/files #{customer}" in notice
    answer = await chat.says(f"/files #{customer}", as_=AGENT)
    assert answer.startswith("2 个文件：")
    brought = [file for message in chat.sent() for file in message.files]
    assert {(file.name, file.content) for file in brought} == {
        (PICTURE.name, PICTURE.content), (VOICE.name, VOICE.content),
    }  # fmt: skip
    async with chat.service.database.reading() as session:
        (entry,) = await session.scalars(select(AuditEntry).where(AuditEntry.event == "files.sent"))
    assert entry.person_id == await chat.person(AGENT)
    assert entry.details["of"] == f"#{customer}"


async def test_the_files_of_a_lead_are_those_of_the_customer_who_left_it(chat: Chat) -> None:
    await chat.says("/whoami", as_=AGENT)
    await chat.says("", as_=CUSTOMER, files=(PICTURE,))
    await chat.says("我叫张三丰，电话 13912340001", as_=CUSTOMER)
    notice = (await chat.last(AGENT)).text
    assert "发来过文件：店面.jpg" in notice
    number = notice.split("L-")[1].split("。")[0]
    assert "店面.jpg" in await chat.says(f"/files L-{number}", as_=AGENT)
    assert "没有对应的文件" in await chat.says("/files L-1", as_=AGENT)


async def test_files_are_for_the_staff_and_those_of_colleagues_for_managers(chat: Chat) -> None:
    await chat.says("", files=(PICTURE,))
    manager = await chat.person("王经理")
    assert "店面.jpg" in await chat.says("/files")
    assert "只有经理以上可以取" in await chat.says(f"/files #{manager}", as_=AGENT)
    refusal = say(Language.zh_cn, "commands.not_allowed", name="files")
    assert await chat.says("/files", as_=CUSTOMER) == refusal
    assert "没有保存的文件" in await chat.says("/files", as_=AGENT)
