"""The emulator as a server on this machine."""

from contextlib import AsyncExitStack
from decimal import Decimal
from typing import Self

from tests.emulators.ads.market import Market
from tests.emulators.ads.tiktok.app import App, Called
from tests.emulators.ads.tiktok.faults import Faults
from tests.emulators.ads.tiktok.quota import PER_MINUTE, Quota
from tests.emulators.ads.tiktok.world import Advertiser, World
from tests.emulators.serving import served
from tests.fakes.clock import FakeClock


class TikTokEmulator:
    """Its time is the clock's; `per_minute` is how many calls it takes within a minute of it."""

    def __init__(self, clock: FakeClock, *, per_minute: int = PER_MINUTE) -> None:
        self.faults = Faults()
        self.url = ""
        self._clock = clock
        self._world = World()
        self._app = App(self._world, clock, self.faults, Quota(per_minute))
        self._serving = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.url = await self._serving.enter_async_context(served(self._app))
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._serving.aclose()

    @property
    def calls(self) -> list[Called]:
        return self._app.calls

    def advertiser(
        self, *, min_budget: Decimal = Decimal(20), status_on_create: bool = True
    ) -> Advertiser:
        """A new account with a token, an identity, a pixel and a picture."""
        number = next(self._world.numbers)
        account = Advertiser(
            id=str(7_000_000_000_000_000_000 + number), market=Market(self._clock),
            numbers=self._world.numbers, min_budget=min_budget, status_on_create=status_on_create,
        )  # fmt: skip
        self._world.advertisers[account.id] = account
        return account
