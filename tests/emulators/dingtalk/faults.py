"""Faults to be met: which, at which API and chat, how often."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from tests.emulators.dingtalk import errors
from tests.emulators.dingtalk.errors import ApiError, OldError


class Kind(StrEnum):
    """How a call, a connection or a push goes wrong."""

    # The call is refused, nothing happens.
    bad_request = "bad_request"  # 400 (connections/open: with its own code)
    auth_failed = "auth_failed"  # 401 authFailed, as connections/open says it
    unauthenticated = "unauthenticated"  # 401 InvalidAuthentication; old API 40014
    token_expired = "token_expired"  # old API 42001; new API 401
    qps = "qps"  # 403 QpsLimitForAppkeyAndApi; old API 90018
    qps_of_api = "qps_of_api"  # 403 QpsLimitForApi
    scopes = "scopes"  # 403 AccessTokenPermissionDenied
    unknown_error = "unknown_error"  # 500; old API -1
    gateway_timeout = "gateway_timeout"  # 504, nothing happened
    not_found = "not_found"  # 404
    unpublished = "unpublished"  # 400 param.templateUnpublished
    session_expired = "session_expired"  # old API 300001
    too_fast = "too_fast"  # old API 130101
    webhook_limit = "webhook_limit"  # old API 90030
    security = "security"  # old API 310000, sign not match
    banned = "banned"  # HTML with status 1111
    banned_json = "banned_json"  # the same as JSON
    reset_before = "reset_before"  # the connection is gone, nothing happened
    # The call is done, the client does not learn it.
    lost = "lost"  # 504 although it was done
    reset_after = "reset_after"
    slow = "slow"  # value: real seconds until the answer
    malformed = "malformed"  # 200, no JSON
    cut = "cut"  # half of the answer, then the connection is gone
    # The call is answered with 200, but not all of it came about.
    undelivered = "undelivered"  # deliverResults: success false
    flow_controlled = "flow_controlled"  # the first user is in flowControlledStaffIdList
    invalid_staff = "invalid_staff"  # the first user is in invalidStaffIdList
    # Connections and pushes.
    upgrade_refused = "upgrade_refused"  # 401 for a good ticket
    no_ping = "no_ping"
    close = "close"  # instead of the push; value: 1000, 1006 or 1011
    duplicate = "duplicate"  # the push comes twice, the second under a new messageId
    ack_lost = "ack_lost"  # the acknowledgement is not noticed
    skewed = "skewed"  # HTTP mode: the timestamp is two hours old
    forged = "forged"  # HTTP mode: the signature is another app's


UNSEEN = frozenset({Kind.lost, Kind.reset_after, Kind.slow, Kind.malformed, Kind.cut})
PARTIAL = frozenset({Kind.undelivered, Kind.flow_controlled, Kind.invalid_staff})
PUSHES = frozenset(
    {Kind.upgrade_refused, Kind.no_ping, Kind.close, Kind.duplicate, Kind.ack_lost, Kind.skewed,
     Kind.forged}
)  # fmt: skip

_NEW = {
    Kind.bad_request: ApiError(400, "invalidParameter", "参数错误"),
    Kind.auth_failed: ApiError(401, "authFailed", "鉴权失败"),
    Kind.unauthenticated: errors.unauthenticated(),
    Kind.token_expired: errors.unauthenticated(),
    Kind.qps: errors.too_many(),
    Kind.qps_of_api: errors.too_many(errors.QPS_OF_API),
    Kind.scopes: errors.missing_scopes("Card.Streaming.Write", "Card.Instance.Write"),
    Kind.unknown_error: errors.unknown(),
    Kind.gateway_timeout: ApiError(504, "ServiceTimeout", "服务超时"),
    Kind.not_found: ApiError(404, "InvalidAction.NotFound", "Specified api is not found"),
    Kind.unpublished: errors.bad_card("templateUnpublished", "卡片模板未发布"),
}
_OLD = {
    Kind.bad_request: OldError(errors.PARAMETER, "不合法的参数"),
    Kind.unauthenticated: OldError(errors.TOKEN, "不合法的access_token"),
    Kind.token_expired: OldError(errors.TOKEN_EXPIRED, "access_token已过期"),
    Kind.qps: OldError(errors.OVER_LIMIT, "您的服务器调用钉钉开放平台当前接口的请求被暂时禁用了"),
    Kind.unknown_error: OldError(errors.BUSY, "系统繁忙"),
    Kind.session_expired: OldError(errors.NO_SUCH_TOKEN, "token is not exist"),
    Kind.too_fast: OldError(errors.TOO_FAST, "send too fast, exceed 20 times per minute"),
    Kind.webhook_limit: OldError(errors.WEBHOOK_LIMIT, "webhook over limit"),
    Kind.security: OldError(errors.SECURITY, "sign not match"),
}


@dataclass(kw_only=True)
class Fault:
    """None fits all. `api` is the end of a path; `count` None is for ever."""

    kind: Kind
    api: str | None = None
    chat: str | None = None
    count: int | None = 1
    probability: float = 1.0
    value: float = 1.0
    hits: int = field(default=0, init=False)

    def fits(self, api: str, chats: Iterable[str]) -> bool:
        return (
            (self.count is None or self.hits < self.count)
            and (self.api is None or api.endswith(self.api))
            and (self.chat is None or self.chat in chats)
        )

    def refusal(self, *, old: bool) -> ApiError | OldError:
        """Raises LookupError for a fault that this API does not know."""
        errors: dict[Kind, OldError] | dict[Kind, ApiError] = _OLD if old else _NEW
        if self.kind not in errors:
            raise LookupError(f"{self.kind} is no fault of the {'old' if old else 'new'} API")
        return errors[self.kind]


class Faults:
    """The first fitting fault is met; chance comes from the seed alone."""

    def __init__(self, seed: int = 0) -> None:
        self.planned: list[Fault] = []
        self.random = Random(seed)

    def next(
        self, kind: Kind | str, api: str | None = None, *, chat: str | None = None,
        count: int | None = 1, probability: float = 1.0, value: float = 1.0,
    ) -> Fault:  # fmt: skip
        """`api`: the end of a path (batchSend, /v1.0/card/instances) or of a pushed topic; `chat`:
        a person's or a group's id. `hits` of the fault says how often it was met."""
        fault = Fault(
            kind=Kind(kind), api=api, chat=chat, count=count, probability=probability, value=value
        )
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        self.planned.clear()

    def for_call(self, api: str, chats: Iterable[str]) -> Fault | None:
        return self._met((f for f in self.planned if f.kind not in PUSHES), api, chats)

    def for_push(self, kind: Kind, topic: str = "", chat: str = "") -> Fault | None:
        return self._met((f for f in self.planned if f.kind is kind), topic, [chat])

    def _met(self, planned: Iterable[Fault], api: str, chats: Iterable[str]) -> Fault | None:
        for fault in planned:
            if fault.fits(api, chats) and (
                fault.probability >= 1 or self.random.random() < fault.probability
            ):
                fault.hits += 1
                return fault
        return None
