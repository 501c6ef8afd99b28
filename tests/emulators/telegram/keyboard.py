"""Buttons, with the limits that Telegram sets to them."""

from typing import Any

from tests.emulators.telegram.errors import ApiError, bad_request
from tests.emulators.telegram.request import Parameters
from tests.emulators.telegram.text.links import link_fault

Json = dict[str, Any]

MOST_BUTTONS, MOST_DATA = 100, 64
_ACTIONS = (
    "callback_data", "url", "web_app", "login_url", "switch_inline_query",
    "switch_inline_query_current_chat", "switch_inline_query_chosen_chat", "copy_text",
    "callback_game", "pay",
)  # fmt: skip


def read_keyboard(given: Parameters) -> Json | None:
    """The inline keyboard, as it shows in the message; other markup is checked and not shown."""
    markup = given.nested("reply_markup", "reply keyboard markup")
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    rows = markup.get("inline_keyboard")
    if rows is None:
        return None
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request("expected an Array of Arrays of inline keyboard buttons")
    shown = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, shown)) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": shown} if shown else None


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _unparsable("expected an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise _unparsable('Can\'t find field "text"')
    if not text:
        raise bad_request("BUTTON_TEXT_EMPTY")
    if not any(button.get(name) not in (None, "") for name in _ACTIONS):
        raise _unparsable("Text buttons are unallowed in the inline keyboard")
    if len(str(button.get("callback_data", "")).encode()) > MOST_DATA:
        raise bad_request("BUTTON_DATA_INVALID")
    if reason := link_fault(str(button["url"])) if button.get("url") else "":
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: {reason}")
    return {name: value for name, value in button.items() if value is not None}


def _unparsable(reason: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def find_button(message: Json, label: str) -> Json:
    """By its text or its data; raises LookupError when the message has none such."""
    buttons = [
        button
        for row in message.get("reply_markup", {}).get("inline_keyboard", [])
        for button in row
    ]
    for button in buttons:
        if label in (button["text"], button.get("callback_data")):
            return {**button}
    for button in buttons:
        if label in button["text"]:
            return {**button}
    raise LookupError(f"no button {label!r} among {[button['text'] for button in buttons]}")
