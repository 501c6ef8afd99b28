"""What DingTalk says when it refuses: codes of both APIs, which are a contract."""

from typing import Any

Json = dict[str, Any]

AUTHENTICATION = "InvalidAuthentication"
QPS = "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"
QPS_OF_API = "Forbidden.AccessDenied.QpsLimitForApi"
PERMISSION = "Forbidden.AccessDenied.AccessTokenPermissionDenied"

# errcode of the old API
BUSY, TOKEN, TOKEN_EXPIRED, WRONG_SECRET, PARAMETER = -1, 40014, 42001, 40096, 40035
NO_SUCH_TOKEN, SECURITY, TOO_FAST, TOO_LONG = 300001, 310000, 130101, 460101
OVER_LIMIT, WEBHOOK_LIMIT = 90018, 90030


class ApiError(Exception):
    """An answer of the new API: HTTP `status` and a JSON body with `code`. `reason` is for those
    who read the emulator's refusals, where DingTalk's own `message` does not say it."""

    def __init__(
        self, status: int, code: str, message: str, *, reason: str = "", **more: Any
    ) -> None:
        super().__init__(f"{status} {code}: {reason or message}")
        self.status, self.code, self.message, self.more = status, code, message, more
        self.reason = reason or message

    def body(self, request_id: str) -> Json:
        return {"code": self.code, "message": self.message, "requestid": request_id, **self.more}


class OldError(Exception):
    """An answer of the old API: HTTP 200 with `errcode`."""

    def __init__(self, errcode: int, errmsg: str) -> None:
        super().__init__(f"{errcode} {errmsg}")
        self.code, self.message = errcode, errmsg
        self.reason = errmsg

    def body(self) -> Json:
        return {"errcode": self.code, "errmsg": self.message}


def invalid(parameter: str, reason: str) -> ApiError:
    """`parameter` with what is wrong with it, as robotCode.empty."""
    return ApiError(400, f"invalidParameter.{parameter}", reason)


def bad_card(what: str, reason: str) -> ApiError:
    """Cards say the code alone."""
    code = f"param.{what}"
    return ApiError(400, code, code, reason=reason)


def no_string(names: list[str]) -> ApiError:
    return ApiError(400, "MissingStringValue", f"values must be strings: {names}")


def unauthenticated() -> ApiError:
    return ApiError(401, AUTHENTICATION, "不合法的access_token")


def unknown() -> ApiError:
    return ApiError(500, "unknownError", "未知错误")


def missing_scopes(*scopes: str) -> ApiError:
    named = ",".join(scopes)
    return ApiError(
        403, PERMISSION, f"应用尚未开通所需的权限：[{named}]",
        accessdenieddetail={"requiredScopes": list(scopes)},
    )  # fmt: skip


def too_many(code: str = QPS) -> ApiError:
    return ApiError(403, code, "您的服务器调用钉钉开放平台所有接口的请求都被暂时禁用了，请稍后重试")
