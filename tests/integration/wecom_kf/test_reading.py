"""Every message of every page is handed on, and where we are is remembered behind it."""

import asyncio
from datetime import timedelta

import pytest

from bot.duty import SharedDuty
from bot.messages import Event, InboundMessage
from config.errors import ConfigurationError, TransientError
from storage.cursors import Cursors
from storage.database import Database
from storage.duties import Duties
from tests.builders.organisation import an_organisation
from tests.builders.service import until
from tests.builders.wecom_kf import (
    KeptCursors,
    ServedKf,
    a_desk,
    an_uncalled_kf,
    events,
    receiving,
    texts,
)
from tests.emulators.wecom.kf.people import Customer, Servicer
from tests.emulators.wecom.kf.server import WecomKfEmulator
from tests.fakes.clock import FakeClock


class Keeper:
    """Keeps what it is handed, or fails as told."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.fails = False

    async def keep(self, event: Event) -> None:
        if self.fails:
            raise TransientError("the database is away")
        assert isinstance(event, InboundMessage)
        self.texts.append(event.text)

    async def has(self, *texts: str) -> None:
        async def all_of_them() -> bool:
            return len(self.texts) >= len(texts)

        await until(all_of_them)
        assert self.texts == list(texts)


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.mark.parametrize(("page", "empty"), [(1, 0), (2, 3), (1_000, 1)])
async def test_pages_are_read_to_the_last_also_behind_empty_ones(
    wecom: WecomKfEmulator, zhao: Customer, page: int, empty: int
) -> None:
    wecom.account.page, wecom.account.empty_pages = page, empty
    texts = [f"text {number}" for number in range(5)]
    for text in texts:
        zhao.says(text)
    found = await events(wecom, 5)
    assert [each.text for each in found if isinstance(each, InboundMessage)] == texts


async def test_what_was_handed_on_is_not_read_again_after_a_restart(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    cursors = KeptCursors()
    for text in ("one", "two"):
        zhao.says(text)
        async with receiving(ServedKf(wecom, cursors), keeper.keep):
            await keeper.has(*("one", "two")[: 1 if text == "one" else 2])
            await caught_up(wecom, cursors)


async def test_what_came_while_we_were_away_is_read_when_we_start(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    zhao.says("hello")
    async with receiving(an_uncalled_kf(wecom, KeptCursors()), keeper.keep):
        await keeper.has("hello")


async def test_a_crash_behind_a_message_and_before_the_end_of_its_page_loses_nothing(
    wecom: WecomKfEmulator, zhao: Customer, database: Database
) -> None:
    """The inbox knows what is handed on twice: see below."""
    cursors, seen = KeptCursors(), list[str]()
    for text in ("one", "two", "three"):
        zhao.says(text)
    died = asyncio.Event()

    async def die_at_two(event: Event) -> None:
        assert isinstance(event, InboundMessage)
        seen.append(event.text)
        if event.text == "two":
            died.set()
            await asyncio.Event().wait()

    async with receiving(ServedKf(wecom, cursors), die_at_two):
        await died.wait()
    keeper = Keeper()
    async with receiving(ServedKf(wecom, cursors), keeper.keep):
        await keeper.has("one", "two", "three")
    assert seen == ["one", "two"]


async def test_a_page_that_is_read_twice_is_answered_once(
    wecom: WecomKfEmulator, zhao: Customer, lilei: Servicer, database: Database
) -> None:
    """As when a process dies behind the last message of a page, and before it says so."""
    cursors = KeptCursors()
    wecom.account.page = 3
    zhao.says("one")
    lilei.says(zhao, "said by people")
    zhao.says("two")
    async with a_desk(wecom, database, cursors=cursors) as desk:
        await wecom.wait_for(lambda: len(zhao.screen) == 2 or None)
        await caught_up(wecom, cursors)
        reads = wecom.api.calls.count("kf/sync_msg")
        del cursors.kept[wecom.account.open_kfid]
        cursors.kept[f"notice:{wecom.account.open_kfid}"] = ""

        async def read_again() -> bool:
            return wecom.api.calls.count("kf/sync_msg") > reads

        await until(read_again)
        await caught_up(wecom, cursors)
        await desk.service.settled()
        rows = await desk.rows(zhao.id)
    assert sorted(row.text for row in rows) == ["echo: one", "echo: two", "said by people"]
    assert texts(zhao, wecom) == ["echo: one", "echo: two"]


async def test_a_page_is_not_left_behind_before_it_is_kept(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    cursors = KeptCursors()
    keeper.fails = True
    zhao.says("one")
    async with receiving(ServedKf(wecom, cursors), keeper.keep):
        await until(lambda: called(wecom, "kf/sync_msg"))
        assert wecom.account.open_kfid not in cursors.kept
        keeper.fails = False
        await keeper.has("one")


@pytest.mark.parametrize(
    ("kind", "value"),
    [("code", -1), ("code", 45033), ("bad_gateway", 1), ("reset_before", 1), ("reset_after", 1),
     ("malformed", 1), ("cut", 1), ("lost", 1)],
)  # fmt: skip
async def test_an_answer_that_is_lost_is_asked_for_again(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper, kind: str, value: float
) -> None:
    zhao.says("one")
    fault = wecom.fault(kind, path="kf/sync_msg", value=value)
    async with receiving(ServedKf(wecom), keeper.keep):
        await keeper.has("one")
    assert fault.hits == 1


@pytest.mark.parametrize("dies", ["expire", "forget"])
async def test_a_dead_access_token_is_replaced(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper, dies: str
) -> None:
    async with receiving(ServedKf(wecom), keeper.keep):
        zhao.says("one")
        await keeper.has("one")
        getattr(wecom.world.tokens, dies)()
        zhao.says("two")
        await keeper.has("one", "two")


async def test_a_notice_that_is_older_than_its_token_is_read_without_it(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    cursors = KeptCursors()
    cursors.kept[f"notice:{wecom.account.open_kfid}"] = "ENCold"
    zhao.says("one")
    async with receiving(an_uncalled_kf(wecom, cursors), keeper.keep):
        await keeper.has("one")
    assert 95007 in [each["code"] for each in wecom.api.refusals]


async def test_a_notice_is_acknowledged_only_when_it_is_on_disk(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    cursors = KeptCursors()
    async with receiving(ServedKf(wecom, cursors), keeper.keep):
        await until(lambda: called(wecom, "kf/sync_msg"))
        await caught_up(wecom, cursors)
        cursors.away = 1
        msgid = zhao.says("one")
        assert (await wecom.taken(msgid))["event"] == "taken"
        await keeper.has("one")
    statuses = [each["status"] for each in wecom.ledger.pushes("attempt", msgid)]
    assert statuses == ["503", "200"]


async def test_news_that_a_dead_process_was_told_of_are_read_by_another(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    cursors = KeptCursors()
    async with receiving(ServedKf(wecom, cursors), keeper.keep):
        await caught_up(wecom, cursors)
        # Another process has taken the notice, and died.
        wecom.calls("", 1_000_098)
        zhao.says("one")
        cursors.kept[f"notice:{wecom.account.open_kfid}"] = "ENCother"
        await keeper.has("one")


async def test_an_account_that_is_new_is_read_when_it_has_news(
    wecom: WecomKfEmulator, keeper: Keeper
) -> None:
    async with receiving(ServedKf(wecom), keeper.keep):
        await until(lambda: called(wecom, "kf/sync_msg"))
        other = wecom.open_account("wkOther", "分店")
        wecom.customer("钱", other).says("hello")
        await keeper.has("hello")


async def test_an_account_that_is_gone_stops_no_other(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    other = wecom.open_account("wkOther", "分店")
    wecom.customer("钱", other).says("lost")
    del wecom.kf.accounts["wkOther"]
    zhao.says("one")
    async with receiving(ServedKf(wecom), keeper.keep):
        await keeper.has("one")
        await until(lambda: refused(wecom, 95000))


async def test_what_was_said_long_before_we_came_is_not_answered(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    zhao.says("yesterday")
    wecom.account.log[-1][1]["send_time"] -= 7_200
    zhao.says("now")
    async with receiving(ServedKf(wecom), keeper.keep):
        await keeper.has("now")


async def test_what_was_said_long_ago_is_read_where_we_had_been_before(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    cursors = KeptCursors()
    zhao.says("first")
    async with receiving(ServedKf(wecom, cursors), keeper.keep):
        await caught_up(wecom, cursors)
    zhao.says("while we were away")
    wecom.account.log[-1][1]["send_time"] -= 7_200
    async with receiving(ServedKf(wecom, cursors), keeper.keep):
        await keeper.has("first", "while we were away")


async def test_of_several_processes_one_reads_an_account_at_a_time(
    wecom: WecomKfEmulator, zhao: Customer, database: Database, keeper: Keeper
) -> None:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
    cursors = Cursors(database, organisation.id)
    texts = [f"text {number}" for number in range(20)]
    wecom.account.page = 1

    def duty(owner: str) -> SharedDuty:
        lease = timedelta(seconds=0.3)
        held = Duties(organisation.id, owner=owner, clock=FakeClock(), duration=lease)
        return SharedDuty(database, held)

    async with (
        receiving(ServedKf(wecom, cursors, duty("a")), keeper.keep),
        receiving(ServedKf(wecom, cursors, duty("b")), keeper.keep),
    ):
        for text in texts:
            zhao.says(text)
        await keeper.has(*texts)


@pytest.mark.parametrize(
    ("code", "setting"), [(40001, "WECOM_KF__SECRET"), (40013, "WECOM_KF__CORP_ID")]
)
async def test_a_wrong_setting_is_named(
    wecom: WecomKfEmulator, keeper: Keeper, code: int, setting: str
) -> None:
    wecom.fault("code", path="gettoken", value=code, count=None)
    async with ServedKf(wecom) as channel:
        with pytest.raises(ExceptionGroup) as caught:
            await channel.run(keeper.keep)
    assert caught.group_contains(ConfigurationError, match=setting)


async def test_accounts_that_may_not_be_listed_are_read_when_they_have_news(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    wecom.fault("code", path="kf/account/list", value=48002)
    async with receiving(ServedKf(wecom), keeper.keep):
        zhao.says("one")
        await keeper.has("one")


async def test_wecom_may_be_away_when_we_start(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    wecom.fault("bad_gateway", path="kf/account/list", count=3)
    zhao.says("one")
    async with receiving(ServedKf(wecom), keeper.keep):
        await keeper.has("one")


async def test_a_page_that_leads_nowhere_is_not_asked_for_all_the_time(
    wecom: WecomKfEmulator, zhao: Customer, keeper: Keeper
) -> None:
    wecom.account.empty_pages = 1
    wecom.account.page = 1
    zhao.says("one")
    async with receiving(ServedKf(wecom), keeper.keep):
        await keeper.has("one")


async def called(wecom: WecomKfEmulator, path: str) -> bool:
    return path in wecom.api.calls


async def refused(wecom: WecomKfEmulator, code: int) -> bool:
    return code in [each["code"] for each in wecom.api.refusals]


async def caught_up(wecom: WecomKfEmulator, cursors: KeptCursors) -> None:
    account = wecom.account.open_kfid

    async def done() -> bool:
        notice = cursors.kept.get(f"notice:{account}", "")
        return cursors.kept.get(f"done:{account}") == notice

    await until(done)
