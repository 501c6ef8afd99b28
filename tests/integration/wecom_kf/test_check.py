"""The doctor says what 微信客服 lacks, and what to do about it."""

import pytest

from bot.channels.configured import CHANNELS
from bot.channels.wecom.kf import entry
from bot.findings import Finding
from tests.builders.wecom_kf import settings_for
from tests.emulators.wecom.kf.people import Servicer
from tests.emulators.wecom.kf.server import WecomKfEmulator


async def found(wecom: WecomKfEmulator, **changed: str) -> list[Finding]:
    return await entry.check(settings_for(wecom, **changed), alone=True)


async def test_all_is_well(wecom: WecomKfEmulator, lilei: Servicer) -> None:
    account, people, calls = await found(wecom, servicer="lilei")
    assert (account.fine, people.fine, calls.fine) == (True, True, True)
    assert "火客小店" in account.seen
    assert "lilei" in people.seen
    assert "/wecom_kf" in calls.seen


@pytest.mark.parametrize(
    ("code", "advice"),
    [(40001, "WECOM_KF__SECRET"), (40013, "WECOM_KF__CORP_ID"), (60020, "企业可信IP"),
     (48002, "微信客服 → API"), (95011, "secret"), (95012, "secret"), (95017, "switch"),
     (40058, "error codes")],
)  # fmt: skip
async def test_what_wecom_refuses_comes_with_advice(
    wecom: WecomKfEmulator, code: int, advice: str
) -> None:
    wecom.fault("code", path="kf/account/list", value=code)
    (finding,) = await found(wecom)
    assert not finding.fine
    assert str(code) in finding.seen
    assert advice in finding.advice


@pytest.mark.parametrize("kind", ["bad_gateway", "reset_before"])
async def test_wecom_out_of_reach_is_said(wecom: WecomKfEmulator, kind: str) -> None:
    wecom.fault(kind, path="kf/account/list")
    (finding,) = await found(wecom)
    assert not finding.fine
    assert "network" in finding.advice


async def test_an_app_without_accounts_is_said(wecom: WecomKfEmulator) -> None:
    wecom.kf.accounts.clear()
    (finding,) = await found(wecom)
    assert not finding.fine
    assert "account" in finding.seen


async def test_a_servicer_who_serves_nobody_is_said(
    wecom: WecomKfEmulator, lilei: Servicer
) -> None:
    _, people, _ = await found(wecom, servicer="han")
    assert (people.fine, people.needed) == (False, False)
    assert "WECOM_KF__SERVICER" in people.advice


async def test_nobody_there_to_take_a_chat_over_is_said(
    wecom: WecomKfEmulator, lilei: Servicer
) -> None:
    wecom.account.servicers["lilei"] = False
    _, people, _ = await found(wecom)
    assert (people.fine, people.needed) == (False, False)
    assert "nobody" in people.seen


def test_the_channel_is_registered() -> None:
    assert CHANNELS["wecom_kf"] == entry.__name__
