"""One part to DingTalk: into the card that stands for it, by the session of what it answers, or by
the robot's own calls."""

from uuid import uuid4

import structlog

from bot.channels.dingtalk.api import Api
from bot.channels.dingtalk.cards import Cards, button_values, card_name
from bot.channels.dingtalk.errors import Forbidden, Json
from bot.channels.dingtalk.files import send_file
from bot.channels.dingtalk.live import LiveAnswers
from bot.channels.dingtalk.parts import Part, Words, markdown_of, words_of
from bot.channels.dingtalk.places import Chat, ReplyToken
from bot.channels.dingtalk.robot_calls import RobotCalls
from bot.errors import Closed, NotDelivered
from bot.messages import OutboundMessage
from config.channels import DingtalkSettings
from config.errors import PermanentError
from config.i18n import Language, say
from config.i18n.detect import detect

log = structlog.get_logger()

# What stands at the beginning of a line may be a heading or a list.
_LINE = "  \n"


class Sender:
    """`live` are the answers that are shown while they come, None to have none."""

    def __init__(
        self,
        settings: DingtalkSettings,
        api: Api,
        cards: Cards,
        live: LiveAnswers | None,
        language: Language,
    ) -> None:
        # A press is told by the stream alone.
        self._template = None if settings.http else settings.button_card or None
        self._api = api
        self._cards = cards
        self._live = live
        self._language = language
        self._robot = RobotCalls(api, settings.robot)

    async def send(self, part: Part) -> str:
        """Raises what Channel.send does."""
        chat = Chat.at(part.address)
        if part.files:
            return await self._file(chat, part)
        pressable = bool(part.buttons) and self._template is not None and not chat.is_guest
        finished = await self._live.finish(part, lines=not pressable) if self._live else None
        if finished and not pressable:
            return finished
        if pressable and (sent := await self._pressable(chat, part, alone=bool(finished))):
            return sent
        if finished:
            # Their lines are all that is missing.
            part = Part(address=part.address, text=self._choose(part.text), buttons=part.buttons)
        return await self._say(chat, part)

    async def _pressable(self, chat: Chat, part: Part, *, alone: bool) -> str | None:
        """A card with the buttons, under a text that stands there already when they are `alone`;
        None when it is refused."""
        assert self._template is not None
        asked = ReplyToken.read(part.reply_token).message
        name = card_name("b", part.address, part.key or uuid4().hex, asked)
        content = self._choose(part.text) if alone else markdown_of(part)
        values = button_values(content, part.buttons)
        try:
            await self._cards.deliver(chat, name, self._template, values, forward=False)
        except PermanentError as error:
            log.warning("dingtalk.no_button_card", error=str(error))
            if isinstance(error, Forbidden):
                self._template = None
            return None
        return name

    async def _file(self, chat: Chat, part: Part) -> str:
        if chat.is_guest:
            raise PermanentError("somebody from outside the organisation can be sent no files")
        if part.text.strip():
            # A file has no words of its own: a note about it goes before it.
            await self._robot.say(chat, words_of(part))
        return await send_file(self._api, self._robot, chat, part.files[0])

    async def _say(self, chat: Chat, part: Part) -> str:
        token = ReplyToken.read(part.reply_token)
        words = words_of(part, buttons=part.buttons, language=self._language)
        if token.is_live:
            try:
                await self._api.by_session(token.session, _answer(words, chat, token, part))
            except (NotDelivered, PermanentError) as error:
                # The session surely did not take it: it may have ended before its time.
                log.info("dingtalk.session_refused", error=str(error))
            else:
                # The platform has no name for it.
                return f"session:{uuid4().hex}"
        if chat.is_guest:
            raise Closed("somebody from outside can only be answered, and not for long")
        return await self._robot.say(chat, words)

    def _choose(self, about: str) -> str:
        return say(detect(about) or self._language, "dingtalk.choose")


def as_part(message: OutboundMessage) -> Part:
    """What `parts_of` made; a message that was never cut is its own only part."""
    if isinstance(message, Part):
        return message
    return Part(
        address=message.address, text=message.text, buttons=message.buttons, files=message.files,
        markdown=message.markdown, key=message.key, of=message.key, first=True,
        reply_token=message.reply_token,
    )  # fmt: skip


def _answer(words: Words, chat: Chat, token: ReplyToken, part: Part) -> Json:
    """In a group it mentions who asked, once."""
    mentions = chat.is_group and bool(token.staff) and part.first
    text = words.text
    if mentions:
        text = f"@{token.staff}{_LINE if words.marked else ' '}{text}"
    at: Json = {"at": {"atUserIds": [token.staff], "isAtAll": False}} if mentions else {}
    if words.marked:
        return {"msgtype": "markdown", "markdown": {"title": words.title, "text": text}, **at}
    return {"msgtype": "text", "text": {"content": text}, **at}
