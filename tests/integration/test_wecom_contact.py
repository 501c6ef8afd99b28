"""Customer contact: who is reached, over pages, and what the doctor says."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from bot.channels.wecom.contact import CustomerContact, check_contact
from storage.tables.broadcast import RecipientStatus
from tests.builders.wecom_contact import LI, ZHANG, contact_settings, three_friends
from tests.emulators.wecom.contact import Contacts
from tests.emulators.wecom.server import WecomEmulator

SINCE = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def wecom() -> AsyncIterator[WecomEmulator]:
    async with WecomEmulator(scale=0, flood=0) as emulator:
        yield emulator


@pytest.fixture
def contacts(wecom: WecomEmulator) -> Contacts:
    return three_friends(wecom)


async def test_every_page_is_read_in_the_order_of_the_senders(
    wecom: WecomEmulator, contacts: Contacts
) -> None:
    async with CustomerContact(contact_settings(wecom, senders=(LI, ZHANG))) as contact:
        found = await contact.contacts()
    assert [(each.sender, each.external_id, each.tags) for each in found] == [
        (LI, "wm2", ()), (LI, "wm3", ()), (ZHANG, "wm1", ("意向",)), (ZHANG, "wm2", ("意向", "老客")),
    ]  # fmt: skip


async def test_the_outcome_is_known_for_everybody(wecom: WecomEmulator, contacts: Contacts) -> None:
    for number in range(5):
        contacts.befriend(ZHANG, f"more{number}")
    async with CustomerContact(contact_settings(wecom)) as contact:
        made = await contact.create(ZHANG, ["wm1", "wm2", "more0", "more1", "stranger"], "你好")
        assert made.refused == ("stranger",)
        assert not await contact.confirmed(made.id)
        contacts.unfriend(ZHANG, "more1")
        contacts.confirm(ZHANG)
        assert await contact.confirmed(made.id)
        outcomes = {
            each.external_id: each.status for each in await contact.outcomes(made.id, ZHANG)
        }
    assert outcomes == {
        "wm1": RecipientStatus.sent, "wm2": RecipientStatus.sent, "more0": RecipientStatus.sent,
        "more1": RecipientStatus.not_friend,
    }  # fmt: skip


async def test_a_task_is_found_by_its_text_and_sender(
    wecom: WecomEmulator, contacts: Contacts
) -> None:
    async with CustomerContact(contact_settings(wecom)) as contact:
        made = await contact.create(ZHANG, ["wm1"], "你好")
        assert await contact.find(ZHANG, "你好", SINCE, ()) == made
        assert await contact.find(ZHANG, "你好", SINCE, {made.id}) is None
        assert await contact.find(LI, "你好", SINCE, ()) is None
        assert await contact.find(ZHANG, "再见", SINCE, ()) is None


async def test_the_doctor_counts_contacts(wecom: WecomEmulator, contacts: Contacts) -> None:
    (finding,) = await check_contact(contact_settings(wecom))
    assert (finding.fine, finding.seen) == (True, "4 contacts")
    assert await check_contact(None) == []


async def test_the_doctor_names_what_is_wrong(wecom: WecomEmulator, contacts: Contacts) -> None:
    (lonely,) = await check_contact(contact_settings(wecom, senders=(ZHANG, "wangwu")))
    assert lonely.seen == "no contacts of wangwu"
    assert "WECOM_CONTACT__SENDERS" in lonely.advice
    (secret,) = await check_contact(contact_settings(wecom, secret=SecretStr("wrong")))
    assert "WECOM_CONTACT__SECRET" in secret.advice
    (away,) = await check_contact(contact_settings(wecom, api="http://127.0.0.1:9"))
    assert not away.fine
