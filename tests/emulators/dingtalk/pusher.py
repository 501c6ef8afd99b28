"""HTTP mode: posts messages to the bot's address, signed."""

import aiohttp

from tests.emulators.dingtalk.faults import Kind
from tests.emulators.dingtalk.frames import Push
from tests.emulators.dingtalk.signing import signature
from tests.emulators.dingtalk.world import World

PATIENCE, TWO_HOURS = 10.0, 2 * 3_600_000


class Pusher:
    """Until closed; it keeps its connections."""

    def __init__(self, world: World, url: str) -> None:
        self._world, self._url = world, url
        self._session: aiohttp.ClientSession | None = None

    async def post(self, push: Push) -> bool:
        """True when the bot took it, which is HTTP 200."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=PATIENCE)
            self._session = aiohttp.ClientSession(timeout=timeout)
        try:
            async with self._session.post(
                self._url, json=push.data, headers=self._headers(push), allow_redirects=False
            ) as response:
                status = response.status
        except (aiohttp.ClientError, OSError):
            status = 0
        if status != 200:
            self._world.ledger.push("refused", code=status, **push.summary())
        return status == 200

    async def close(self) -> None:
        if self._session:
            await self._session.close()
            self._session = None

    def _headers(self, push: Push) -> dict[str, str]:
        faults = self._world.faults
        skewed = faults.for_push(Kind.skewed, push.topic, push.chat)
        forged = faults.for_push(Kind.forged, push.topic, push.chat)
        now = int(self._world.clock.exact() * 1000) - (TWO_HOURS if skewed else 0)
        secret = "another app's secret" if forged else self._world.client_secret
        return {"timestamp": str(now), "sign": signature(str(now), secret)}
