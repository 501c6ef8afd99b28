"""What a customer is shown, in as few messages as possible."""

import pytest

from bot.channels.wecom.kf.sending import id_of
from bot.messages import Button, File, OutboundMessage
from tests.builders.wecom_kf import ServedKf, address_of, sent, texts
from tests.emulators.wecom.kf.people import Customer
from tests.emulators.wecom.kf.server import WecomKfEmulator

PNG = File(name="图.png", media_type="image/png", content=b"\x89PNG\r\n\x1a\n0000")
PDF = File(name="价目.pdf", media_type="application/pdf", content=b"%PDF-1.4")


@pytest.fixture
async def asked(zhao: Customer) -> Customer:
    """She wrote, and may be answered."""
    zhao.says("你好")
    return zhao


def buttons(count: int) -> tuple[Button, ...]:
    return tuple(
        Button(label=f"选择{number}", send=f"{number}", key=f"1.{number}")
        for number in range(count)
    )


async def test_buttons_stand_in_one_message_with_the_text(
    wecom: WecomKfEmulator, channel: ServedKf, asked: Customer
) -> None:
    await sent(channel, asked, "要哪个？", buttons=buttons(3))
    assert texts(asked, wecom) == ["要哪个？\n选择0\n选择1\n选择2"]


async def test_a_text_that_is_too_long_for_a_menu_stands_above_it(
    wecom: WecomKfEmulator, channel: ServedKf, asked: Customer
) -> None:
    await sent(channel, asked, "字" * 400, buttons=buttons(1))
    assert texts(asked, wecom) == ["字" * 400, "\n选择0"]


async def test_more_than_ten_buttons_take_more_menus(channel: ServedKf, asked: Customer) -> None:
    await sent(channel, asked, "要哪个？", buttons=buttons(12))
    sizes = [len(each["content"]["list"]) for each in asked.screen]
    assert sizes == [10, 2]


async def test_a_label_that_is_too_long_is_cut(channel: ServedKf, asked: Customer) -> None:
    await sent(channel, asked, "?", buttons=(Button(label="字" * 100, send="x", key="1.0"),))
    (item,) = asked.screen[0]["content"]["list"]
    assert item["click"]["content"] == "字" * 42


async def test_pictures_are_seen_and_other_files_are_files(
    channel: ServedKf, asked: Customer
) -> None:
    await sent(channel, asked, "看", files=(PNG, PDF))
    assert [each["type"] for each in asked.screen] == ["text", "image", "file"]


async def test_an_answer_takes_at_most_five_messages_and_the_rest_is_a_file(
    wecom: WecomKfEmulator, channel: ServedKf, asked: Customer
) -> None:
    text = "。".join(f"第{number}句" for number in range(3_000))
    await sent(channel, asked, text, files=(PDF,), buttons=buttons(2))
    shown = texts(asked, wecom)
    assert len(shown) == 5
    assert shown[2].startswith("其余内容.txt\n")
    assert [each["type"] for each in asked.screen] == ["text", "text", "file", "msgmenu", "file"]
    words = "".join(shown[:3]).replace("其余内容.txt\n", "")
    assert words == text


async def test_a_text_of_exactly_2048_bytes_is_one_message(
    wecom: WecomKfEmulator, channel: ServedKf, asked: Customer
) -> None:
    await sent(channel, asked, "a" * 2_048)
    assert texts(asked, wecom) == ["a" * 2_048]


async def test_signs_of_markdown_are_not_shown_and_links_are(
    wecom: WecomKfEmulator, channel: ServedKf, asked: Customer
) -> None:
    text = "# 价格\n**基础版** 见 [这里](https://a.cn/p)"
    await sent(channel, asked, text, markdown=True)
    assert texts(asked, wecom) == ["价格\n基础版 见 这里 https://a.cn/p"]


async def test_no_text_hides_where_a_link_leads(
    wecom: WecomKfEmulator, channel: ServedKf, asked: Customer
) -> None:
    await sent(channel, asked, '<a href="https://evil.cn">官网</a>')
    assert texts(asked, wecom) == ['＜a href="https://evil.cn">官网＜/a>']


async def test_a_part_that_is_sent_again_is_shown_once(
    wecom: WecomKfEmulator, channel: ServedKf, asked: Customer
) -> None:
    for _ in range(2):
        await sent(channel, asked, "答", key="reply:1", reply_token="m1", files=(PDF,))
    assert texts(asked, wecom) == ["答", "价目.pdf\n"]


@pytest.mark.parametrize(
    "changed", [{"key": "reply:2"}, {"reply_token": "m2"}, {"address": "another customer"}]
)
def test_other_messages_have_other_ids(
    wecom: WecomKfEmulator, zhao: Customer, changed: dict[str, str]
) -> None:
    known = {"address": address_of(zhao), "key": "reply:1", "reply_token": "m1", "text": "答"}
    other = (
        {**changed} if "address" not in changed else {"address": address_of(wecom.customer("钱"))}
    )
    first = OutboundMessage(**known)  # type: ignore[arg-type]
    assert id_of(first) != id_of(OutboundMessage(**{**known, **other}))  # type: ignore[arg-type]


async def test_a_press_says_which_button_it_was(
    wecom: WecomKfEmulator, channel: ServedKf, asked: Customer
) -> None:
    await sent(channel, asked, "要哪个？", buttons=buttons(3))
    asked.presses("选择1")
    message = wecom.account.log[-1][1]
    assert message["text"] == {"content": "选择1", "menu_id": "1.1"}
