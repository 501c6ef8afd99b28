"""The doctor names what is missing."""

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.configured import Site, check_channels, open_channels
from bot.channels.wecom.app.channel import WecomAppChannel
from bot.channels.wecom.app.check import check_app
from bot.channels.wecom.robot.channel import WecomRobotChannel
from bot.channels.wecom.robot.check import check_robot
from config.channels import WecomRobotSettings
from config.errors import ConfigurationError
from config.settings import Settings
from storage.cursors import Cursors
from storage.database import Database
from tests.builders.wecom_app import ServedApp, a_shelf, settings_for
from tests.emulators.wecom.server import WecomEmulator
from tests.emulators.wecom.world import ROBOT_KEY, App

WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "secret": ({"secret": SecretStr("another")}, "WECOM_APP__SECRET"),
    "company": ({"corp_id": "ww-another"}, "WECOM_APP__CORP_ID"),
    "agent": ({"agent_id": 7}, "WECOM_APP__AGENT_ID"),
}


def a_robot(wecom: WecomEmulator, key: str = ROBOT_KEY) -> WecomRobotSettings:
    return WecomRobotSettings(key=SecretStr(key), api=wecom.url)


async def test_an_app_that_is_well_is_named(wecom: WecomEmulator) -> None:
    app, calls = await check_app(settings_for(wecom))
    assert app.fine
    assert app.seen.startswith("火客, ")
    assert calls.fine
    assert "/wecom_app" in calls.seen


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_setting_is_named(wecom: WecomEmulator, what: str) -> None:
    changed, setting = WRONG[what]
    (finding,) = await check_app(settings_for(wecom, **changed))
    assert not finding.fine
    assert setting in finding.advice


@pytest.mark.parametrize("what", WRONG)
async def test_a_wrong_setting_stops_the_start(wecom: WecomEmulator, what: str) -> None:
    changed, setting = WRONG[what]
    channel = ServedApp(wecom, **changed)
    async with channel:
        with pytest.raises(ExceptionGroup) as caught:
            await channel.run(_nothing)
    (error,) = caught.value.exceptions
    assert isinstance(error, ConfigurationError)
    assert setting in str(error)


async def test_the_app_of_another_secret_is_named(wecom: WecomEmulator) -> None:
    wecom.world.apps[7] = App(7, secret="another")
    (finding,) = await check_app(settings_for(wecom, agent_id=7))
    assert "WECOM_APP__AGENT_ID" in finding.advice


async def test_an_address_that_is_not_trusted_is_named(wecom: WecomEmulator) -> None:
    wecom.fault("code", path="agent/get", value=60020)
    (finding,) = await check_app(settings_for(wecom))
    assert "127.0.0.1" in finding.seen
    assert "企业可信IP" in finding.advice


async def test_an_address_that_is_not_trusted_does_not_stop_the_start(
    wecom: WecomEmulator,
) -> None:
    wecom.fault("code", path="agent/get", value=60020)
    wecom.member("lilei").says("hi")
    seen: list[object] = []

    async def keep(event: object) -> None:
        seen.append(event)

    channel = ServedApp(wecom)
    async with channel:
        running = asyncio.create_task(channel.run(keep))
        await wecom.wait_for(lambda: wecom.ledger.pushes("taken"))
        running.cancel()
        await asyncio.wait([running])
    assert len(seen) == 1


async def test_a_start_waits_for_its_network(
    wecom: WecomEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.wecom.app.channel._FIRST_RETRY", 0.01)
    wecom.fault("bad_gateway", path="gettoken", count=3)
    channel = ServedApp(wecom)
    async with asyncio.timeout(60), channel:
        running = asyncio.create_task(channel.run(_nothing))
        while "agent/get" not in wecom.api.calls:
            await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait([running])
    assert wecom.api.calls.count("gettoken") == 4


async def test_an_app_that_is_switched_off_is_named(wecom: WecomEmulator) -> None:
    wecom.app.closed = True
    _, calls = await check_app(settings_for(wecom))
    assert not calls.fine
    assert "启用" in calls.advice


async def test_a_network_that_is_away_is_named() -> None:
    async with WecomEmulator() as gone:
        settings, robot = settings_for(gone), a_robot(gone)
    (finding,) = await check_app(settings)
    assert "cannot be reached" in finding.seen
    (other,) = await check_robot(robot)
    assert "cannot be reached" in other.seen


async def test_a_robot_is_checked_without_a_word_in_its_group(wecom: WecomEmulator) -> None:
    (finding,) = await check_robot(a_robot(wecom))
    assert finding.fine
    assert not finding.needed
    assert wecom.robot.messages == []


async def test_a_robot_that_is_gone_is_named(wecom: WecomEmulator) -> None:
    (finding,) = await check_robot(a_robot(wecom, "another"))
    assert not finding.fine
    assert "WECOM_ROBOT__KEY" in finding.advice
    wecom.robot.disabled = True
    (disabled,) = await check_robot(a_robot(wecom))
    assert not disabled.fine


async def test_what_the_settings_name_is_opened_and_checked(
    wecom: WecomEmulator, database: Database
) -> None:
    settings = Settings(wecom_app=settings_for(wecom), wecom_robot=a_robot(wecom))
    cursors = Cursors(database, 1)
    app, robot = open_channels(settings, Site(shelf=a_shelf(), cursors=cursors))
    async with app, robot:
        assert isinstance(app, WecomAppChannel)
        assert isinstance(robot, WecomRobotChannel)
    found = await check_channels(settings, alone=True)
    assert [finding.fine for finding in found] == [True, True, True]


async def _nothing(event: object) -> None:
    return None
