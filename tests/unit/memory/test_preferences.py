"""Stated wishes as values that the service can act on."""

from datetime import time

import pytest

from config.i18n import Language
from memory.facts import FactStore
from memory.preferences import Preferences, QuietHours, preferences_of
from storage.database import Database
from tests.builders.organisation import a_person, an_organisation
from tests.fakes.clock import FakeClock


async def after(database: Database, clock: FakeClock, *said: str) -> Preferences:
    async with database.unit_of_work() as session:
        organisation = await an_organisation(session)
        person = await a_person(session, organisation)
        store = FactStore(organisation.id, clock)
        for number, text in enumerate(said):
            await store.keep(session, person_id=person.id, order_key=str(number), text=text)
        return await preferences_of(session, organisation.id, person.id)


@pytest.fixture
def said_on(database: Database, clock: FakeClock) -> tuple[Database, FakeClock]:
    return database, clock


async def test_nothing_said_is_nothing_wished(said_on: tuple[Database, FakeClock]) -> None:
    assert await after(*said_on) == Preferences()


async def test_wishes_add_up(said_on: tuple[Database, FakeClock]) -> None:
    wished = await after(
        *said_on, "以后报表都用英文，我只看Meta", "晚上10点到早上8点别打扰我", "以后报表都发Excel",
        "报表默认看上周", "请用繁体中文回复我",
    )  # fmt: skip
    assert wished == Preferences(
        report_language=Language.en, answer_language=Language.zh_tw, platforms=("meta",),
        report_format="xlsx", report_period="last_week",
        quiet_hours=QuietHours(time(22), time(8)),
    )  # fmt: skip
    assert wished.platform == "meta"


async def test_the_last_word_counts_and_can_take_back(
    said_on: tuple[Database, FakeClock],
) -> None:
    wished = await after(
        *said_on, "以后报表都用英文", "我只看Meta", "报表还是用中文吧", "以后所有平台都看"
    )
    assert wished == Preferences(report_language=Language.zh_cn)


async def test_several_platforms_are_no_single_one(said_on: tuple[Database, FakeClock]) -> None:
    wished = await after(*said_on, "我只看Meta和Google")
    assert wished.platforms == ("meta", "google")
    assert wished.platform is None


@pytest.mark.parametrize(
    ("hours", "moment", "quiet"),
    [
        (QuietHours(time(22), time(8)), time(23), True),
        (QuietHours(time(22), time(8)), time(7, 59), True),
        (QuietHours(time(22), time(8)), time(8), False),
        (QuietHours(time(12), time(14)), time(13), True),
        (QuietHours(time(12), time(14)), time(15), False),
    ],
)
def test_quiet_hours_go_over_midnight(hours: QuietHours, moment: time, quiet: bool) -> None:
    assert hours.cover(moment) is quiet
