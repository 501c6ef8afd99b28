"""Staff note what they know about a customer; the team sees it, the customer never does."""

from tests.journeys.chat import AGENT, CUSTOMER, MANAGER, Chat

NOTE = "只在周末方便"


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
