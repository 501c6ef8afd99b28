"""Files in a call: uploaded, referenced as attach://name, or known by their file_id."""

import io
from typing import Any

from PIL import Image

from tests.emulators.telegram.call import Call
from tests.emulators.telegram.errors import ApiError, bad_request
from tests.emulators.telegram.files import StoredFile
from tests.emulators.telegram.request import Upload

Json = dict[str, Any]

MEGABYTE = 1024 * 1024
MOST_DOCUMENT, MOST_PHOTO = 50 * MEGABYTE, 10 * MEGABYTE
MOST_SIDES, MOST_RATIO = 10_000, 20


def read_file(call: Call, kind: str, value: str | None = None) -> StoredFile:
    """`kind` is photo or document; `value` is the reference inside an album."""
    reference = call.given.text(kind) if value is None else value
    name = reference.removeprefix("attach://") if reference.startswith("attach://") else kind
    upload = call.given.files.get(name)
    if upload is None and not reference:
        raise bad_request(f"There is no {kind} in the request")
    if upload is None:
        if reference.startswith(("http://", "https://")):
            raise bad_request("failed to get HTTP URL content")
        return call.world.files.get(reference)
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > (MOST_PHOTO if kind == "photo" else MOST_DOCUMENT):
        raise _too_large(kind, upload)
    if kind == "photo":
        picture_size(upload.content)
    return call.world.files.add(f"{kind}s", upload.name, upload.mime, upload.content)


def _too_large(kind: str, upload: Upload) -> ApiError:
    size = len(upload.content)
    if size > MOST_DOCUMENT:
        return ApiError(413, "Request Entity Too Large")
    return bad_request(f'file "{upload.name}" of size {size} bytes is too big for a {kind}')


def picture_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels; raises what Telegram says to a picture that it cannot show."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = picture.size
    except (OSError, ValueError):
        raise bad_request("IMAGE_PROCESS_FAILED") from None
    if width + height > MOST_SIDES or max(width, height) > MOST_RATIO * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def document(stored: StoredFile) -> Json:
    return {**stored.json(), "file_name": stored.name, "mime_type": stored.mime}


def photo(stored: StoredFile) -> list[Json]:
    width, height = picture_size(stored.content)
    return [{**stored.json(), "width": width, "height": height}]
