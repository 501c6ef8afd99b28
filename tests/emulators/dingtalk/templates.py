"""The robot's messages by msgKey: which parameters each must have, and what people see of it."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.emulators.dingtalk.cards import Button
from tests.emulators.dingtalk.errors import invalid
from tests.emulators.dingtalk.world import Stored, World

Json = dict[str, Any]
MOST_PARAM = 15_000
_NUMBERED = {
    f"sampleActionCard{n}": (
        "title", "text",
        *(f"{part}{i}" for i in range(1, n + 1) for part in ("actionTitle", "actionURL")),
    )
    for n in range(2, 6)
}  # fmt: skip
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "sampleText": ("content",),
    "sampleMarkdown": ("title", "text"),
    "sampleImageMsg": ("photoURL",),
    "sampleLink": ("title", "text", "messageUrl", "picUrl"),
    "sampleActionCard": ("title", "text", "singleTitle", "singleURL"),
    **_NUMBERED,
    "sampleActionCard6": (
        "title", "text", "buttonTitle1", "buttonUrl1", "buttonTitle2", "buttonUrl2",
    ),
    "sampleAudio": ("mediaId", "duration"),
    "sampleFile": ("mediaId", "fileName", "fileType"),
    "sampleVideo": ("duration", "videoMediaId", "videoType", "picMediaId"),
}  # fmt: skip


def read_message(world: World, key: Any, param: Any) -> Json:
    """The fields of Shown. Raises msgKey.invalid, msgParam.invalid or msgParam.tooLong."""
    if key not in REQUIRED:
        raise invalid("msgKey.invalid", f"unknown msgKey {key!r}")
    if not isinstance(param, str):
        raise invalid("msgParam.invalid", "msgParam must be a string with JSON")
    if len(param.encode()) > MOST_PARAM:
        raise invalid("msgParam.tooLong", f"msgParam is longer than {MOST_PARAM} bytes")
    try:
        given = json.loads(param)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise invalid("msgParam.invalid", "msgParam must be an object of strings")
    if missing := [name for name in REQUIRED[key] if not given.get(name)]:
        raise invalid("msgParam.invalid", f"msgParam lacks {missing}")
    return _SHOWN[key](world, given)


def _text(world: World, given: Json) -> Json:
    return {"kind": "text", "text": given["content"]}


def _markdown(world: World, given: Json) -> Json:
    return {"kind": "markdown", "title": given["title"], "text": given["text"]}


def _image(world: World, given: Json) -> Json:
    url = given["photoURL"]
    stored = None if url.startswith(("http://", "https://")) else _media(world, url)
    return {"kind": "image", "url": url, "file": stored}


def _link(world: World, given: Json) -> Json:
    return {"kind": "link", "title": given["title"], "text": given["text"],
            "url": given["messageUrl"]}  # fmt: skip


def _file(world: World, given: Json) -> Json:
    name = given["fileName"]
    return {"kind": "file", "title": name, "text": name, "file": _media(world, given["mediaId"])}


def _audio(world: World, given: Json) -> Json:
    return {"kind": "audio", "file": _media(world, given["mediaId"])}


def _video(world: World, given: Json) -> Json:
    _media(world, given["picMediaId"])
    return {"kind": "video", "file": _media(world, given["videoMediaId"])}


def _action_card(title: str, url: str, numbers: tuple[str, ...]) -> Callable[[World, Json], Json]:
    def shown(world: World, given: Json) -> Json:
        buttons = tuple(Button(given[f"{title}{n}"], url=given[f"{url}{n}"]) for n in numbers)
        return {"kind": "action_card", "title": given["title"], "text": given["text"],
                "buttons": buttons}  # fmt: skip

    return shown


_SHOWN: Mapping[str, Callable[[World, Json], Json]] = {
    "sampleText": _text,
    "sampleMarkdown": _markdown,
    "sampleImageMsg": _image,
    "sampleLink": _link,
    "sampleActionCard": _action_card("singleTitle", "singleURL", ("",)),
    **{
        f"sampleActionCard{n}": _action_card(
            "actionTitle", "actionURL", tuple(str(i) for i in range(1, n + 1))
        )
        for n in range(2, 6)
    },
    "sampleActionCard6": _action_card("buttonTitle", "buttonUrl", ("1", "2")),
    "sampleAudio": _audio,
    "sampleFile": _file,
    "sampleVideo": _video,
}


def _media(world: World, media_id: str) -> Stored:
    stored = world.files.get(media_id)
    if stored is None or not media_id.startswith("@"):
        raise invalid("msgParam.invalid", f"no such media: {media_id}")
    return stored
