"""What WeCom takes as a message to a customer."""

import re

from tests.emulators.wecom.call import Call, Json
from tests.emulators.wecom.errors import ApiError

_MAX_TEXT, _MAX_AROUND_MENU, _MAX_ITEM = 2_048, 1_024, 128
_MOST_ITEMS = 10
_MEDIA = ("image", "voice", "video", "file")
_MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")


def checked(call: Call, kinds: tuple[str, ...], known: set[str]) -> tuple[str, Json]:
    """Type and content."""
    kind = call.text("msgtype")
    if kind not in kinds:
        raise ApiError(40008)
    if unknown := set(call.body) - known - {"msgid", "msgtype", kind}:
        raise ApiError(40058, f"{sorted(unknown)}")
    if "msgid" in call.body and not _MSGID.fullmatch(call.text("msgid")):
        raise ApiError(40058, "msgid")
    content = call.body.get(kind)
    if not isinstance(content, dict):
        raise ApiError(40058, kind)
    if kind == "text":
        _check_text(content.get("content"), _MAX_TEXT)
    elif kind == "msgmenu":
        _check_menu(content)
    elif kind in _MEDIA and call.world.stored(str(content.get("media_id"))).kind != kind:
        raise ApiError(40007)
    return kind, content


def _check_menu(menu: Json) -> None:
    items = menu.get("list")
    if not isinstance(items, list) or not items:
        raise ApiError(40058, "list")
    if len(items) > _MOST_ITEMS:
        raise ApiError(95008)
    for name in ("head_content", "tail_content"):
        if name in menu:
            _check_text(menu[name], _MAX_AROUND_MENU)
    for item in items:
        click = item.get("click") if item.get("type") == "click" else None
        if not isinstance(click, dict) or set(click) != {"id", "content"}:
            raise ApiError(40058, "click")
        for value in click.values():
            _check_text(value, _MAX_ITEM)


def _check_text(said: object, most: int) -> None:
    if not isinstance(said, str):
        raise ApiError(40058, "content")
    if not said:
        raise ApiError(44004)
    if len(said.encode()) > most:
        raise ApiError(45002)
