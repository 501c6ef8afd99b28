"""Staff note what they know about a customer; the team sees it, the customer never does."""

import pytest

from tests.journeys.chat import AGENT, CUSTOMER, MANAGER, Chat

NOTE = "只在周末方便"
HERE = pytest.mark.parametrize("place", ["console on SQLite"], indirect=True)


async def test_what_one_colleague_noted_the_others_see_with_author_and_day(chat: Chat) -> None:
    await chat.says("你好", as_=CUSTOMER)
    assert CUSTOMER in await chat.says(f"/insight {CUSTOMER} {NOTE}", as_=AGENT)
    seen = await chat.says(f"/insight {CUSTOMER}", as_=MANAGER)
    assert f"{NOTE}（{AGENT}，20" in seen


async def test_the_customer_cannot_see_or_write_it(chat: Chat) -> None:
    await chat.says("你好", as_=CUSTOMER)
    await chat.says(f"/insight {CUSTOMER} {NOTE}", as_=AGENT)
    for text in (f"/insight {CUSTOMER}", "/insight", "你知道我什么时候方便吗", "/forget"):
        assert NOTE not in await chat.says(text, as_=CUSTOMER)


async def test_nothing_is_noted_about_colleagues(chat: Chat) -> None:
    assert MANAGER in await chat.says(f"/insight {MANAGER} 爱喝茶", as_=AGENT)
    assert "爱喝茶" not in await chat.says(f"/insight {MANAGER}", as_=AGENT)


async def test_before_anything_was_noted_it_says_so(chat: Chat) -> None:
    await chat.says("你好", as_=CUSTOMER)
    assert "还没有" in await chat.says(f"/insight {CUSTOMER}", as_=AGENT)


@pytest.mark.parametrize(
    "text",
    [
        f"记一下：客户{CUSTOMER}{NOTE}",
        f"记住{CUSTOMER}{NOTE}",
        f"客户{CUSTOMER}{NOTE}，记一下",
        f"Remember that customer {CUSTOMER} {NOTE}",
    ],
)
@HERE
async def test_said_in_plain_words_it_is_noted_too(chat: Chat, text: str) -> None:
    await chat.says("你好", as_=CUSTOMER)
    assert CUSTOMER in await chat.says(text, as_=AGENT)
    assert f"{NOTE}（{AGENT}，20" in await chat.says(f"/insight {CUSTOMER}", as_=MANAGER)
    assert NOTE not in await chat.says("你记得我什么", as_=CUSTOMER)


@HERE
async def test_without_a_customer_who_fits_it_is_asked_who(chat: Chat) -> None:
    await chat.says("你好", as_=CUSTOMER)
    answer = await chat.says("记一下：客户访总喜欢喝茶", as_=AGENT)
    assert "哪位客户" in answer
    (button,) = (await chat.last(AGENT)).buttons
    assert CUSTOMER in button.label
    await chat.presses(button.label, as_=AGENT)
    assert "喜欢喝茶" in await chat.says(f"/insight {CUSTOMER}", as_=AGENT)
    assert "哪位客户" in await chat.says("记一下：客户欧阳总喜欢喝茶", as_=AGENT)


@HERE
async def test_about_a_lead_nobody_talks_with_it_becomes_a_note_there(chat: Chat) -> None:
    lead = await chat.lead("L-12")
    answer = await chat.says(f"记一下：客户{lead.contact_name}只喝乌龙茶", as_=MANAGER)
    assert "L-12" in answer
    assert "只喝乌龙茶" in await chat.says("L-12 什么情况", as_=MANAGER)


@HERE
async def test_what_staff_say_of_themselves_stays_theirs(chat: Chat) -> None:
    await chat.says("你好", as_=CUSTOMER)
    assert "记" in await chat.says("记一下：我喜欢看周报", as_=MANAGER)
    assert "还没有" in await chat.says(f"/insight {CUSTOMER}", as_=MANAGER)
