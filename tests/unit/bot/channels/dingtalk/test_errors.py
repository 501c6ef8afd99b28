"""What DingTalk says when it refuses, and what that means for the message."""

import json
from typing import Any

import httpx
import pytest

from bot.channels.dingtalk.errors import (
    Forbidden,
    RobotRefused,
    TokenRefused,
    answered,
    answered_in_the_old_way,
    of_transport,
)
from bot.errors import Busy, Closed, NotDelivered
from config.errors import AppError, PermanentError, TransientError

HTML = b'<html><script>var s={"status":1111,"wait":5}</script></html>'
QPS = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
PERMISSION = "Forbidden.AccessDenied.AccessTokenPermissionDenied"


def refused_by_new(status: int, body: Any) -> AppError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(AppError) as caught:
        answered(httpx.Response(status, content=content))
    return caught.value


def refused_by_old(status: int, body: Any) -> AppError:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    with pytest.raises(AppError) as caught:
        answered_in_the_old_way(httpx.Response(status, content=content))
    return caught.value


@pytest.mark.parametrize(
    ("status", "code", "becomes"),
    [
        (400, "invalidParameter.robotCode.empty", PermanentError),
        (400, "invalidParameter.robotCode.auth", PermanentError),
        (400, "invalidParameter.userIds.empty", PermanentError),
        (400, "invalidParameter.userIds.overMax", PermanentError),
        (400, "invalidParameter.userIds.invalid", Closed),
        (400, "invalidParameter.msgKey.invalid", PermanentError),
        (400, "invalidParameter.msgParam.invalid", PermanentError),
        (400, "invalidParameter.msgParam.tooLong", PermanentError),
        (400, "invalidParameter.openConversationId.invalid", Closed),
        (400, "param.templateUnpublished", PermanentError),
        (401, "InvalidAuthentication", TokenRefused),
        (401, "authFailed", TokenRefused),
        (403, PERMISSION, Forbidden),
        (403, QPS, Busy),
        (403, "Forbidden.AccessDenied.QpsLimitForApi", Busy),
        (403, "Forbidden.AccessDenied.MonthlyQuotaExceeded", Busy),
        (404, "InvalidAction.NotFound", PermanentError),
        (429, "TooManyRequests", Busy),
        (500, "unknownError", TransientError),
        (503, "ServiceUnavailable", TransientError),
        (504, "ServiceTimeout", TransientError),
    ],
)
def test_every_refusal_has_one_meaning(status: int, code: str, becomes: type[AppError]) -> None:
    error = refused_by_new(status, {"code": code, "message": "no", "requestid": "R"})
    assert type(error) is becomes


@pytest.mark.parametrize(
    ("code", "becomes"),
    [
        (-1, Busy), (88, Busy), (90018, Busy), (90002, Busy), (90030, Busy), (130101, Busy),
        (40014, TokenRefused), (42001, TokenRefused), (310000, RobotRefused),
        (300001, RobotRefused), (40035, PermanentError), (460101, PermanentError),
    ],
)  # fmt: skip
def test_every_code_of_the_old_api_has_one_meaning(code: int, becomes: type[AppError]) -> None:
    assert type(refused_by_old(200, {"errcode": code, "errmsg": "no"})) is becomes


@pytest.mark.parametrize(
    "said", ["keywords not in content", "sign not match", "invalid timestamp",
             "ip 1.2.3.4 not in whitelist"],
)  # fmt: skip
def test_security_settings_are_named(said: str) -> None:
    error = refused_by_old(200, {"errcode": 310000, "errmsg": said})
    assert "security settings" in str(error)
    assert said in str(error)


def test_a_missing_right_is_named() -> None:
    detail = {"requiredScopes": ["Card.Streaming.Write"]}
    error = refused_by_new(403, {"code": PERMISSION, "message": "", "accessdenieddetail": detail})
    assert isinstance(error, Forbidden)
    assert error.scopes == ("Card.Streaming.Write",)
    assert "Card.Streaming.Write" in str(error)


@pytest.mark.parametrize("body", [HTML, b'{"status":1111,"wait":5}', b"status:1111"])
@pytest.mark.parametrize("status", [200, 403])
def test_a_banned_address_waits_five_minutes(status: int, body: bytes) -> None:
    for error in (refused_by_new(status, body), refused_by_old(status, body)):
        assert isinstance(error, Busy)
        assert error.seconds == 300


def test_a_robot_that_said_too_much_waits_ten_minutes() -> None:
    error = refused_by_old(200, {"errcode": 130101, "errmsg": "send too fast"})
    assert isinstance(error, Busy)
    assert error.seconds == 600


@pytest.mark.parametrize("body", [b"", b"[]", b'{"success":tr', b"<html/>", "网关".encode("gbk")])
@pytest.mark.parametrize("status", [200, 302, 502])
def test_an_answer_that_cannot_be_read_leaves_a_doubt(status: int, body: bytes) -> None:
    assert type(refused_by_new(status, body)) is TransientError
    assert type(refused_by_old(status, body)) is TransientError


@pytest.mark.parametrize(
    ("error", "becomes"),
    [
        (httpx.ConnectError("https://x?access_token=s"), NotDelivered),
        (httpx.ConnectTimeout("s"), NotDelivered),
        (httpx.ReadTimeout("s"), TransientError),
        (httpx.ReadError("s"), TransientError),
        (httpx.WriteError("s"), TransientError),
        (httpx.RemoteProtocolError("s"), TransientError),
    ],
)
def test_a_connection_that_breaks_leaves_a_doubt_once_there_was_one(
    error: httpx.HTTPError, becomes: type[AppError]
) -> None:
    ours = of_transport(error)
    assert type(ours) is becomes
    assert "access_token" not in str(ours)
