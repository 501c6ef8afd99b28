"""The knowledge base in the chat: documents sent, listed, compared, taken back, and who may."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.messages import File
from config.i18n import Language, say
from storage.tables.job import Job
from storage.tables.knowledge import Chunk, Document
from tests.fakes.ports import OpenFence
from tests.journeys.chat import ADMIN, AGENT, CUSTOMER, Chat
from tools.background import job_handlers
from tools.knowledge.adding import JOB

HERE = pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)

TEXT = "# 水壶保修\n\n## 保修期\n\n水壶保修两年。\n\n## 不保修\n\n摔坏的不保修。\n"


def a_file(text: str = TEXT, name: str = "水壶保修.md") -> File:
    return File(name=name, media_type="text/markdown", content=text.encode())


async def work(chat: Chat) -> str:
    """What the job runner would do now, and what the manager reads then."""
    async with chat.service.database.reading() as session:
        query = select(Job).where(Job.kind == JOB).order_by(Job.id.desc()).limit(1)
        job = (await session.scalars(query)).one()
    ground = chat.ground
    context = await ground.tools_of_job(job.created_by, f"job:{job.key}", OpenFence())
    index = ground.knowledge.indexer.reindex_missing
    await job_handlers(ground.settings.approvals, index)[job.kind](context, job.payload)
    await chat.service.settled()
    return (await chat.last()).text


async def jobs(chat: Chat) -> int:
    async with chat.service.database.reading() as session:
        return await session.scalar(select(func.count(Job.id)).where(Job.kind == JOB)) or 0


async def newest(chat: Chat) -> str:
    """The id of the newest document."""
    async with chat.service.database.reading() as session:
        return f"D-{await session.scalar(select(func.max(Document.number)))}"


async def added(chat: Chat, text: str = TEXT) -> str:
    await chat.says("加到知识库", files=(a_file(text),))
    await work(chat)
    return await newest(chat)


async def test_a_file_and_a_word_about_it_become_a_document_that_is_found(chat: Chat) -> None:
    await chat.says("", files=(a_file(),))
    answer = await chat.says("把这个文件加到知识库，分类 售后/保修")
    assert "正在读" in answer
    assert "“售后/保修”" in answer
    done = await work(chat)
    ref = await newest(chat)
    assert f"✓ {ref}《水壶保修》已加入知识库" in done
    assert "可以用客户的口气试试" in done
    found = await chat.ground.knowledge.search("水壶保修多久？")
    assert (found[0].title, found[0].text) == ("水壶保修", "水壶保修两年。")
    listed = await chat.says("/knowledge")
    assert "售后/保修\n" in listed
    assert f"· {ref} 水壶保修" in listed
    async with chat.service.database.reading() as session:
        unknown = select(func.count(Chunk.id)).where(Chunk.indexed_at.is_(None))
        assert await session.scalar(unknown) == 0


@HERE
async def test_an_earlier_file_is_meant_for_an_hour_and_by_orders_alone(chat: Chat) -> None:
    await chat.says("", files=(a_file(),))
    await chat.says("怎么把这个文件加到知识库？")
    assert await jobs(chat) == 0
    chat.clock.advance(timedelta(hours=2))
    assert "/knowledge add" in await chat.says("把刚才的文件加到知识库")
    assert await jobs(chat) == 0


@HERE
async def test_a_second_file_of_that_name_is_a_new_version(chat: Chat) -> None:
    ref = await added(chat)
    await chat.says("add this to the knowledge base", files=(a_file(TEXT.replace("两年", "三年")),))
    assert f"{ref}《水壶保修》已更新到第 2 版" in await work(chat)
    assert "第 2 版" in await chat.says(f"/knowledge history {ref}")
    assert [button.label for button in (await chat.last()).buttons] == ["最近改了什么"]
    shown = await chat.presses("最近改了什么")
    assert "− 水壶保修两年。\n+ 水壶保修三年。" in shown
    await chat.says("存到知识库", files=(a_file(TEXT.replace("两年", "三年")),))
    assert "完全一样，没有改动" in await work(chat)


@HERE
async def test_an_old_version_comes_back_as_a_new_one(chat: Chat) -> None:
    ref = await added(chat)
    await added(chat, TEXT.replace("两年", "三年"))
    answer = await chat.says(f"/knowledge rollback {ref} 1")
    assert "恢复成第 1 版的内容了（记为第 3 版）" in answer
    assert "恢复自第 1 版" in await chat.says(f"/knowledge history {ref}")
    (first, *_) = await chat.ground.knowledge.search("水壶保修多久？")
    assert (first.text, first.version) == ("水壶保修两年。", 3)
    assert "内容一样" in await chat.says(f"/knowledge diff {ref} 1 3")


@HERE
async def test_a_removed_document_answers_nobody_until_it_is_restored(chat: Chat) -> None:
    ref = await added(chat)
    assert "不再用来回答客户" in await chat.says(f"/knowledge remove {ref}")
    assert all(each.title != "水壶保修" for each in await chat.ground.knowledge.search("水壶保修"))
    assert "移除，不再回答客户" in await chat.says(f"/knowledge show {ref}")
    await chat.says(f"/knowledge remove {ref}")
    assert "又可以回答客户了" in await chat.presses("恢复")
    assert (await chat.ground.knowledge.search("水壶保修多久"))[0].title == "水壶保修"


@HERE
async def test_a_document_is_shown_and_moved(chat: Chat) -> None:
    ref = await added(chat)
    assert "未分类" in await chat.says(f"/knowledge {ref}")
    assert "放到“售后/保修”了" in await chat.says(f"/knowledge move {ref} 售后/保修")
    shown = await chat.says(f"/knowledge show {ref}")
    assert "售后/保修" in shown
    assert "来源：水壶保修.md" in shown
    assert "水壶保修两年。" in shown
    assert ref in await chat.says("/knowledge list 售后/保修")
    assert "还没有资料" in await chat.says("/knowledge list 招聘")


@HERE
@pytest.mark.parametrize(
    "said",
    [
        '/knowledge faq "水壶能装开水吗？" "可以，最高 100 度。"',
        "/knowledge faq 问：水壶能装开水吗？ 答：可以，最高 100 度。",
        "/knowledge faq “水壶能装开水吗？” “可以，最高 100 度。”",
        "加到知识库 问：水壶能装开水吗？ 答：可以，最高 100 度。",
    ],
)
async def test_a_question_is_answered_from_then_on(chat: Chat, said: str) -> None:
    answer = await chat.says(said)
    assert "《水壶能装开水吗？》已加入知识库" in answer
    (found, *_) = await chat.ground.knowledge.search("水壶可以装开水吗")
    assert (found.question, found.text) == ("水壶能装开水吗？", "可以，最高 100 度。")
    newer = await chat.says('/knowledge faq "水壶能装开水吗？" "可以。"')
    assert "已更新到第 2 版" in newer


@HERE
async def test_several_pairs_come_in_one_message(chat: Chat) -> None:
    answer = await chat.says(
        "/knowledge faq 问：有黑色吗？\n答：有。\n\n问：有红色吗？\n答：没有，\n只有黑色。"
    )
    assert answer.count("已加入知识库") == 2
    (found, *_) = await chat.ground.knowledge.search("有红色吗？")
    assert "只有黑色" in found.text


@HERE
async def test_a_document_alone_is_offered_and_not_published(chat: Chat) -> None:
    answer = await chat.says("", files=(a_file(name="合同.docx"),))
    assert "不点就只是保存" in answer
    assert await jobs(chat) == 0
    assert "正在读" in await chat.presses("加到知识库")
    assert await jobs(chat) == 1


@HERE
async def test_a_table_alone_may_be_leads_or_knowledge(chat: Chat) -> None:
    prices = File(name="价格.csv", media_type="text/csv", content="商品,价格\n水壶,99\n".encode())
    await chat.says("", files=(prices,))
    labels = [button.label for button in (await chat.last()).buttons]
    assert labels == ["开始导入", "取消", "加到知识库"]
    await chat.presses("加到知识库")
    assert "《价格》已加入知识库" in await work(chat)


@HERE
async def test_what_cannot_be_read_is_said_beside_what_can(chat: Chat) -> None:
    empty = a_file(" \n", name="空.md")
    await chat.says("加到知识库", files=(a_file(), empty))
    done = await work(chat)
    assert "《水壶保修》已加入知识库" in done
    assert "空.md" in done


@HERE
async def test_a_link_into_our_own_network_is_refused(chat: Chat) -> None:
    said = await chat.says("把 http://127.0.0.1:8080/admin 加到知识库")
    assert "正在读" in said
    await work(chat)
    assert "127.0.0.1" in (await chat.last()).text
    assert "已加入" not in (await chat.last()).text


@HERE
@pytest.mark.parametrize(
    "line",
    [
        "/knowledge add", "/knowledge show", "/knowledge history x", "/knowledge diff D-1 a b",
        "/knowledge rollback D-1", "/knowledge remove", "/knowledge restore", "/knowledge move D-1",
        "/knowledge dance",
    ],
)  # fmt: skip
async def test_a_wrong_line_is_answered_with_the_right_one(chat: Chat, line: str) -> None:
    assert "用法：/knowledge" in await chat.says(line)


@HERE
async def test_a_document_that_is_not_there_is_said_to_be_missing(chat: Chat) -> None:
    assert "没有找到文档“D-999”" in await chat.says("/knowledge show D-999")
    ref = await added(chat)
    assert "没有第 9 版" in await chat.says(f"/knowledge diff {ref} 1 9")
    assert "没看懂问题和答案" in await chat.says("/knowledge faq 营业时间")
    assert "写得不对" in await chat.says(f"/knowledge move {ref} a//b")


@HERE
async def test_only_managers_change_what_customers_are_told(chat: Chat) -> None:
    refusal = say(Language.zh_cn, "commands.not_allowed", name="knowledge")
    assert await chat.says("/knowledge", as_=AGENT) == refusal
    assert await chat.says("加到知识库", as_=AGENT, files=(a_file(),)) == refusal
    assert await chat.says("/knowledge", as_=CUSTOMER) == refusal
    await chat.says("加到知识库", as_=CUSTOMER, files=(a_file(),))
    assert await jobs(chat) == 0
    assert "正在读" in await chat.says("加到知识库", as_=ADMIN, files=(a_file(),))


@HERE
async def test_english_managers_read_english(chat: Chat) -> None:
    await chat.says("/lang en")
    answer = await chat.says("please add this to our knowledge base", files=(a_file(),))
    assert answer.startswith("Got it. I am reading it")
    assert "is in the knowledge base now" in await work(chat)
    assert "parts" in await chat.says("/knowledge")


@HERE
async def test_the_graph_is_shown_in_words_and_as_a_picture(chat: Chat) -> None:
    assert "还没有找到" in await chat.says("/knowledge graph 水壶")
    table = "# 商品\n\n| 商品 | 适合 | 价格 |\n| --- | --- | --- |\n| 水壶 | 徒步 | 99 元 |\n"
    ref = await added(chat, table)
    answer = await chat.says("/knowledge graph 水壶")
    assert f"· 水壶：适合 徒步；价格 99 元（{ref}）" in answer
    (picture,) = (await chat.last()).files
    assert picture.content.startswith(b"\x89PNG")


@HERE
async def test_a_page_that_is_sent_as_a_file_is_read_and_never_sent_on_as_a_page(
    chat: Chat,
) -> None:
    page = "<!DOCTYPE html><title>水壶保修</title><body><h1>水壶保修</h1><p>水壶保修两年。</p><script>x()</script></body>"
    file = File(name="水壶.html", media_type="text/html", content=page.encode())
    assert "正在读" in await chat.says("加到知识库", files=(file,))
    done = await work(chat)
    assert "《水壶保修》已加入知识库" in done
    assert "两年" in await chat.says("水壶保修几年？", as_=CUSTOMER)
    await chat.says("/files")
    (back,) = (await chat.last()).files
    assert (back.name, back.media_type) == ("水壶.html.txt", "text/plain")
