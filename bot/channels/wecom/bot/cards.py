"""Buttons as WeCom shows them: a card below the words, which shows what was chosen."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from bot.messages import Button
from config.i18n import Language, say

Json = dict[str, Any]

MOST_BUTTONS = 6
_KEY_BYTES, _LABEL_LETTERS = 1024, 60
# The key of the button that says what was chosen.
_CHOSEN = "chosen"


def card(buttons: Sequence[Button], language: Language) -> Json:
    """At most MOST_BUTTONS of them."""
    keys = [
        {"text": _label(button), "style": 1 if position == 0 else 2, "key": _key(button)}
        for position, button in enumerate(buttons)
    ]
    return _interaction(uuid4().hex, say(language, "wecom_bot.choose"), keys)


def chosen(task: str, label: str, language: Language) -> Json:
    """What stands in place of a card when a button of it was pressed."""
    title = say(language, "wecom_bot.chosen", label=label)
    return _interaction(task, title, [{"text": f"✓ {label}", "style": 2, "key": _CHOSEN}])


def read_key(event_key: str) -> tuple[str, str] | None:
    """The key and the label of a pressed button, None when it is no button of ours."""
    key, space, label = event_key.partition(" ")
    return (key, label) if space and label else None


def _interaction(task: str, title: str, keys: list[Json]) -> Json:
    return {
        "card_type": "button_interaction", "main_title": {"title": title}, "button_list": keys,
        "task_id": task,
    }  # fmt: skip


def _label(button: Button) -> str:
    return (button.label or button.send)[:_LABEL_LETTERS]


def _key(button: Button) -> str:
    """WeCom tells us the key alone when it is pressed. Without a key of its own, the button says
    what it sends."""
    said = _label(button) if button.key else button.send
    return f"{button.key} {said}".encode()[:_KEY_BYTES].decode(errors="ignore")
