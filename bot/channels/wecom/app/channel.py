"""A self-built app of WeCom: it is called when members write, and sends to them by its own calls."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Self

import structlog

from bot.channels.base import Capabilities, Handler, Pace, WebhookAnswer, WebhookCall
from bot.channels.wecom.api import WecomApi
from bot.channels.wecom.app.receiving import CARD_PRESSED, NAME, event_of, label_of
from bot.channels.wecom.app.sending import Part, as_upload, parts_of, text_body
from bot.channels.wecom.callback import Callback, Fields
from bot.channels.wecom.errors import Refused, without_effect
from bot.errors import Closed, NotDelivered
from bot.messages import Address, File, OutboundMessage, RemoteFile, fetched
from bot.shelf import Shelf
from config.channels import WecomAppSettings
from config.errors import AppError, ConfigurationError, PermanentError, TransientError
from config.i18n import Language, say
from config.i18n.detect import detect

log = structlog.get_logger()

_FIRST_RETRY, _LAST_RETRY = 1.0, 60.0
# Others think that a sender is dead when it needs longer than 30 seconds for one message.
_PATIENCE_SECONDS = 25.0
# So long WeCom drops what it had already; every part is another one (see fingerprint).
_DUPLICATE_SECONDS = 1_800
_NOBODY_THERE = (40003, 60111, 81013)
_WRONG_SETTINGS = {
    40001: "WECOM_APP__SECRET", 40013: "WECOM_APP__CORP_ID", 40056: "WECOM_APP__AGENT_ID"
}  # fmt: skip


class WecomAppChannel:
    """The ids of uploaded files stay on the shelf, so that a file that is sent again is the same
    to WeCom."""

    name = NAME
    capabilities = Capabilities(buttons=True, files=True, keyed=True)
    chats: frozenset[str] | None = None

    def __init__(self, settings: WecomAppSettings, shelf: Shelf) -> None:
        self._agent_id = settings.agent_id
        self._shelf = shelf
        self._callback = Callback(settings, settings.corp_id)
        self._api = WecomApi(settings.api, settings.corp_id, settings.secret.get_secret_value())
        self._handler: Handler | None = None
        self._updating: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._api.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._updating:
            task.cancel()
        await asyncio.gather(*self._updating, return_exceptions=True)
        await self._api.__aexit__(*error)

    async def run(self, handler: Handler) -> None:
        """Raises ConfigurationError when WeCom does not know the company, the app or its secret."""
        self._handler = handler
        await self._introduced()
        await asyncio.Event().wait()

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        if self._handler is None:
            return WebhookAnswer(status=503)
        return await self._callback.answer(call, self._received)

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return parts_of(message)

    def paces(self, address: Address) -> Mapping[str, Pace]:
        """What is more, WeCom drops without a word."""
        member = f"{NAME}:{address.bot}:{address.chat}"
        return {
            f"{member}:minute": Pace(count=30, seconds=60),
            f"{member}:hour": Pace(count=1_000, seconds=3_600),
        }

    async def send(self, part: OutboundMessage) -> str:
        assert isinstance(part, Part)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._send(part)
        except TimeoutError:
            raise TransientError(f"WeCom: no answer in {_PATIENCE_SECONDS:g} s") from None

    async def draft(self, so_far: OutboundMessage) -> None:
        raise PermanentError("what an app has sent stays as it is")

    async def download(self, file: RemoteFile) -> File:
        return fetched(file, (await self._api.download(file.remote)).content)

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        raise PermanentError("an app has the menu that its admin page gives it")

    async def _received(self, fields: Fields) -> None:
        """Hand on what happened; when this returns it is on disk."""
        assert self._handler is not None
        event = event_of(fields, self._agent_id)
        if event is None:
            return
        await self._handler(event)
        if fields.get("Event") == CARD_PRESSED and fields.get("ResponseCode"):
            # Only the look of the card waits for this.
            task = asyncio.create_task(self._show_choice(fields))
            self._updating.add(task)
            task.add_done_callback(self._updating.discard)

    async def _show_choice(self, fields: Fields) -> None:
        """In place of its buttons the card says which one was pressed."""
        label = label_of(fields["EventKey"])
        chosen = say(detect(label) or Language.zh_cn, "wecom_app.chosen", label=label)
        update = {
            "userids": [fields["FromUserName"]], "agentid": self._agent_id,
            "response_code": fields["ResponseCode"], "button": {"replace_name": chosen},
        }  # fmt: skip
        try:
            await self._api.call("POST", "message/update_template_card", update)
        except AppError as error:
            log.info("wecom_app.card_unchanged", error=str(error))

    async def _send(self, part: Part) -> str:
        if part.files:
            body = await self._file_body(part, part.files[0])
        else:
            body = text_body(part)
        asked: dict[str, Any] = {"touser": part.address.chat, "agentid": self._agent_id, **body}
        if part.key:
            asked |= {
                "enable_duplicate_check": 1, "duplicate_check_interval": _DUPLICATE_SECONDS
            }  # fmt: skip
        try:
            answer = await self._api.call("POST", "message/send", asked)
        except Refused as error:
            if error.code in _NOBODY_THERE:
                raise Closed(str(error)) from None
            raise
        # WeCom says 0 also when nobody got it.
        if answer.get("invaliduser"):
            raise Closed("WeCom: the app does not reach this member")
        if answer.get("unlicenseduser"):
            raise PermanentError("WeCom: the member has no licence for the interfaces")
        return str(answer.get("msgid", ""))

    async def _file_body(self, part: Part, file: File) -> dict[str, Any]:
        kind, content = as_upload(file)
        with without_effect():
            kept = await self._shelf.get(_note(part)) if part.key else None
        if kept is None:
            kept = await self._api.upload(kind, file.name, content)
            if part.key:
                with without_effect():
                    keep = timedelta(seconds=_DUPLICATE_SECONDS)
                    await self._shelf.put(_note(part), kept, keep)
        return {"msgtype": kind, kind: {"media_id": kept}}

    async def _introduced(self) -> None:
        """Ask for our app until WeCom answers: a service may start before its network does."""
        pause = _FIRST_RETRY
        while True:
            try:
                await self._api.call("GET", "agent/get", query={"agentid": str(self._agent_id)})
            except Refused as error:
                if error.code in _WRONG_SETTINGS:
                    raise ConfigurationError(f"{_WRONG_SETTINGS[error.code]}: {error}") from None
                log.error("wecom_app.refused", error=str(error))
                return
            except (NotDelivered, TransientError) as error:
                log.warning("wecom_app.not_ready", error=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LAST_RETRY)
            else:
                return


def _note(part: Part) -> str:
    return f"{NAME}:media:{part.address.chat}:{part.key}"
