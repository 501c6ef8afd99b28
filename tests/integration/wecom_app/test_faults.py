"""What WeCom does to a message on its way, and what becomes of it: the real outbox says."""

import pytest

from bot.messages import File
from storage.database import Database
from storage.tables.work import OutboxStatus
from tests.builders.wecom_app import HAN, LI, a_desk, texts
from tests.emulators.wecom.server import WecomEmulator

SENT, FAILED = OutboxStatus.sent, OutboxStatus.failed
SEND = "message/send"
TABLE = File(name="表.csv", media_type="text/csv", content="名字,电话\n".encode())


@pytest.mark.parametrize(
    "kind", ["bad_gateway", "reset_before", "reset_after", "cut", "lost", "malformed"]
)
@pytest.mark.parametrize("times", [1, 3])
async def test_what_may_have_arrived_is_seen_once_and_in_order(
    wecom: WecomEmulator, database: Database, kind: str, times: int
) -> None:
    wecom.fault(kind, path=SEND, to=LI, count=times)
    async with a_desk(wecom, database) as desk:
        await desk.queue(LI, "第一条", "第二条")
        assert await desk.ended(LI) == [SENT, SENT]
    assert texts(wecom) == ["第一条", "第二条"]


@pytest.mark.parametrize("kind", ["reset_after", "lost"])
async def test_a_file_that_may_have_arrived_is_seen_once(
    wecom: WecomEmulator, database: Database, kind: str
) -> None:
    wecom.fault(kind, path=SEND, to=LI)
    async with a_desk(wecom, database) as desk:
        await desk.queue(LI, "", files=(TABLE,))
        assert await desk.ended(LI) == [SENT]
    assert [shown.type for shown in wecom.screen(LI)] == ["file"]


@pytest.mark.parametrize("code", [-1, 45009, 45033])
async def test_a_busy_wecom_holds_one_chat_and_no_other(
    wecom: WecomEmulator, database: Database, code: int
) -> None:
    wecom.fault("code", path=SEND, to=LI, value=code)
    async with a_desk(wecom, database) as desk:
        await desk.queue(LI, "第一条", "第二条")
        await desk.waits(LI)
        await desk.queue(HAN, "第三条")
        assert await desk.ended(HAN) == [SENT]
        assert texts(wecom) == []
        assert await desk.ended(LI) == [SENT, SENT]
    assert texts(wecom) == ["第一条", "第二条"]
    assert len(wecom.api.refusals) == 1


@pytest.mark.parametrize("code", [40014, 42001, 41001])
async def test_a_dead_token_is_no_matter_for_the_message(
    wecom: WecomEmulator, database: Database, code: int
) -> None:
    wecom.fault("code", path=SEND, to=LI, value=code)
    async with a_desk(wecom, database) as desk:
        await desk.queue(LI, "第一条")
        assert await desk.ended(LI) == [SENT]
    assert texts(wecom) == ["第一条"]
    assert wecom.world.tokens.asked == 2


@pytest.mark.parametrize("code", [45002, 48002, 60020, 301002, 40058])
async def test_a_refusal_ends_one_message_and_no_other(
    wecom: WecomEmulator, database: Database, code: int
) -> None:
    wecom.fault("code", path=SEND, to=LI, value=code)
    async with a_desk(wecom, database) as desk:
        await desk.queue(LI, "第一条", "第二条")
        assert await desk.ended(LI) == [FAILED, SENT]
        conversation = await desk.conversation(LI)
        assert conversation is not None
        assert conversation.closed_at is None
    assert texts(wecom) == ["第二条"]


async def test_a_chat_that_nobody_reads_is_closed_until_they_write(
    wecom: WecomEmulator, database: Database
) -> None:
    wecom.app.members = {HAN}
    async with a_desk(wecom, database) as desk:
        await desk.queue(LI, "第一条")
        assert await desk.ended(LI) == [FAILED]
        conversation = await desk.conversation(LI)
        assert conversation is not None
        assert conversation.closed_at is not None
        wecom.app.members = None
        wecom.member(LI).says("你好")
        await wecom.answer(LI)
        conversation = await desk.conversation(LI)
        assert conversation is not None
        assert conversation.closed_at is None
    assert texts(wecom) == ["echo: 你好"]
