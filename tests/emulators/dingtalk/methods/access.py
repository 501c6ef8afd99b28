"""Who calls: tickets for the stream, access tokens of both APIs."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.emulators.dingtalk import errors
from tests.emulators.dingtalk.call import Call
from tests.emulators.dingtalk.errors import ApiError, OldError, invalid
from tests.emulators.dingtalk.world import TOKEN_LIFE, World
from tests.emulators.telegram.wire import Answer

Json = dict[str, Any]
_TYPES = ("EVENT", "CALLBACK", "SYSTEM")


def _open_connection(call: Call) -> Json | Answer:
    if call.body.get("clientId") != call.world.client_id or (
        call.body.get("clientSecret") != call.world.client_secret
    ):
        raise ApiError(401, "authFailed", "鉴权失败")
    subscriptions = call.body.get("subscriptions")
    if not isinstance(subscriptions, list) or not subscriptions:
        raise invalid("subscriptions", "subscriptions is empty")
    topics = frozenset(_topic(each) for each in subscriptions)
    endpoint = call.world.url.replace("http://", "ws://", 1) + "/connect"
    ticket = call.world.new_ticket(topics)
    if "json" not in call.headers.get("accept", ""):
        written = f"<endpoint>{endpoint}</endpoint><ticket>{ticket}</ticket>"
        return Answer(200, f"<OpenResponse>{written}</OpenResponse>".encode(), b"application/xml")
    return {"endpoint": endpoint, "ticket": ticket}


def _topic(subscription: Any) -> tuple[str, str]:
    known = isinstance(subscription, dict) and subscription.get("type") in _TYPES
    if not known or not isinstance(subscription.get("topic"), str):
        raise invalid("subscriptions", f"no subscription: {subscription!r}")
    return subscription["type"], subscription["topic"]


def _access_token(call: Call) -> Json:
    given = (call.text("appKey"), call.text("appSecret"))
    if given != (call.world.client_id, call.world.client_secret):
        raise ApiError(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
    token, life = _token(call.world)
    return {"accessToken": token, "expireIn": life}


def _get_token(call: Call) -> Json:
    given = (call.query.get("appkey"), call.query.get("appsecret"))
    if given != (call.world.client_id, call.world.client_secret):
        raise OldError(errors.WRONG_SECRET, "不合法的appKey或appSecret")
    token, life = _token(call.world)
    return {"errcode": 0, "errmsg": "ok", "access_token": token, "expires_in": life}


def _token(world: World) -> tuple[str, int]:
    """The one that is still good, with the seconds that it has left, or a new one."""
    now = world.clock.ticks()
    for token, expires in world.tokens.items():
        if expires - now > 60:
            return token, int(expires - now)
    token = uuid4().hex
    world.tokens[token] = now + TOKEN_LIFE
    return token, TOKEN_LIFE


NEW: dict[tuple[str, str], Callable[[Call], Json | Answer]] = {
    ("POST", "/v1.0/gateway/connections/open"): _open_connection,
    ("POST", "/v1.0/oauth2/accessToken"): _access_token,
}
OLD: dict[tuple[str, str], Callable[[Call], Json]] = {("GET", "/gettoken"): _get_token}
