"""The emulator as a server."""

from contextlib import AsyncExitStack
from itertools import count
from types import TracebackType
from typing import Any, Self

from tests.emulators.ads.google.accounts import Account
from tests.emulators.ads.google.grpc_face import Certificate, GrpcFace
from tests.emulators.ads.google.rest import RestFace
from tests.emulators.ads.google.service import Service
from tests.emulators.ads.google.tokens import Tokens
from tests.emulators.ads.market import Market
from tests.emulators.serving import served
from tests.fakes.clock import FakeClock


class GoogleAdsEmulator:
    """`async with` serves REST and the token endpoint at `url`; `serve_grpc` adds the other face,
    at `grpc.endpoint`."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.market = Market(clock)
        self.tokens = Tokens(clock)
        self.service = Service(self.market, self.tokens)
        self.grpc = GrpcFace(self.service)
        self._numbers = count(1_234_567_890)
        self._rest = RestFace(self.service, self.tokens)
        self._serving = AsyncExitStack()
        self.url = ""

    @property
    def token_url(self) -> str:
        return f"{self.url}/token"

    def open_account(self, **options: Any) -> Account:
        number = str(next(self._numbers))
        return self.service.open(
            Account(customer_id=number, refresh_token=f"1//refresh-{number}", **options)
        )

    def serve_grpc(self, certificate: Certificate) -> None:
        self.grpc.start(certificate)
        self._serving.callback(self.grpc.stop)

    async def __aenter__(self) -> Self:
        self.url = await self._serving.enter_async_context(served(self._rest.app))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._serving.aclose()
