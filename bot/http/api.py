"""Campaign automation over HTTP: `POST /api/v1/automation/<action>` with parameters and context.

The module checks and answers; here an answer gets its HTTP status, and a schema says what there is.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import from_json

from bot.channels.base import Refused
from bot.http.bodies import body_of
from bot.http.schema import describe
from bot.programs import Tokens
from config.errors import UserFacingError
from tools.automation.service import (
    ACTIONS,
    CampaignAutomation,
    Execute,
    UnknownCaller,
    UnknownToken,
    Unreadable,
)

PATH = "/api/v1"

_BODY_SECONDS = 10.0
_NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False)
# By code; 1001 and 1002 have several.
_STATUSES = {
    1000: 502, 1003: 429, 1005: 429, 3000: 502, 3001: 502, 3002: 502, 3004: 504, 4000: 503,
    4001: 504, 4003: 502, 5000: 404, 6000: 409, 6001: 409, 6002: 402, 6003: 422, 6005: 422,
    6011: 402,
}  # fmt: skip
_BY_REASON = {
    "not_found": 404, "not_allowed": 409, "invalid": 422, "token": 401, "too_large": 413,
    "too_slow": 408,
}  # fmt: skip


class CallContext(BaseModel):
    """The token says who calls; `user_id` and `organisation` may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    session_id: str | int = "http"
    request_id: str | None = None
    user_id: int | None = None
    organisation: str | int | None = None


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    parameters: dict[str, Any]
    context: CallContext = CallContext()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramsApi:
    """`execute` is the module's, with the limits of the caller; `organisation` is the one that is
    served."""

    automation: CampaignAutomation
    execute: Execute
    tokens: Tokens
    organisation: str
    max_body_bytes: int

    def app(self) -> FastAPI:
        app = FastAPI(
            title="HuoKe campaign automation", version="1", docs_url=None, redoc_url=None,
            telemetry=_NO_TELEMETRY,
        )  # fmt: skip
        for name, action in ACTIONS.items():
            app.add_api_route(
                f"/automation/{name}", self._endpoint(name), methods=["POST"], name=name,
                description=action.about,
            )  # fmt: skip
        app.add_api_route(
            "/automation/{action}", self._endpoint(None), methods=["POST"], include_in_schema=False
        )
        describe(app, CallContext)
        return app

    def _endpoint(self, name: str | None) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            action = name or request.path_params["action"]
            return _response(await self._answered(action, request))

        return answer

    async def _answered(self, action: str, request: Request) -> dict[str, Any]:
        context: dict[str, Any] = {"organisation": self.organisation}
        try:
            context["user_id"] = self._caller(request)
            order = await self._order(request)
            told = order.context.model_dump(exclude_none=True)
            if told.get("user_id", context["user_id"]) != context["user_id"]:
                raise UnknownCaller
        except (UserFacingError, ValidationError) as error:
            return self.automation.refuse(action, error, context)
        return await self.execute(action, order.parameters, context | told)

    def _caller(self, request: Request) -> int:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        person = self.tokens.person_of(token.strip()) if scheme.lower() == "bearer" else None
        if person is None:
            raise UnknownToken
        return person

    async def _order(self, request: Request) -> Order:
        try:
            body = await body_of(request, self.max_body_bytes, _BODY_SECONDS)
        except Refused as refused:
            reasons = {413: "too_large", 408: "too_slow"}
            raise Unreadable(reasons.get(refused.status, "malformed")) from None
        try:
            return Order.model_validate(from_json(body, allow_inf_nan=False))
        except ValidationError:
            raise
        except ValueError:
            raise Unreadable("malformed") from None


def status_of(answer: Mapping[str, Any]) -> int:
    """202 when somebody has to agree first."""
    if answer["status"] == "success":
        waits = answer.get("approval", {}).get("status") == "pending"
        return 202 if waits else 200
    code, details = answer["error"]["code"], answer["error"]["details"]
    reason = _BY_REASON.get(details.get("reason"), 400)
    if code == 1002:
        return 401 if reason == 401 else 403
    return _STATUSES.get(code, reason)


def _response(answer: Mapping[str, Any]) -> Response:
    status, headers = status_of(answer), {}
    if status == 401:
        headers["www-authenticate"] = "Bearer"
    wait = answer["error"]["details"].get("retry_after") if "error" in answer else None
    if wait is not None:
        headers["retry-after"] = str(ceil(wait))
    return Response(json.dumps(answer), status, headers=headers, media_type="application/json")
