"""Who serves a chat of 微信客服, and how we give it to people."""

import structlog

from bot.channels.wecom.api import WecomApi
from bot.channels.wecom.errors import Refused, without_effect
from bot.messages import Address

log = structlog.get_logger()

_POOL, _PERSON = 2, 3
_WITH_PEOPLE = (_POOL, _PERSON)


class Sessions:
    """`servicer` gets what is transferred, or the pool that all of them see."""

    def __init__(self, api: WecomApi, servicer: str | None) -> None:
        self._api = api
        self._servicer = servicer

    async def with_people(self, address: Address) -> bool:
        """Whether people serve the chat, or it waits for them."""
        with without_effect():
            answer = await self._api.call("POST", "kf/service_state/get", _place(address))
        return answer.get("service_state") in _WITH_PEOPLE

    async def transfer(self, address: Address) -> None:
        """Raises Refused when nobody takes it; repeated, it has no second effect."""
        if await self.with_people(address) or await self._to_servicer(address):
            return
        try:
            await self._move(address, _POOL)
        except Refused:
            # Somebody may have taken it just now.
            if not await self.with_people(address):
                raise

    async def _to_servicer(self, address: Address) -> bool:
        if not self._servicer:
            return False
        try:
            await self._move(address, _PERSON, servicer_userid=self._servicer)
        except Refused as error:
            log.warning("wecom_kf.servicer_unavailable", error=str(error))
            return False
        return True

    async def _move(self, address: Address, state: int, **more: str) -> None:
        asked = {**_place(address), "service_state": state, **more}
        with without_effect():
            await self._api.call("POST", "kf/service_state/trans", asked)


def _place(address: Address) -> dict[str, str]:
    return {"open_kfid": address.bot, "external_userid": address.chat}
