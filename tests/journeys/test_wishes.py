"""What people state about themselves is remembered, used, replaced, and forgotten on demand."""

from tests.journeys.chat import Chat


async def test_a_wish_about_the_language_of_reports_is_used(chat: Chat) -> None:
    assert "记下" in await chat.says("以后报表都用英文")
    assert "new leads" in await chat.says("今天整体情况怎么样")
    assert "小红书" in await chat.says("L-12 什么情况")


async def test_a_later_wish_replaces_the_earlier_one_and_says_so(chat: Chat) -> None:
    await chat.says("以后报表都用英文")
    assert "以后报表都用英文" in await chat.says("以后报表都用中文")
    assert "线索" in await chat.says("今天整体情况怎么样")


async def test_the_same_wish_again_is_known(chat: Chat) -> None:
    await chat.says("以后报表都用英文")
    assert "记着" in await chat.says("以后报表都用英文")


async def test_another_person_is_not_bound_by_it(chat: Chat) -> None:
    await chat.says("以后报表都用英文")
    assert "线索" in await chat.says("今天整体情况怎么样", as_="刘经理")


async def test_a_wish_to_see_one_platform_narrows_the_lists(chat: Chat) -> None:
    await chat.says("我只看 Meta")
    narrowed = await chat.says("广告活动列表")
    assert "C-1" not in narrowed
    assert "C-1" in await chat.says("列出 sandbox 的广告活动")


async def test_answers_come_in_the_language_wished_for_until_another_is_chosen(chat: Chat) -> None:
    await chat.says("以后用英文回答我")
    assert "leads" in await chat.says("今天来了多少线索")
    await chat.says("/lang zh-CN")
    assert "线索" in await chat.says("今天来了多少线索")


async def test_what_was_forgotten_is_used_no_more(chat: Chat) -> None:
    await chat.says("以后报表都用英文")
    assert "1" in await chat.says("/forget")
    await chat.presses("确认忘掉")
    assert "线索" in await chat.says("今天整体情况怎么样")
