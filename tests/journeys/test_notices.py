"""What people are told of unasked: their own settings, quiet hours, and alerts, told in a chat."""

from datetime import timedelta

import pytest

from bot.alerts import AlertWatch
from bot.findings import Finding
from bot.shelf import Shelf
from config.alerts import AlertSettings
from config.notices import NoticeKind
from tests.fakes.ports import OpenFence
from tests.journeys.chat import ADMIN, AGENT, COLLEAGUE, CUSTOMER, MANAGER, Chat
from tools.optimization.jobs import handlers
from tools.optimization.ruling import CHECK

NIGHT = timedelta(hours=13)
REST_OF_NIGHT = timedelta(hours=9)


async def got(chat: Chat, who: str) -> list[str]:
    """Everything that somebody read."""
    account = str(await chat.person(who))
    return [sent.text for sent in chat._wire.read(account)]


async def minute(chat: Chat) -> None:
    """What the housekeeper does each minute."""
    await chat.service.housekeeper.expire_approvals()
    await chat.service.housekeeper.send_held_notices()
    await chat.service.settled()


async def notice(chat: Chat, key: str, text: str, *, topic: str = "") -> None:
    person = await chat.person(MANAGER)
    async with chat.service.database.unit_of_work() as session:
        await chat.ground.notifier.to_person(
            session, NoticeKind.rule, key, person, text, topic=topic
        )
    await chat.service.settled()


class Doctor:
    """Finds what the test says; the alerts of this service listen to it."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.findings = [Finding(part="Qdrant", fine=True, seen="ok")]
        service = chat.service
        # Disks of whoever runs the tests may be full.
        alerts = AlertSettings.model_validate({"disk": {"enabled": False}})
        self._watch = AlertWatch(
            service.settings.model_copy(update={"alerts": alerts}), service.database, service.organisation_id, chat.clock,
            outbox=service.outbox, notifier=chat.ground.notifier, channels={},
            shelf=Shelf(chat.ground.redis, service.organisation_id), look=self.look, duty=None,
        )  # fmt: skip

    async def look(self) -> list[Finding]:
        return self.findings

    async def watches(self, minutes: int, *, well: bool) -> None:
        self.findings = [
            Finding(part="Qdrant", fine=well, seen="" if well else "away", advice="start it")
        ]
        for _ in range(minutes):
            self.chat.clock.advance(timedelta(minutes=1))
            await self._watch.evaluate()
            await self.chat.service.settled()


async def test_the_settings_are_shown_and_changed(chat: Chat) -> None:
    shown = await chat.says("/notices")
    assert "自动规则：开（/notices rule off 关闭）" in shown
    assert "免打扰：没有设置" in shown
    assert "已关闭" in await chat.says("/notices rule off")
    assert "已关闭" in await chat.says("/notices A/B 测试 关")
    assert "22:00-08:00（Asia/Shanghai）" in await chat.says("/notices quiet 22:00-08:00")
    assert "也等到" in await chat.says("/notices urgent off")
    shown = await chat.says("/notices")
    assert "自动规则：关（/notices rule on 开启）" in shown
    assert "A/B 测试：关" in shown
    assert "免打扰：22:00-08:00（Asia/Shanghai）" in shown
    assert "也等到免打扰结束" in shown
    assert "已开启" in await chat.says("/notices rule on")
    assert "已取消" in await chat.says("/notices quiet off")
    assert "免打扰：没有设置" in await chat.says("/notices")
    assert "自动规则：开" in await chat.says("/notices", as_=AGENT), "others have their own"


async def test_they_are_read_in_english_too(chat: Chat) -> None:
    await chat.says("/lang en")
    assert "automatic rules: on (/notices rule off)" in await chat.says("/notices")
    assert "are off" in await chat.says("/notices Automatic Rules off")
    assert "22:00-07:30" in await chat.says("/notices quiet 22-7:30")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/notices quiet", "/notices quiet 22:00-08:00"),
        ("/notices quiet at night", "/notices quiet 22:00-08:00"),
        ("/notices quiet 8:00-8:00", "/notices quiet 22:00-08:00"),
        ("/notices gossip off", "approval, outcome, alert, rule"),
        ("/notices rule", "用法：/notices"),
        ("/notices rule maybe", "没有“rule maybe”这种通知"),
        ("/notices urgent", "用法：/notices"),
    ],
)
async def test_a_mistake_is_told_with_the_way_to_write_it(chat: Chat, line: str, told: str) -> None:
    assert told in await chat.says(line)


async def test_they_are_for_the_staff(chat: Chat) -> None:
    assert "权限" in await chat.says("/notices", as_=CUSTOMER)
    assert "权限" in await chat.says("/alerts")


async def test_a_rule_that_fires_thirty_times_at_night_is_one_message_in_the_morning(
    chat: Chat,
) -> None:
    await chat.says("/notices quiet 22:00-08:00")
    already = len(await got(chat, MANAGER))
    chat.clock.advance(NIGHT)
    for number in range(30):
        await notice(chat, f"rule:{number}", f"R-1 触发：第 {number} 次", topic="R-1")
        chat.clock.advance(timedelta(minutes=10))
        await minute(chat)
    assert len(await got(chat, MANAGER)) == already
    chat.clock.advance(REST_OF_NIGHT - timedelta(hours=5))
    await minute(chat)
    await minute(chat)
    (told,) = (await got(chat, MANAGER))[already:]
    assert "共 30 次" in told
    assert "第 29 次" in told


async def test_a_rule_of_the_organisation_waits_like_any_other(chat: Chat) -> None:
    await chat.says("C-1 最近7天CPA高于1就降预算20%")
    await chat.says("/notices quiet 22:00-08:00")
    already = len(await got(chat, MANAGER))
    chat.clock.advance(NIGHT)
    context = await chat.ground.tools_of_job(None, "job:rules:1", OpenFence())
    await handlers(chat.service.settings.approvals)[CHECK](context, {})
    await chat.service.settled()
    assert len(await got(chat, MANAGER)) == already
    chat.clock.advance(REST_OF_NIGHT)
    await minute(chat)
    (told,) = (await got(chat, MANAGER))[already:]
    assert "R-1" in told


async def test_an_approval_is_asked_at_night(chat: Chat) -> None:
    await chat.says("/notices quiet 22:00-08:00", as_=COLLEAGUE)
    chat.clock.advance(NIGHT)
    await chat.says("在美国建个销售广告，每天预算 3000")
    assert "P-1" in (await chat.last(COLLEAGUE)).text


async def test_or_in_the_morning_when_that_is_wanted(chat: Chat) -> None:
    await chat.says("/notices quiet 22:00-08:00", as_=COLLEAGUE)
    await chat.says("/notices urgent off", as_=COLLEAGUE)
    already = len(await got(chat, COLLEAGUE))
    chat.clock.advance(NIGHT)
    await chat.says("在美国建个销售广告，每天预算 3000")
    await chat.says("在美国建个销售广告，每天预算 4000")
    await chat.says("/reject P-2")
    chat.clock.advance(REST_OF_NIGHT)
    await minute(chat)
    (told,) = (await got(chat, COLLEAGUE))[already:]
    assert "P-1" in told
    assert "P-2" not in told
    assert "C-3" in await chat.says("同意", as_=COLLEAGUE)
    assert (await chat.approval("P-1")).status.value == "executed"


async def test_what_is_broken_is_told_once_and_that_it_is_well_again(chat: Chat) -> None:
    await chat.says("/whoami", as_=ADMIN)
    already, doctor = len(await got(chat, ADMIN)), Doctor(chat)
    await doctor.watches(10, well=False)
    assert "现在有 1 条告警" in await chat.says("/alerts", as_=ADMIN)
    await doctor.watches(10, well=True)
    assert "现在没有告警" in await chat.says("/alerts", as_=ADMIN)
    told = [text for text in (await got(chat, ADMIN))[already:] if "/alerts mute" not in text]
    assert [text[0] for text in told if "Qdrant" in text] == ["🔴", "✅"]


async def test_who_does_not_want_alerts_gets_none(chat: Chat) -> None:
    await chat.says("/notices alert off", as_=ADMIN)
    already, doctor = len(await got(chat, ADMIN)), Doctor(chat)
    await doctor.watches(10, well=False)
    assert len(await got(chat, ADMIN)) == already


async def test_an_alert_is_muted_and_unmuted(chat: Chat) -> None:
    assert "parts：" in await chat.says("/alerts", as_=ADMIN)
    assert "静音到 11-18 12:00" in await chat.says("/alerts mute parts 2h", as_=ADMIN)
    assert "静音到 11-18 12:00" in await chat.says("/alerts", as_=ADMIN)
    already, doctor = len(await got(chat, ADMIN)), Doctor(chat)
    await doctor.watches(10, well=False)
    assert len(await got(chat, ADMIN)) == already
    assert "恢复通知" in await chat.says("/alerts unmute parts", as_=ADMIN)
    await doctor.watches(1, well=False)
    assert "Qdrant" in (await chat.last(ADMIN)).text


async def test_a_chat_is_told_of_alerts_until_it_is_not(chat: Chat) -> None:
    assert "也会发到这里" in await chat.says("/alerts here", as_=ADMIN)
    doctor = Doctor(chat)
    await doctor.watches(5, well=False)
    assert len([text for text in await got(chat, ADMIN) if text.startswith("🔴")]) == 2
    assert "不再" in await chat.says("/alerts here off", as_=ADMIN)
    await doctor.watches(5, well=True)
    assert len([text for text in await got(chat, ADMIN) if text.startswith("✅ Qdrant")]) == 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/alerts mute", "用法：/alerts"),
        ("/alerts mute gossip 2h", "unanswered"),
        ("/alerts mute parts soon", "30m"),
        ("/alerts mute parts 0h", "30m"),
        ("/alerts mute parts 31d", "30m"),
        ("/alerts louder", "用法：/alerts"),
    ],
)
async def test_a_mistake_with_alerts_is_told_with_the_way_to_write_it(
    chat: Chat, line: str, told: str
) -> None:
    assert told in await chat.says(line, as_=ADMIN)
