"""微信客服: customers in WeChat, answered by us until people of the company take the chat."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Self

import structlog

from bot.channels.base import (
    Capabilities,
    Cursors,
    Duty,
    Handler,
    Pace,
    WebhookAnswer,
    WebhookCall,
)
from bot.channels.wecom.api import WecomApi
from bot.channels.wecom.callback import Callback, Fields
from bot.channels.wecom.errors import Refused
from bot.channels.wecom.kf.names import Names
from bot.channels.wecom.kf.pulling import PAUSES, Pauses, Puller, persistently
from bot.channels.wecom.kf.receiving import NAME, Entered, customer_of, happened, sent_at
from bot.channels.wecom.kf.sending import MOST_MESSAGES, body_of, id_of, parts_of
from bot.channels.wecom.kf.serving import Serving
from bot.channels.wecom.kf.sessions import Sessions
from bot.errors import Closed, NotDelivered, NotTransferred
from bot.messages import (
    Address,
    Event,
    File,
    HumanServes,
    InboundMessage,
    OutboundMessage,
    RemoteFile,
    fetched,
)
from config.channels import WecomKfSettings
from config.errors import AppError, ConfigurationError, PermanentError, TransientError
from config.i18n import Language, say

log = structlog.get_logger()

# Others think that a sender is dead when it needs longer than 30 seconds for one message.
_PATIENCE_SECONDS = 25.0
# A greeting is taken for 20 seconds; the clocks of both sides may differ a little.
_GREET_WITHIN_SECONDS = 30.0
# What is older when we read an account for the first time was answered by others.
_FIRST_LOOK_SECONDS = 3_600.0
_ACCOUNTS = 100
_TOO_MANY, _SILENT, _ENDED, _NOT_OURS = 95_001, 95_002, 95_013, 95_018
_WRONG_SETTINGS = {40001: "WECOM_KF__SECRET", 40013: "WECOM_KF__CORP_ID"}


class WecomKfChannel:
    """`cursors` say how far each account is read; `duty` is needed where several processes read."""

    name = NAME
    capabilities = Capabilities(buttons=True, files=True, keyed=True, transfers=True)
    chats: frozenset[str] | None = None

    def __init__(
        self,
        settings: WecomKfSettings,
        cursors: Cursors,
        duty: Duty | None = None,
        pauses: Pauses = PAUSES,
    ) -> None:
        self._api = WecomApi(settings.api, settings.corp_id, settings.secret.get_secret_value())
        self._callback = Callback(settings, settings.corp_id)
        self._pauses = pauses
        self._names = Names(self._api)
        self._sessions = Sessions(self._api, settings.servicer)
        self._serving = Serving(cursors, self._sessions)
        self._puller = Puller(self._api, cursors, duty, self._hand_on, pauses)
        self._handler: Handler | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._api.__aexit__(*error)

    async def run(self, handler: Handler) -> None:
        """Raises ConfigurationError when WeCom does not know the company or the secret."""
        self._handler = handler
        for account in await self._accounts():
            self._puller.look(account)
        await self._puller.run()

    async def webhook(self, call: WebhookCall) -> WebhookAnswer:
        if self._handler is None:
            return WebhookAnswer(status=503)
        return await self._callback.answer(call, self._noticed)

    def parts(self, message: OutboundMessage) -> Sequence[OutboundMessage]:
        return parts_of(message)

    def paces(self, address: Address) -> Mapping[str, Pace]:
        """WeCom takes 10,000 calls a minute; a message may need several."""
        return {NAME: Pace(count=50, seconds=1)}

    async def send(self, part: OutboundMessage) -> str:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await self._send(part)
        except TimeoutError:
            raise TransientError(f"WeCom: no answer in {_PATIENCE_SECONDS:g} s") from None

    async def draft(self, so_far: OutboundMessage) -> None:
        raise PermanentError("a customer gets five messages: none of them is a draft")

    async def download(self, file: RemoteFile) -> File:
        media = await self._api.download(file.remote)
        if not file.name.startswith("file-"):
            return fetched(file, media.content)
        return File(
            name=media.name or file.name, media_type=media.media_type or file.media_type,
            content=media.content,
        )  # fmt: skip

    async def menu(
        self, address: Address | None, commands: Sequence[tuple[str, str]], language: str | None
    ) -> None:
        raise PermanentError("customers have no commands")

    async def _noticed(self, fields: Fields) -> None:
        if fields.get("Event") == "kf_msg_or_event":
            await self._puller.notice(fields.get("OpenKfId", ""), fields.get("Token", ""))

    async def _hand_on(self, account: str, messages: Sequence[dict[str, Any]], first: bool) -> None:
        """One page; when this returns all of it is on disk."""
        await self._names.learn([customer_of(message) for message in messages])
        for message in messages:
            if first and time.time() - sent_at(message) > _FIRST_LOOK_SECONDS:
                continue
            event = happened(message, self._names.of(customer_of(message)))
            if isinstance(event, Entered):
                await self._greet(event)
            elif event is not None:
                await persistently(partial(self._told, event), self._pauses)

    async def _told(self, event: Event) -> None:
        assert self._handler is not None
        if isinstance(event, InboundMessage) and await self._serving.ended_unheard(event.address):
            await self._told(HumanServes(address=event.address, begins=False))
        await self._handler(event)
        if isinstance(event, HumanServes):
            await self._serving.note(event)

    async def _greet(self, entered: Entered) -> None:
        if time.time() - entered.at > _GREET_WITHIN_SECONDS:
            return
        words = say(Language.zh_cn, "wecom_kf.greeting")
        asked = {"code": entered.code, "msgtype": "text", "text": {"content": words}}
        try:
            await self._api.call("POST", "kf/send_msg_on_event", asked)
        except AppError as error:
            log.info("wecom_kf.not_greeted", error=str(error))

    async def _send(self, part: OutboundMessage) -> str:
        address, id_ = part.address, id_of(part)
        body = await body_of(part, self._api)
        asked = {"touser": address.chat, "open_kfid": address.bot, "msgid": id_, **body}
        try:
            await self._api.call("POST", "kf/send_msg", asked)
        except Refused as error:
            # Sent again after a crash, it may have been what gave the chat away.
            if not (part.transfer and error.code == _NOT_OURS and await self._given(address)):
                raise await self._explained(address, error) from None
            return id_
        if part.transfer:
            await self._transfer(address, id_)
        return id_

    async def _transfer(self, address: Address, id_: str) -> None:
        """Raises NotTransferred when nobody takes the chat."""
        try:
            await self._sessions.transfer(address)
        except Refused as error:
            raise NotTransferred(str(error), external_id=id_) from None
        await self._told(HumanServes(address=address, begins=True))

    async def _given(self, address: Address) -> bool:
        """Whether people have the chat; then the agent is told to be silent."""
        if not await self._sessions.with_people(address):
            return False
        await self._told(HumanServes(address=address, begins=True))
        return True

    async def _explained(self, address: Address, error: Refused) -> AppError:
        match error.code:
            case code if code == _TOO_MANY:
                return PermanentError(
                    f"{error} (a customer gets {MOST_MESSAGES} for each of theirs)"
                )
            case code if code in (_SILENT, _ENDED):
                return Closed(str(error))
            case code if code == _NOT_OURS:
                people = await self._given(address)
                return PermanentError(f"{error}: people serve it") if people else Closed(str(error))
            case _:
                return error

    async def _accounts(self) -> list[str]:
        """Ask for our accounts until WeCom answers: a service may start before its network does."""
        pause, found = self._pauses.first, list[str]()
        while True:
            asked = {"offset": len(found), "limit": _ACCOUNTS}
            try:
                answer = await self._api.call("POST", "kf/account/list", asked)
            except Refused as error:
                if error.code in _WRONG_SETTINGS:
                    raise ConfigurationError(f"{_WRONG_SETTINGS[error.code]}: {error}") from None
                log.error("wecom_kf.refused", error=str(error))
                return found
            except (NotDelivered, TransientError) as error:
                log.warning("wecom_kf.not_ready", error=str(error))
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._pauses.last)
                continue
            page = [str(each["open_kfid"]) for each in answer.get("account_list") or []]
            found += page
            if len(page) < _ACCOUNTS:
                return found
