"""Files that are uploaded, and fetched again."""

from urllib.parse import quote

from tests.emulators.telegram.wire import Answer
from tests.emulators.wecom.call import Call, Json, Route
from tests.emulators.wecom.errors import ApiError

LIMITS = {"image": 10_000_000, "voice": 2_000_000, "video": 10_000_000, "file": 20_000_000}
_LEAST = 6
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


def upload(call: Call) -> Json:
    return keep(call, call.query.get("type", ""), tuple(LIMITS))


def keep(call: Call, kind: str, kinds: tuple[str, ...]) -> Json:
    if kind not in kinds:
        raise ApiError(40004)
    if call.upload is None:
        raise ApiError(44001)
    content = call.upload.content
    if not _LEAST <= len(content) <= LIMITS[kind]:
        raise ApiError(40006)
    if kind == "image" and not content.startswith(_PICTURES):
        raise ApiError(40004, "neither JPG nor PNG")
    if not call.upload.name:
        raise ApiError(40058, "no file name")
    stored = call.world.keep(kind, call.upload.name, content)
    call.record("", name=stored.name, size=len(content), media_id=stored.id)
    created = str(call.world.clock.date())
    return {"type": kind, "media_id": stored.id, "created_at": created}


def fetch(call: Call) -> Answer:
    stored = call.world.stored(call.query.get("media_id", ""))
    named = f'attachment; filename="{stored.name}"'
    try:
        disposition = named.encode("ascii")
    except UnicodeEncodeError:
        disposition = f"{named}; filename*=utf-8''{quote(stored.name)}".encode()
    headers = [(b"content-disposition", disposition)]
    return Answer(200, stored.content, b"application/octet-stream", headers)


MEDIA = {
    "media/upload": Route(handler=upload),
    "media/get": Route(handler=fetch, method="GET"),
}
