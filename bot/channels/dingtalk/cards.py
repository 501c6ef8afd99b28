"""What DingTalk's cards are made of, and the calls that make and change them."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from uuid import uuid4

from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.errors import Json
from bot.channels.dingtalk.places import Chat
from bot.messages import Address, Button
from config.errors import PermanentError
from config.i18n import Language, say
from config.i18n.detect import detect

_INSTANCES = "/v1.0/card/instances"
_NAME_LETTERS = 48
# The variables of our templates (docs/dingtalk.md).
CONTENT, FLOW = "msgContent", "flowStatus"
INPUTING, FINISHED = "2", "3"


def card_name(kind: str, address: Address, key: str, asked: str) -> str:
    """The same for the same message, so that a card that was asked for twice stands once. `asked`
    is the platform's id of what it answers. The first letter says in which kind of chat it is."""
    chat = Chat.at(address)
    told = sha256(f"{kind}\n{address.bot}\n{address.chat}\n{key}\n{asked}".encode()).hexdigest()
    return f"{'g' if chat.is_group else 'u'}-{kind}-{told[:_NAME_LETTERS]}"


class Cards:
    """Every method raises what Api does, and PermanentError for a card that cannot be delivered."""

    def __init__(self, api: Api, robot: str) -> None:
        self._api = api
        self._robot = robot

    async def deliver(
        self, chat: Chat, name: str, template: str, values: Mapping[str, str], *, forward: bool
    ) -> None:
        space = "IM_GROUP" if chat.is_group else "IM_ROBOT"
        space_model, deliver_model = (
            ("imGroupOpenSpaceModel", "imGroupOpenDeliverModel")
            if chat.is_group
            else ("imRobotOpenSpaceModel", "imRobotOpenDeliverModel")
        )
        delivery: Json = {"robotCode": self._robot}
        if not chat.is_group:
            delivery["spaceType"] = space
        told = await self._api.call(
            "POST", f"{_INSTANCES}/createAndDeliver",
            {
                "cardTemplateId": template, "outTrackId": name, "callbackType": "STREAM",
                "cardData": {"cardParamMap": dict(values)}, "userIdType": 1,
                "openSpaceId": f"dtv1.card//{space}.{chat.id}",
                space_model: {"supportForward": forward}, deliver_model: delivery,
            },
        )  # fmt: skip
        _require_delivery(told)

    async def update(self, name: str, values: Mapping[str, str]) -> None:
        """Change these values, and no others."""
        body = {
            "outTrackId": name, "cardData": {"cardParamMap": dict(values)},
            "cardUpdateOptions": {"updateCardDataByKey": True}, "userIdType": 1,
        }  # fmt: skip
        await self._api.call("PUT", _INSTANCES, body)

    async def stream(self, name: str, content: str, *, last: bool) -> None:
        body = {
            "outTrackId": name, "guid": str(uuid4()), "key": CONTENT, "content": content,
            "isFull": True, "isFinalize": last, "isError": False,
        }  # fmt: skip
        await self._api.call("PUT", "/v1.0/card/streaming", body)


def live_values() -> dict[str, str]:
    """Of a card that an answer is to be written into."""
    return {CONTENT: "", FLOW: INPUTING, "sys_full_json_obj": json.dumps({"order": [CONTENT]})}


def button_values(content: str, buttons: Sequence[Button]) -> dict[str, str]:
    listed = [
        {
            "text": each.label or each.send, "id": each.key,
            "params": {"key": each.key, "label": each.label or each.send},
        }
        for each in buttons
    ]  # fmt: skip
    return {"content": content, "buttons": json.dumps(listed, ensure_ascii=False), "chosen": ""}


def is_button_card(name: str) -> bool:
    return name.startswith(("g-b-", "u-b-"))


def chosen(label: str, language: Language, *, private: bool) -> Json:
    """The answer to a press: the card shows it. In a group its buttons stay, for whoever pressed
    may have no right to."""
    values = {"chosen": say(detect(label) or language, "dingtalk.chosen", label=label)}
    if private:
        values["buttons"] = "[]"
    return {
        "response": {
            "cardUpdateOptions": {"updateCardDataByKey": True},
            "cardData": {"cardParamMap": values},
        }
    }


def _require_delivery(told: Json) -> None:
    """200 may say that it was not delivered."""
    result = told.get("result")
    results = result.get("deliverResults") if isinstance(result, dict) else None
    failed = [
        each for each in (results if isinstance(results, list) else [])
        if isinstance(each, dict) and each.get("success") is False
    ]  # fmt: skip
    if failed:
        raise PermanentError(f"the card was not delivered: {str(failed[0].get('errorMsg'))[:200]}")
