"""Orders on bad days at each platform: every one makes one campaign, which sleeps."""

from random import Random

import pytest

from storage.database import Database
from tests.builders.bad_days import PLACES, BadDay
from tests.builders.campaigns import a_shop
from tests.fakes.clock import FakeClock

ORDERS = 40


@pytest.mark.parametrize("platform", PLACES)
async def test_no_order_is_lost_or_made_twice_whatever_goes_wrong(
    sqlite_url: str, clock: FakeClock, platform: str
) -> None:
    async with Database(sqlite_url) as database, PLACES[platform](clock) as place:
        day = BadDay(await a_shop(database, clock), place, Random(7))
        tally = await day.orders(ORDERS)
        wrong = (tally.twice, tally.lost, tally.unknown, tally.running)
        assert (tally.orders, *wrong) == (ORDERS, 0, 0, 0, 0)
        assert await day.ledger_rows() == ORDERS
        # The day was bad enough to show anything.
        assert tally.kills > 0
        assert tally.reconciled > ORDERS // 4
