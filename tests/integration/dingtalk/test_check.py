"""What the doctor says about DingTalk."""

import pytest
from pydantic import SecretStr

from bot.channels.configured import Site, check_channels, open_channels
from bot.channels.dingtalk.check import check_dingtalk
from bot.findings import Finding
from config.channels import DingtalkRobotSettings
from config.settings import Settings
from storage.cursors import Cursors
from storage.database import Database
from tests.builders.dingtalk import a_shelf, dingtalk_settings
from tests.emulators.dingtalk.server import DingtalkEmulator


async def found(
    ding: DingtalkEmulator, *, alone: bool = True, **settings: object
) -> dict[str, Finding]:
    findings = await check_dingtalk(dingtalk_settings(ding, **settings), alone=alone)
    return {each.part: each for each in findings}


async def test_an_app_that_works_is_well(ding: DingtalkEmulator) -> None:
    findings = await found(ding)
    assert list(findings) == ["DingTalk app", "DingTalk messages", "DingTalk cards"]
    assert all(each.fine for each in findings.values())
    assert ding.ledger.effects() == []
    assert ding.client_id in findings["DingTalk app"].seen


async def test_looking_takes_no_message_from_a_service_that_runs(ding: DingtalkEmulator) -> None:
    assert (await found(ding, alone=False))["DingTalk messages"].fine
    assert ding.ledger.connections() == []
    await found(ding, alone=True)
    assert len(ding.ledger.connections("opened")) == 1


async def test_by_http_no_stream_is_opened(ding: DingtalkEmulator) -> None:
    assert "/dingtalk" in (await found(ding, http=True))["DingTalk messages"].seen
    assert ding.ledger.connections() == []


async def test_without_cards_nobody_asks_for_their_rights(ding: DingtalkEmulator) -> None:
    assert "DingTalk cards" not in await found(ding, ai_card=None)


@pytest.mark.parametrize(
    ("api", "kind", "part", "advice"),
    [
        ("connections/open", "auth_failed", "DingTalk messages", "Stream mode"),
        ("connections/open", "unknown_error", "DingTalk messages", "network"),
        ("connections/open", "banned", "DingTalk messages", "300 seconds"),
        (None, "upgrade_refused", "DingTalk messages", "network"),
        ("card/streaming", "scopes", "DingTalk cards", "Card.Streaming.Write"),
        ("card/instances", "scopes", "DingTalk cards", "Card.Instance.Write"),
        ("card/streaming", "unknown_error", "DingTalk cards", "permissions"),
    ],
)
async def test_what_is_missing_is_named(
    ding: DingtalkEmulator, api: str | None, kind: str, part: str, advice: str
) -> None:
    ding.faults.next(kind, api)
    finding = (await found(ding))[part]
    assert not finding.fine
    assert advice in finding.advice


async def test_missing_cards_keep_nothing_from_working(ding: DingtalkEmulator) -> None:
    ding.faults.next("scopes", "card/streaming")
    assert not (await found(ding))["DingTalk cards"].needed


@pytest.mark.parametrize(
    ("kind", "advice"), [(None, "DINGTALK__CLIENT_SECRET"), ("reset_before", "network")]
)
async def test_an_app_that_is_not_known_is_told_from_a_network_that_is_not_there(
    ding: DingtalkEmulator, kind: str | None, advice: str
) -> None:
    if kind:
        ding.faults.next(kind, "accessToken")
    secret = ding.client_secret if kind else "wrong-secret-0123"
    findings = await found(ding, client_secret=SecretStr(secret))
    assert list(findings) == ["DingTalk app"]
    finding = findings["DingTalk app"]
    assert not finding.fine
    assert advice in finding.advice
    assert secret not in f"{finding.seen}{finding.advice}"


async def test_both_channels_are_opened_and_checked_by_their_settings(
    ding: DingtalkEmulator, database: Database
) -> None:
    robot = ding.custom_robot(ding.group("cidSales=="), secret="SEC0123456789abcdef")
    settings = Settings(
        dingtalk=dingtalk_settings(ding),
        dingtalk_robot=DingtalkRobotSettings(
            access_token=SecretStr(robot.access_token), secret=SecretStr(robot.secret),
            api=ding.old_url,
        ),
    )  # fmt: skip
    site = Site(shelf=a_shelf(), cursors=Cursors(database, 1))
    findings = await check_channels(settings, alone=True)
    assert [each.part for each in findings if each.fine] == [
        "DingTalk app", "DingTalk messages", "DingTalk cards", "DingTalk group robot",
    ]  # fmt: skip
    assert {each.name for each in open_channels(settings, site)} == {
        "dingtalk", "dingtalk_robot",
    }  # fmt: skip
