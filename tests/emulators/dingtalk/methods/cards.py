"""Cards: created, delivered to chats, streamed into, updated.

What DingTalk does where its documents say nothing is assumed to be harmless to a client that
repeats itself: a card that exists is not made again, a chat that has it does not get it again, and
a guid that was used with the same content changes nothing.
"""

import json
from typing import Any
from uuid import uuid4

from tests.emulators.dingtalk.call import Call
from tests.emulators.dingtalk.cards import Card, Template, read_buttons
from tests.emulators.dingtalk.errors import bad_card, invalid, no_string, unknown
from tests.emulators.dingtalk.faults import Kind
from tests.emulators.dingtalk.world import Chat, Shown

Json = dict[str, Any]
_SPACES = {"IM_ROBOT": "imRobot", "IM_GROUP": "imGroup"}
_ILLEGAL = "spaceId is illegal"


def _create_and_deliver(call: Call) -> Json:
    card = _made(call)
    return {
        "success": True, "result": {"outTrackId": card.out_track_id,
                                    "deliverResults": _deliver_to_all(call, card)},
    }  # fmt: skip


def _create(call: Call) -> Json:
    return {"success": True, "result": _made(call).out_track_id}


def _deliver(call: Call) -> Json:
    return {"success": True, "result": _deliver_to_all(call, _known(call))}


def _made(call: Call) -> Card:
    template = _template(call)
    track, params = _text(call, "outTrackId"), _params(call, template)
    callback = call.body.get("callbackType", "STREAM")
    if callback != "STREAM":
        raise bad_card("callbackType", "no route for callbacks is registered")
    if track not in call.world.cards:
        spaces = {name for name, space in _SPACES.items() if f"{space}OpenSpaceModel" in call.body}
        call.world.cards[track] = Card(
            out_track_id=track, template=template, params=params, spaces=frozenset(spaces),
            streamed="callbackType" in call.body,
        )  # fmt: skip
    return call.world.cards[track]


def _text(call: Call, name: str) -> str:
    found = call.body.get(name)
    if found in (None, ""):
        raise bad_card("empty", f"{name} is empty")
    if not isinstance(found, str):
        raise no_string([name])
    return found


def _template(call: Call) -> Template:
    template = call.world.templates.get(_text(call, "cardTemplateId"))
    if template is None or not template.published:
        raise bad_card("templateUnpublished", "卡片模板不存在或未发布")
    return template


def _params(call: Call, template: Template) -> dict[str, str]:
    """Raises for anything but text, and for buttons that are no JSON."""
    data = call.body.get("cardData")
    params = data.get("cardParamMap") if isinstance(data, dict) else None
    if not isinstance(params, dict):
        raise bad_card("cardData", "cardData.cardParamMap is missing")
    if wrong := [name for name, value in params.items() if not isinstance(value, str)]:
        raise no_string(wrong)
    if reason := _wrong_buttons(template, params):
        raise bad_card(template.buttons, reason)
    return params


def _wrong_buttons(template: Template, params: dict[str, str]) -> str:
    """Why they are none; "" when they are right."""
    try:
        read_buttons(params.get(template.buttons, ""))
    except (ValueError, LookupError, TypeError) as error:
        return f"no buttons: {error!r}"
    return ""


def _deliver_to_all(call: Call, card: Card) -> list[Json]:
    """deliverResults, one for each space; those that are not a success were not delivered."""
    if call.body.get("userIdType", 1) != 1:
        raise bad_card("userIdType", "only staff ids are known here")
    return [_deliver_to(call, card, space) for space in _text(call, "openSpaceId").split(";")]


def _deliver_to(call: Call, card: Card, space: str) -> Json:
    type_, _, space_id = space.removeprefix("dtv1.card//").partition(".")
    chat, reason = _chat(call, card, space, type_, space_id)
    carrier = ""
    if chat is not None and call.struck(Kind.undelivered):
        chat, reason = None, _ILLEGAL
    if chat is not None:
        carrier = _show(call, card, chat)
    return {
        "spaceType": type_, "spaceId": space_id, "success": chat is not None,
        "carrierId": carrier, "errorMsg": reason,
    }  # fmt: skip


def _chat(call: Call, card: Card, space: str, type_: str, space_id: str) -> tuple[Chat | None, str]:
    """Where the card goes; or None and the reason why it does not."""
    if not space.startswith("dtv1.card//") or type_ not in _SPACES:
        return None, _ILLEGAL
    if type_ not in card.spaces:
        return None, f"{_SPACES[type_]}OpenSpaceModel is missing"
    model = call.body.get(f"{_SPACES[type_]}OpenDeliverModel")
    if not isinstance(model, dict):
        return None, f"{_SPACES[type_]}OpenDeliverModel is missing"
    if type_ == "IM_GROUP" and "robotCode" not in model:
        return None, "robotCode is missing"
    if model.get("robotCode", call.world.robot_code) != call.world.robot_code:
        return None, "robotCode is illegal"
    if type_ == "IM_ROBOT":
        user = call.world.staff(space_id)
        return (call.world.dialog(user), "") if user else (None, _ILLEGAL)
    chat = call.world.chats.get(space_id)
    return (chat, "") if chat and chat.group and chat.has_robot else (None, _ILLEGAL)


def _show(call: Call, card: Card, chat: Chat) -> str:
    """The carrierId; the chat gets a card once."""
    if chat.id not in card.carriers:
        card.carriers[chat.id] = uuid4().hex
        number = next(call.world.numbers)
        chat.posts.append(
            Shown(n=number, kind="card", by=call.path, key=card.out_track_id, card=card)
        )
        call.wrote(chat.id, card.text, card.out_track_id)
    return card.carriers[chat.id]


def _known(call: Call) -> Card:
    card = call.world.cards.get(_text(call, "outTrackId"))
    if card is None:
        raise bad_card("outTrackId", "the card does not exist")
    return card


def _stream(call: Call) -> Json:
    card, guid = _known(call), _text(call, "guid")
    given = {name: call.body.get(name) for name in ("key", "content", "isFull", "isFinalize")}
    asked = {**given, "guid": guid, "isError": call.body.get("isError")}
    _check_stream(call, card, asked)
    if guid not in card.guids:
        card.stream(asked)
        for chat in card.carriers:
            call.wrote(chat, card.snapshots[-1], card.out_track_id)
    return {"success": True, "result": True}


def _check_stream(call: Call, card: Card, asked: Json) -> None:
    if not isinstance(asked["content"], str):
        raise bad_card("content", "content must be a string")
    for name in ("isFull", "isFinalize", "isError"):
        if asked[name] not in (None, True, False):
            raise bad_card(name, f"{name} must be true or false")
    if not card.carriers:
        raise bad_card("outTrackId", "the card is not delivered")
    if (before := card.guids.get(asked["guid"])) is not None:
        if before != asked:
            raise bad_card("guid", "the guid was used for something else")
        return
    if card.closed:
        raise bad_card("isFinalize", "the stream of the card is finished")
    if asked["key"] not in card.template.streams:
        raise unknown()
    if not asked["isFull"]:
        raise bad_card("isFull", "a Markdown variable needs isFull")


def _update(call: Call) -> Json:
    card = _known(call)
    options = call.body.get("cardUpdateOptions") or {}
    if not isinstance(options, dict):
        raise invalid("cardUpdateOptions", "cardUpdateOptions must be an object")
    card.update(_params(call, card.template), by_key=options.get("updateCardDataByKey") is True)
    for chat in card.carriers:
        call.wrote(chat, card.text, card.out_track_id)
    return {"success": True, "result": True}


def answer_press(card: Card, data: Json) -> None:
    """Changes the card as the acknowledgement of a press asks. Raises ValueError for a wrong one."""
    response = data.get("response")
    changed = response.get("cardData") if isinstance(response, dict) else None
    if changed is None:
        return
    assert isinstance(response, dict)
    params = changed.get("cardParamMap") if isinstance(changed, dict) else None
    if not isinstance(params, dict) or not all(isinstance(each, str) for each in params.values()):
        raise ValueError(f"cardParamMap must be an object of strings: {json.dumps(changed)}")
    if reason := _wrong_buttons(card.template, params):
        raise ValueError(reason)
    options = response.get("cardUpdateOptions") or {}
    card.update(params, by_key=options.get("updateCardDataByKey") is True)


NEW = {
    ("POST", "/v1.0/card/instances/createAndDeliver"): _create_and_deliver,
    ("POST", "/v1.0/card/instances"): _create,
    ("POST", "/v1.0/card/instances/deliver"): _deliver,
    ("PUT", "/v1.0/card/instances"): _update,
    ("PUT", "/v1.0/card/streaming"): _stream,
}
