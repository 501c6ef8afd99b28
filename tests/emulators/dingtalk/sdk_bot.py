"""A bot on DingTalk's own Python SDK, as a process: `python -m tests.emulators.dingtalk.sdk_bot`.

The SDK reads its endpoint (DINGTALK_OPENAPI_ENDPOINT) when it is imported; CLIENT_ID and
CLIENT_SECRET say who it is. It answers in Markdown by the session's webhook; `card` asks for an AI
card, streamed; a picture is downloaded and its size said; a pressed button changes its card.
"""

import os
from typing import Any

import dingtalk_stream
import httpx
from dingtalk_stream import AckMessage, CallbackMessage, ChatbotMessage, EventMessage
from dingtalk_stream.card_callback import CardCallbackMessage

BUTTONS = [
    {"text": "批准", "color": "blue", "id": "approve", "request": True},
    {"text": "拒绝", "color": "gray", "id": "reject", "request": True},
]


class Talk(dingtalk_stream.ChatbotHandler):  # type: ignore[misc]
    async def process(self, callback: CallbackMessage) -> tuple[int, str]:
        message = ChatbotMessage.from_dict(callback.data)
        if message.message_type == "picture":
            link = self.get_image_download_url(message.image_content.download_code)
            async with httpx.AsyncClient(trust_env=False) as http:
                answer = await http.get(link)
            self.reply_text(f"{len(answer.content)} bytes", message)
        elif (said := message.text.content.strip()) == "card":
            self._card(message)
        else:
            self.reply_markdown("回复", f"**{said}**", message)
        return AckMessage.STATUS_OK, "OK"

    def _card(self, message: ChatbotMessage) -> None:
        card = self.ai_markdown_card_start(message, title="预算")
        card.ai_streaming("今天", append=True)
        card.ai_streaming("花了 300 元", append=True)
        card.ai_finish(button_list=BUTTONS)


class Cards(dingtalk_stream.CallbackHandler):  # type: ignore[misc]
    async def process(self, callback: CallbackMessage) -> tuple[int, dict[str, Any]]:
        pressed = CardCallbackMessage.from_dict(callback.data)
        [action] = pressed.content["cardPrivateData"]["actionIds"]
        return AckMessage.STATUS_OK, {
            "cardUpdateOptions": {"updateCardDataByKey": True},
            "cardData": {"cardParamMap": {"msgContent": f"{pressed.user_id}: {action}"}},
        }


class Events(dingtalk_stream.EventHandler):  # type: ignore[misc]
    async def process(self, event: EventMessage) -> tuple[int, str]:
        return AckMessage.STATUS_OK, "OK"


def main() -> None:
    credential = dingtalk_stream.Credential(os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
    client = dingtalk_stream.DingTalkStreamClient(credential)
    client.register_callback_handler(ChatbotMessage.TOPIC, Talk())
    client.register_callback_handler(Cards.TOPIC_CARD_CALLBACK, Cards())
    client.register_all_event_handler(Events())
    client.start_forever()


if __name__ == "__main__":
    main()
