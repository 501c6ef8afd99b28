"""What WeCom says when it refuses: always HTTP 200, with a code."""

from typing import Any

_SAYS = {
    -1: "system busy", 40001: "invalid credential", 40003: "invalid userid",
    40004: "invalid media type", 40006: "invalid media size", 40007: "invalid media_id",
    40008: "invalid message type", 40009: "invalid image size", 40013: "invalid corpid", 40014: "invalid access_token",
    40056: "invalid agentid", 40058: "invalid request parameter", 41001: "access_token missing",
    41004: "corpsecret missing", 42001: "access_token expired", 43001: "require GET method",
    43002: "require POST method", 44001: "empty media data", 44004: "empty content", 45002: "content size out of limit",
    45009: "api freq out of limit", 45033: "api concurrent out of limit",
    48002: "api forbidden", 60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip", 60111: "userid not found",
    60140: "invalid response_code", 81013: "user & party & tag all invalid",
    82001: "all touser & toparty & totag empty", 93000: "invalid webhook url",
    93004: "robot disabled", 93017: "empty content", 93018: "image size too large",
    301002: "not allow operate another agent with this accesstoken",
}  # fmt: skip


class ApiError(Exception):
    def __init__(self, code: int, detail: str = "") -> None:
        super().__init__(f"{code} {detail}")
        self.code = code
        self.detail = detail

    def body(self) -> dict[str, Any]:
        said = _SAYS.get(self.code, "error") + (f": {self.detail}" if self.detail else "")
        hint = (
            f"{said}, hint: [1700000000123456789012345], from ip: 127.0.0.1, more info at"
            f" https://open.work.weixin.qq.com/devtool/query?e={self.code}"
        )
        return {"errcode": self.code, "errmsg": hint}
