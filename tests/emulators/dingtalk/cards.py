"""Cards: their templates, what they show, what was streamed into them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
STATES = {
    "1": "processing", "2": "inputing", "3": "finished", "4": "executing", "5": "failed",
}  # fmt: skip


LAYOUT = "sys_full_json_obj"


@dataclass(frozen=True, slots=True)
class Button:
    """`id` is the action that a press names, "" for a link."""

    label: str
    id: str = ""
    url: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Which variables show as text, as title and as buttons (a JSON list, or an object that has
    one as msgButtons), and which markdown ones can be streamed into."""

    id: str
    text: tuple[str, ...]
    title: str = "title"
    buttons: str = LAYOUT
    streams: tuple[str, ...] = ()
    published: bool = True


BUILT_IN = (
    Template(
        id="382e4302-551d-4880-bf29-a30acfab2e71.schema", title="msgTitle",
        text=("msgContent", "staticMsgContent"), streams=("msgContent",),
    ),
    Template(id="589420e2-c1e2-46ef-a5ed-b8728e654da9.schema", text=("markdown",)),
    Template(id="1366a1eb-bc54-4859-ac88-517c56a9acb1.schema", text=("markdown", "tips")),
)  # fmt: skip


@dataclass(kw_only=True)
class Card:
    """`params` are its variables now; `carriers` by the space (chat) that it was delivered to."""

    out_track_id: str
    template: Template
    params: dict[str, str]
    spaces: frozenset[str]  # IM_ROBOT, IM_GROUP: those that it has a model for
    streamed: bool = True  # callbackType STREAM: presses are pushed
    carriers: dict[str, str] = field(default_factory=dict)
    snapshots: list[str] = field(default_factory=list)
    guids: dict[str, Json] = field(default_factory=dict)
    closed: bool = False  # by isFinalize or isError
    failed: bool = False

    @property
    def text(self) -> str:
        shown = (self.params.get(name) for name in self.template.text if self._shows(name))
        return "\n".join(text for text in shown if text)

    @property
    def title(self) -> str:
        title = self.template.title
        return self.params.get(title, "") if self._shows(title) else ""

    @property
    def state(self) -> str:
        """As its flowStatus says: processing, inputing, finished, executing, failed, or ""."""
        return STATES.get(self.params.get("flowStatus", ""), "")

    @property
    def buttons(self) -> tuple[Button, ...]:
        shown = self._shows("msgButtons")
        return read_buttons(self.params.get(self.template.buttons, "")) if shown else ()

    def _shows(self, part: str) -> bool:
        """Where the card's layout has an order, what is not in it is not shown."""
        written = self.params.get(LAYOUT) if self.template.buttons == LAYOUT else None
        layout = json.loads(written or "{}")
        order = layout.get("order") if isinstance(layout, dict) else None
        return not isinstance(order, list) or part in order

    def update(self, params: Mapping[str, str], *, by_key: bool) -> None:
        self.params = {**(self.params if by_key else {}), **params}

    def stream(self, asked: Json) -> None:
        key, content = asked["key"], asked["content"]
        before = "" if asked.get("isFull") else self.params.get(key, "")
        self.params[key] = before + content
        self.snapshots.append(self.params[key])
        self.guids[asked["guid"]] = asked
        self.failed = bool(asked.get("isError"))
        self.closed = self.failed or bool(asked.get("isFinalize"))


def read_buttons(written: str) -> tuple[Button, ...]:
    """Raises ValueError, LookupError or TypeError for what are no buttons."""
    if not written:
        return ()
    found = json.loads(written)
    listed = found.get("msgButtons", []) if isinstance(found, dict) else found
    return tuple(_button(each) for each in listed)


def _button(written: Json) -> Button:
    return Button(
        label=written["text"], id=str(written.get("id", "")), url=written.get("url", ""),
        params=written.get("params", {}),
    )  # fmt: skip


def find_button(card: Card, label: str) -> Button:
    """Raises LookupError for a button that the card does not show."""
    for button in card.buttons:
        if label in (button.label, button.id):
            return button
    raise LookupError(f"no button {label!r} among {[each.label for each in card.buttons]}")
