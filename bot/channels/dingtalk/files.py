"""Files to and from DingTalk."""

import io
import zipfile
from pathlib import PurePosixPath

import httpx
import structlog

from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.places import Chat
from bot.channels.dingtalk.robot_calls import RobotCalls
from bot.messages import File, RemoteFile
from config.channels import DingtalkSettings
from config.errors import PermanentError, TransientError

log = structlog.get_logger()

_MOST_UPLOADED, _MOST_DOWNLOADED = 20_000_000, 20_000_000
_PICTURES = ("image/png", "image/jpeg")
# Where DingTalk keeps what people send.
_STORAGE = (".dingtalk.com", ".aliyuncs.com", ".alicdn.com")


async def send_file(api: Api, robot: RobotCalls, chat: Chat, file: File) -> str:
    """A picture shows as one, where DingTalk takes it; a kind of file that it does not know goes in
    a zip. Returns the name of the message."""
    if file.size > _MOST_UPLOADED:
        raise PermanentError(f"the file is too large for DingTalk: {file.size} bytes")
    if file.media_type in _PICTURES:
        try:
            media = await api.upload("image", file.name, file.media_type, file.content)
            return await robot.send(chat, "sampleImageMsg", {"photoURL": media})
        except PermanentError as error:
            log.info("dingtalk.no_picture", error=str(error))
    try:
        return await _send_as_file(api, robot, chat, file)
    except PermanentError as error:
        if _suffix(file) == "zip":
            raise
        log.info("dingtalk.packed", error=str(error))
    return await _send_as_file(api, robot, chat, _packed(file))


async def fetch_file(api: Api, settings: DingtalkSettings, file: RemoteFile) -> bytes:
    """Raises TransientError, or PermanentError when it is gone, too large, or not where DingTalk
    keeps its files."""
    asked = {"downloadCode": file.remote, "robotCode": settings.robot}
    told = await api.call("POST", "/v1.0/robot/messageFiles/download", asked)
    url = told.get("downloadUrl")
    if not isinstance(url, str):
        raise TransientError("an answer without an address")
    return await api.fetch(_trusted(url, settings), _MOST_DOWNLOADED)


def _trusted(url: str, settings: DingtalkSettings) -> httpx.URL:
    try:
        given = httpx.URL(url)
    except httpx.InvalidURL:
        raise PermanentError("the file has no address") from None
    if _origin(given) in (_origin(httpx.URL(settings.api)), _origin(httpx.URL(settings.old_api))):
        return given
    if given.port not in (None, 80, 443) or not given.host.endswith(_STORAGE):
        raise PermanentError("the file is said to be somewhere that is not DingTalk's")
    return given.copy_with(scheme="https", port=None)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


async def _send_as_file(api: Api, robot: RobotCalls, chat: Chat, file: File) -> str:
    media = await api.upload("file", file.name, file.media_type, file.content)
    parameters = {"mediaId": media, "fileName": file.name, "fileType": _suffix(file)}
    return await robot.send(chat, "sampleFile", parameters)


def _packed(file: File) -> File:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(file.name, file.content)
    return File(name=f"{file.name}.zip", media_type="application/zip", content=packed.getvalue())


def _suffix(file: File) -> str:
    return PurePosixPath(file.name).suffix.lstrip(".").lower() or "bin"
