"""What customers call themselves. A nickname is never an identity."""

from collections.abc import Collection

import structlog

from bot.channels.wecom.api import WecomApi
from config.errors import AppError

log = structlog.get_logger()

_AT_ONCE = 100
_MOST_KNOWN = 10_000


class Names:
    def __init__(self, api: WecomApi) -> None:
        self._api = api
        self._known: dict[str, str] = {}

    async def learn(self, customers: Collection[str]) -> None:
        """A name is a courtesy: messages do not wait for it."""
        unknown = [each for each in dict.fromkeys(customers) if each and each not in self._known]
        for at in range(0, len(unknown), _AT_ONCE):
            asked = unknown[at : at + _AT_ONCE]
            try:
                self._known |= dict.fromkeys(asked, "") | await self._ask(asked)
            except AppError as error:
                log.warning("wecom_kf.no_names", error=str(error))
        while len(self._known) > _MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def of(self, customer: str) -> str:
        """Empty when WeCom does not tell."""
        return self._known.get(customer, "")

    async def _ask(self, customers: list[str]) -> dict[str, str]:
        answer = await self._api.call(
            "POST", "kf/customer/batchget", {"external_userid_list": customers}
        )
        found = answer.get("customer_list")
        return {
            str(each["external_userid"]): str(each.get("nickname") or "")
            for each in (found if isinstance(found, list) else [])
            if isinstance(each, dict) and each.get("external_userid")
        }
