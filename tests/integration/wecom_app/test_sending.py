"""What members see: texts in pieces, Markdown, cards, pictures and files; each of them once."""

import pytest

from bot.messages import Button, File, OutboundMessage
from config.errors import PermanentError
from tests.builders.wecom_app import HAN, LI, ServedApp, a_shelf, an_address, sent, texts, words
from tests.emulators.wecom.server import WecomEmulator

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
CHART = File(name="图表.png", media_type="image/png", content=PNG)
TABLE = File(name="表.csv", media_type="text/csv", content="名字,电话\n".encode())


def a_message(wecom: WecomEmulator, text: str, **more: object) -> OutboundMessage:
    fields = {"address": an_address(wecom), "key": "reply:7", **more}
    return OutboundMessage(text=text, **fields)  # type: ignore[arg-type]


def buttons(*labels: str) -> tuple[Button, ...]:
    return tuple(
        Button(label=label, send=f"/do {label}", key=f"12.{at}") for at, label in enumerate(labels)
    )


async def test_a_text_of_any_size_fits_into_wecoms_bytes(wecom: WecomEmulator) -> None:
    text = "".join(f"第{number}行：线索来自抖音，预算是 300 元。👨‍👩‍👧\n" for number in range(300))
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, text))
    assert wecom.api.refusals == []
    assert len(texts(wecom)) > 5
    assert "\n".join(texts(wecom)).split() == text.split()


@pytest.mark.parametrize("text", ["字" * 5_000, "👨‍👩‍👧" * 900, "x" * 9_000, "é" * 4_000])
async def test_a_text_without_spaces_is_cut_between_characters(
    wecom: WecomEmulator, text: str
) -> None:
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, text))
    assert "".join(texts(wecom)) == text
    assert not any("\ufffd" in each for each in texts(wecom))


async def test_a_link_is_not_cut(wecom: WecomEmulator) -> None:
    link = f"https://example.com/{'a' * 200}"
    text = " ".join(["前言" * 120, link] * 8)
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, text))
    assert sum(each.count(link) for each in texts(wecom)) == 8


async def test_bold_words_and_code_are_not_cut(wecom: WecomEmulator) -> None:
    text = " ".join(f"第{n}项 **很 重 要 的 词 {n}** 和 `a b c {n}`" for n in range(150))
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, text, markdown=True))
    assert len(texts(wecom)) > 2
    assert all(each.count("**") % 2 == 0 and each.count("`") % 2 == 0 for each in texts(wecom))


async def test_markdown_goes_out_as_such_only_when_it_shows_something(
    wecom: WecomEmulator,
) -> None:
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, "**重要**", markdown=True, key="a"))
        await sent(channel, a_message(wecom, "只是一句话", markdown=True, key="b"))
        await sent(channel, a_message(wecom, "**不是格式**", key="c"))
    assert [shown.type for shown in wecom.screen(LI)] == ["markdown", "text", "text"]


async def test_a_link_shows_where_it_leads(wecom: WecomEmulator) -> None:
    text = "**看** [我们的官网](https://evil.example/x) <a href='https://evil.example'>官网</a>"
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, text, markdown=True))
    (shown,) = texts(wecom)
    assert "我们的官网 https://evil.example/x" in shown
    assert "](" not in shown
    assert "<a" not in shown


async def test_code_in_a_block_stays_and_its_fences_go(wecom: WecomEmulator) -> None:
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, "# 例子\n```python\nx = 1\n```", markdown=True))
    assert texts(wecom) == ["# 例子\nx = 1"]


async def test_the_same_part_is_seen_once_and_has_the_same_id(wecom: WecomEmulator) -> None:
    message = a_message(
        wecom, "长" * 1_000 + "\n请选择", buttons=buttons("批准", "拒绝"), files=(CHART, TABLE)
    )
    async with ServedApp(wecom) as channel:
        first = await sent(channel, message)
        again = await sent(channel, message)
    assert first == again
    assert [shown.type for shown in wecom.screen(LI)] == [
        "text", "text", "template_card", "image", "file",
    ]  # fmt: skip


async def test_a_file_is_the_same_when_another_process_sends_it_again(
    wecom: WecomEmulator,
) -> None:
    shelf, message = a_shelf(), a_message(wecom, "", files=(CHART,))
    for _ in range(2):
        async with ServedApp(wecom, shelf) as channel:
            await sent(channel, message)
    assert len(wecom.screen(LI)) == 1
    assert wecom.api.calls.count("media/upload") == 1


async def test_equal_texts_of_two_messages_are_both_seen(wecom: WecomEmulator) -> None:
    async with ServedApp(wecom) as channel:
        for number in range(3):
            await sent(channel, a_message(wecom, "好的", key=f"reply:{number}"))
    assert texts(wecom) == ["好的"] * 3


async def test_the_same_message_to_another_member_is_another_one(wecom: WecomEmulator) -> None:
    async with ServedApp(wecom) as channel:
        for member in (LI, HAN):
            here = an_address(wecom, member)
            await sent(channel, a_message(wecom, "好的", address=here, buttons=buttons("批准")))
    assert [len(wecom.screen(member)) for member in (LI, HAN)] == [1, 1]


async def test_a_short_text_stands_in_the_card_of_its_buttons(wecom: WecomEmulator) -> None:
    async with ServedApp(wecom) as channel:
        text = "把预算加到 **500** 元？\n现在是 300 元"
        await sent(channel, a_message(wecom, text, markdown=True, buttons=buttons("批准", "拒绝")))
    (card,) = wecom.screen(LI)
    assert words(card) == "把预算加到 500 元？\n现在是 300 元"
    assert [button["text"] for button in card.content["button_list"]] == ["批准", "拒绝"]


async def test_signs_that_are_no_markdown_stay_in_a_card(wecom: WecomEmulator) -> None:
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, "2**3**2 和 `x`", buttons=buttons("对", "错")))
    assert texts(wecom) == ["2**3**2 和 `x`"]


async def test_a_long_text_stands_above_a_card_in_its_language(wecom: WecomEmulator) -> None:
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, "预算 " * 100, buttons=buttons("批准"), key="a"))
        await sent(channel, a_message(wecom, "budget " * 100, buttons=buttons("Yes"), key="b"))
    _, chinese, _, english = texts(wecom)
    assert (chinese, english) == ("请选择", "Please choose")


async def test_buttons_that_a_card_has_no_place_for_are_lines_to_copy(
    wecom: WecomEmulator,
) -> None:
    labels = [f"选{number}" for number in range(9)]
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, "选哪个？", buttons=buttons(*labels)))
    card = wecom.screen(LI)[-1]
    assert [button["text"] for button in card.content["button_list"]] == labels[:6]
    said = "\n".join(texts(wecom))
    assert all(f"{label}: /do {label}" in said for label in labels[6:])


async def test_a_picture_is_seen_and_what_is_none_is_a_file(wecom: WecomEmulator) -> None:
    false = File(name="false.png", media_type="image/png", content=b"no picture at all")
    large = File(name="large.png", media_type="image/png", content=PNG + b"\0" * 10_000_000)
    async with ServedApp(wecom) as channel:
        await sent(channel, a_message(wecom, "", files=(CHART, TABLE, false, large)))
    assert [shown.type for shown in wecom.screen(LI)] == ["image", "file", "file", "file"]
    kept = [wecom.world.stored(shown.content["media_id"]) for shown in wecom.screen(LI)]
    assert [each.name for each in kept] == ["图表.png", "表.csv", "false.png", "large.png"]
    assert [each.content for each in kept] == [PNG, TABLE.content, false.content, large.content]


async def test_the_limits_are_those_that_wecom_drops_messages_above() -> None:
    async with WecomEmulator(scale=0) as strict:
        strict.member(LI)
        async with ServedApp(strict) as channel:
            limits = channel.paces(an_address(strict))
            for number in range(35):
                await sent(channel, OutboundMessage(address=an_address(strict), text=str(number)))
        assert len(strict.screen(LI)) == 30
        assert sorted((each.count, each.seconds) for each in limits.values()) == [
            (30, 60), (1_000, 3_600),
        ]  # fmt: skip


async def test_each_member_has_limits_of_their_own(wecom: WecomEmulator) -> None:
    channel = ServedApp(wecom)
    ours, theirs = (channel.paces(an_address(wecom, member)) for member in (LI, HAN))
    assert not set(ours) & set(theirs)


async def test_what_an_app_cannot_do_is_said(wecom: WecomEmulator) -> None:
    async with ServedApp(wecom) as channel:
        assert not channel.capabilities.drafts
        with pytest.raises(PermanentError):
            await channel.draft(a_message(wecom, "so far"))
        with pytest.raises(PermanentError):
            await channel.menu(None, [("help", "what it does")], None)
