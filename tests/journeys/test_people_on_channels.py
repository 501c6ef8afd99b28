"""One person with accounts on several platforms: who they are, where they are told things, what
they may say yes to, and how they are forgotten."""

import re

import pytest
from sqlalchemy import select

from bot.messages import Address, ChatClosed
from config.i18n import Language, say
from storage.tables.organisation import Account
from storage.tables.trust import ApprovalStatus
from storage.tables.work import InboxMessage
from tests.journeys.chat import ADMIN, AGENT, COLLEAGUE, MANAGER
from tests.journeys.conftest import OpenDemo
from tests.journeys.party import DINGTALK, GROUP, TELEGRAM, Party

ZH, EN = Language.zh_cn, Language.en
# Above the manager's own limit: a colleague is asked.
ORDER = "在美国建个销售广告，每天预算 3000"


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def place(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def party(open_demo: OpenDemo) -> Party:
    """The manager writes on DingTalk, the admin on Telegram, the colleague on both."""
    _, ground, service = await open_demo()
    party = Party(service, ground, [DINGTALK, TELEGRAM])
    await party.joins(MANAGER, DINGTALK)
    await party.joins(ADMIN, TELEGRAM)
    await party.joins(COLLEAGUE, DINGTALK, TELEGRAM)
    return party


async def invited(party: Party, name: str) -> str:
    """A code for somebody, made on Telegram."""
    found = re.search(r"\b[A-Z2-9]{12}\b", await party.says(ADMIN, f"/invite {name}"))
    assert found
    return found[0]


def named(channel: str, language: Language = ZH) -> str:
    return say(language, f"commands.channels.{channel}")


def asked(party: Party, who: str, channel: str) -> bool:
    """Whether somebody was asked for a yes there."""
    return any("P-1" in text for text in party.told(who, channel))


async def test_a_second_account_is_the_same_person_with_the_same_role(party: Party) -> None:
    await party.says(MANAGER, f"/bind {await invited(party, MANAGER)}", on=TELEGRAM)
    manager = await party.person(MANAGER)
    for channel in (DINGTALK, TELEGRAM):
        about = await party.says(MANAGER, "/whoami", on=channel)
        assert f"#{manager.id}" in about
        assert say(ZH, "roles.manager") in about
        assert f"{named(DINGTALK)} {MANAGER}@{DINGTALK}" in about
        assert f"{named(TELEGRAM)} {MANAGER}@{TELEGRAM}" in about
        assert await party.says(MANAGER, "/approvals", on=channel) == say(
            ZH, "commands.approvals_none"
        )


async def test_a_role_that_is_taken_away_is_taken_on_every_account(party: Party) -> None:
    await party.says(ADMIN, f"/role {COLLEAGUE} agent")
    refused = say(ZH, "commands.not_allowed", name="approvals")
    for channel in (DINGTALK, TELEGRAM):
        assert await party.says(COLLEAGUE, "/approvals", on=channel) == refused


async def test_in_a_group_the_ids_of_accounts_are_not_told(party: Party) -> None:
    about = await party.says(COLLEAGUE, "/whoami", group=GROUP)
    assert named(DINGTALK) in about
    assert "@" not in about


async def test_notices_go_where_the_person_wrote_last(party: Party) -> None:
    await party.says(COLLEAGUE, "你好", on=TELEGRAM)
    await party.says(COLLEAGUE, "你好", on=DINGTALK)
    await party.says(MANAGER, ORDER, on=DINGTALK)
    assert asked(party, COLLEAGUE, DINGTALK)
    assert not asked(party, COLLEAGUE, TELEGRAM)


async def test_where_they_chose_counts_more(party: Party) -> None:
    assert named(TELEGRAM) in await party.says(COLLEAGUE, "/notify telegram", on=DINGTALK)
    await party.says(MANAGER, ORDER, on=DINGTALK)
    assert asked(party, COLLEAGUE, TELEGRAM)
    assert not asked(party, COLLEAGUE, DINGTALK)
    assert await party.says(COLLEAGUE, "/notify", on=DINGTALK) == say(
        ZH, "commands.notify_is", channel=named(TELEGRAM)
    )


@pytest.mark.parametrize(
    "words", ["/notify here", "/notify 这里", "/notify 钉钉", "/notify DingTalk"]
)
async def test_it_may_be_chosen_in_several_words(party: Party, words: str) -> None:
    await party.says(COLLEAGUE, words, on=DINGTALK)
    await party.says(COLLEAGUE, "你好", on=TELEGRAM)
    await party.says(MANAGER, ORDER, on=DINGTALK)
    assert asked(party, COLLEAGUE, DINGTALK)


async def test_automatic_again_is_where_they_write(party: Party) -> None:
    await party.says(COLLEAGUE, "/notify here", on=DINGTALK)
    await party.says(COLLEAGUE, "/notify", on=TELEGRAM)
    await party.presses(COLLEAGUE, "自动", on=TELEGRAM)
    await party.says(MANAGER, ORDER, on=DINGTALK)
    assert asked(party, COLLEAGUE, TELEGRAM)
    assert await party.says(COLLEAGUE, "/notify", on=TELEGRAM) == say(
        ZH, "commands.notify_is_auto", channel=named(TELEGRAM)
    )


async def test_when_the_chosen_chat_is_closed_another_is_used_and_named(party: Party) -> None:
    await party.says(COLLEAGUE, "/notify here", on=TELEGRAM)
    chat = Address(channel=TELEGRAM, bot="bot", chat=f"{COLLEAGUE}@{TELEGRAM}")
    await party.service.receive(ChatClosed(address=chat))
    await party.says(MANAGER, ORDER, on=DINGTALK)
    assert asked(party, COLLEAGUE, DINGTALK)
    assert await party.says(COLLEAGUE, "/notify", on=DINGTALK) == say(
        ZH, "commands.notify_instead", channel=named(DINGTALK), chosen=named(TELEGRAM)
    )


async def test_a_channel_that_is_not_served_is_no_place_for_a_notice(party: Party) -> None:
    await party.says(COLLEAGUE, "/notify here", on=TELEGRAM)
    del party.service.channels[TELEGRAM]
    await party.says(MANAGER, ORDER, on=DINGTALK)
    assert asked(party, COLLEAGUE, DINGTALK)


@pytest.mark.parametrize("channel", ["wecom", "nowhere", "telegram"])
async def test_one_cannot_be_told_where_one_has_no_chat(party: Party, channel: str) -> None:
    answer = await party.says(MANAGER, f"/notify {channel}", on=DINGTALK)
    assert answer == say(ZH, "people.no_private_chat", channel=channel, known=DINGTALK)
    assert (await party.person(MANAGER)).notices_channel is None


async def test_a_group_is_no_place_for_notices(party: Party) -> None:
    refused = say(ZH, "commands.notify_in_private")
    assert await party.says(COLLEAGUE, "/notify here", group=GROUP) == refused
    assert named(DINGTALK) in await party.says(COLLEAGUE, "/notify dingtalk", group=GROUP)


async def test_what_is_asked_on_dingtalk_is_answered_on_telegram(party: Party) -> None:
    await party.says(COLLEAGUE, "/notify dingtalk", on=DINGTALK)
    await party.says(MANAGER, ORDER, on=DINGTALK)
    assert asked(party, COLLEAGUE, DINGTALK)
    await party.says(COLLEAGUE, "同意", on=TELEGRAM)
    assert (await party.approval("P-1")).status is ApprovalStatus.pending
    await party.says(COLLEAGUE, "/approve P-1", on=TELEGRAM)
    assert (await party.approval("P-1")).status is ApprovalStatus.executed
    assert any(COLLEAGUE in text for text in party.told(MANAGER, DINGTALK)[-1:])


async def test_a_plain_yes_counts_where_one_was_asked(party: Party) -> None:
    await party.says(COLLEAGUE, "/notify dingtalk", on=DINGTALK)
    await party.says(MANAGER, ORDER, on=DINGTALK)
    await party.says(COLLEAGUE, "同意", on=DINGTALK)
    assert (await party.approval("P-1")).status is ApprovalStatus.executed


async def test_a_language_is_chosen_for_all_accounts(party: Party) -> None:
    await party.says(COLLEAGUE, "/lang en", on=DINGTALK)
    assert await party.says(COLLEAGUE, "/approvals", on=TELEGRAM) == say(
        EN, "commands.approvals_none"
    )


async def test_forgetting_takes_what_was_said_on_every_account(party: Party) -> None:
    await party.joins(AGENT, TELEGRAM, DINGTALK)
    for channel in (TELEGRAM, DINGTALK):
        await party.says(AGENT, "今天抖音来了多少线索？", on=channel)
    await party.says(AGENT, "今天抖音来了多少线索？", group=GROUP)
    await party.says(AGENT, "/forget confirm", on=DINGTALK)
    agent = await party.person(AGENT)
    async with party.service.database.reading() as session:
        said = await session.scalars(
            select(InboxMessage.text).where(InboxMessage.person_id == agent.id)
        )
        assert set(said) == {"", "/forget confirm"}


async def test_what_was_said_in_groups_before_binding_is_the_persons_too(party: Party) -> None:
    await party.says(AGENT, "大家好", group=GROUP, calls_themselves="小雷")
    await party.says(AGENT, f"/bind {await invited(party, AGENT)}", on=TELEGRAM)
    agent = await party.person(AGENT)
    async with party.service.database.reading() as session:
        query = select(InboxMessage.person_id).where(InboxMessage.text == "大家好")
        assert set(await session.scalars(query)) == {agent.id}


async def test_a_code_binds_one_account_and_not_others_of_a_customer(party: Party) -> None:
    """Both accounts of a customer were bound; one of them has now got hold of an admin's code."""
    await party.says(ADMIN, "/invite 老客户 customer")
    for account in ("a", "b"):
        await party.says(account, f"/bind {await invited(party, '老客户')}")
    refused = say(ZH, "people.account_taken", name="老客户")
    assert await party.says("a", f"/bind {await invited(party, ADMIN)}") == refused
    admin = await party.person(ADMIN)
    async with party.service.database.reading() as session:
        query = select(Account.external_id).where(Account.person_id == admin.id)
        assert not {"a@telegram", "b@telegram"} & set(await session.scalars(query))
