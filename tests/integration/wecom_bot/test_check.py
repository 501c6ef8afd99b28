"""What the doctor says about a WeCom AI bot."""

import asyncio

import pytest
from pydantic import SecretStr

from bot.channels.configured import CHANNELS, Site
from bot.channels.wecom.bot import entry
from bot.channels.wecom.bot.called import CalledWecomBot
from bot.channels.wecom.bot.channel import WecomBot
from bot.channels.wecom.bot.check import check_wecom_bot
from bot.findings import Finding
from config.channels import WecomCallback, WecomSettings
from tests.builders.wecom_bot import a_desk, settings_for
from tests.builders.wecom_bot_called import AES_KEY, TOKEN
from tests.emulators.wecom.bot.server import WecomBotEmulator


async def found(
    wecom: WecomBotEmulator, *, alone: bool = True, listen: float = 0.05, **changed: object
) -> Finding:
    settings = settings_for(wecom, **changed)
    (finding,) = await check_wecom_bot(settings, alone=alone, listen=listen)
    assert wecom.secret not in str(finding)
    return finding


async def test_a_bot_that_can_subscribe_is_fine(wecom: WecomBotEmulator) -> None:
    finding = await found(wecom)
    assert finding.fine
    assert "subscribed" in finding.seen
    await wecom.until(lambda: wecom.socket.subscribed is None)


async def test_a_wrong_secret_is_named_with_what_to_do(wecom: WecomBotEmulator) -> None:
    finding = await found(wecom, secret=SecretStr("wrong"))
    assert not finding.fine
    assert "WECOM__SECRET" in finding.advice


async def test_too_many_connections_are_named(wecom: WecomBotEmulator) -> None:
    wecom.fault("refuse", command="aibot_subscribe", value=45009)
    finding = await found(wecom)
    assert not finding.fine
    assert "wait" in finding.advice


async def test_another_refusal_is_told_as_it_is(wecom: WecomBotEmulator) -> None:
    wecom.fault("refuse", command="aibot_subscribe", value=-1)
    finding = await found(wecom)
    assert not finding.fine
    assert "-1" in finding.seen


async def test_another_program_that_connects_is_noticed(wecom: WecomBotEmulator) -> None:
    looking = asyncio.create_task(found(wecom, listen=10.0))
    await wecom.connected()
    wecom.kick()
    finding = await looking
    assert not finding.fine
    assert "another program" in finding.seen


async def test_a_running_bot_is_not_put_out(wecom: WecomBotEmulator) -> None:
    async with a_desk(wecom):
        assert (await found(wecom, alone=False)).fine
    assert wecom.socket.subscriptions == 1


async def test_a_host_that_cannot_be_reached_is_named(wecom: WecomBotEmulator) -> None:
    finding = await found(wecom, websocket="ws://127.0.0.1:9")
    assert not finding.fine
    assert "127.0.0.1" in finding.seen
    assert "network" in finding.advice


@pytest.fixture
def called() -> WecomSettings:
    callback = WecomCallback(token=SecretStr(TOKEN), aes_key=SecretStr(AES_KEY))
    return WecomSettings(bot_id="b", callback=callback)


async def test_of_a_bot_in_url_mode_it_says_how_to_see_whether_it_is_reached(
    called: WecomSettings,
) -> None:
    (finding,) = await entry.check(called, alone=True)
    assert finding.fine
    assert "Save the URL" in finding.seen


async def test_the_settings_say_which_way_the_bot_is_opened(
    wecom: WecomBotEmulator, called: WecomSettings, site: Site
) -> None:
    assert CHANNELS["wecom"] == entry.__name__
    async with entry.open_channel(settings_for(wecom), site) as connected:
        assert isinstance(connected, WecomBot)
    async with entry.open_channel(called, site) as waiting:
        assert isinstance(waiting, CalledWecomBot)
