"""The HTTP application: webhooks and pages of the channels, what programs may ask, health, readiness
and metrics."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.telemetry import TelemetryConfig
from sqlalchemy.exc import SQLAlchemyError
from starlette.routing import Route
from starlette.types import ASGIApp

from bot.channels.base import PageChannel, Refused, WebhookAnswer, WebhookCall, WebhookChannel
from bot.findings import Finding
from bot.http.bodies import body_of
from bot.http.pages import pages_of
from bot.metrics import MEDIA_TYPE, Metrics
from config.errors import TransientError

log = structlog.get_logger()

HEALTH, READINESS, METRICS = "/healthz", "/readyz", "/metrics"

_BODY_SECONDS = 10.0
_READY_SECONDS = 5.0
_REASONS = {401: "secret", 403: "secret", 408: "too_slow", 413: "too_large", 503: "unavailable"}
# FastAPI's own would take errors, texts and all, past the masking of our logs.
_NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False)

Ready = Callable[[], Awaitable[list[Finding]]]
Mounted = ASGIApp


def open_app(
    *,
    webhooks: Mapping[str, WebhookChannel],
    ready: Ready,
    stopping: asyncio.Event,
    metrics: Metrics,
    max_body_bytes: int,
    mounted: Mapping[str, Mounted] | None = None,
) -> FastAPI:
    """Each webhook is at /<its name>, and what is `mounted` at its path. `ready` looks at the parts; once `stopping` is set no new
    work should be sent here, though what still comes is taken."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, telemetry=_NO_TELEMETRY)
    for name, channel in webhooks.items():
        if isinstance(channel, PageChannel):
            app.router.routes.extend(pages_of(name, channel, metrics))
            continue
        endpoint = _webhook(name, channel, metrics, max_body_bytes)
        # Below FastAPI's own routes, whose reading of the signature costs more than the rest.
        app.add_route(f"/{name}", endpoint, methods=["GET", "POST"])

    for path, inner in (mounted or {}).items():
        if isinstance(inner, FastAPI):
            app.mount(path, inner)
        else:
            # Exactly there, and it finds itself under the same path.
            app.router.routes.append(Route(path, endpoint=inner))

    @app.get(HEALTH)
    async def health() -> Response:
        return Response(b"alive\n", media_type="text/plain")

    @app.get(READINESS)
    async def readiness() -> Response:
        findings = [_stopping()] if stopping.is_set() else await _looked(ready)
        able = all(finding.fine or not finding.needed for finding in findings)
        return JSONResponse(
            {"ready": able, "parts": [asdict(finding) for finding in findings]},
            status_code=200 if able else 503,
        )

    @app.get(METRICS)
    async def figures() -> Response:
        return Response(await metrics.rendered(), media_type=MEDIA_TYPE)

    return app


def _webhook(
    name: str, channel: WebhookChannel, metrics: Metrics, max_body_bytes: int
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        given = await _answered(channel, request, max_body_bytes)
        metrics.webhook(name, given.status)
        if given.status >= 400:
            metrics.refused(name, _REASONS.get(given.status, "malformed"))
        return Response(given.body, given.status, media_type=given.media_type)

    return answer


async def _answered(
    channel: WebhookChannel, request: Request, max_body_bytes: int
) -> WebhookAnswer:
    try:
        body = await body_of(request, max_body_bytes, _BODY_SECONDS)
        call = WebhookCall(
            method=request.method,
            headers=dict(request.headers),
            query=dict(request.query_params),
            body=body,
        )
        return await channel.webhook(call)
    except Refused as refused:
        return WebhookAnswer(status=refused.status)
    except (SQLAlchemyError, OSError, TransientError) as error:
        # Not kept, so not acknowledged: the platform sends it again.
        log.error("webhook.unavailable", channel=channel.name, error=type(error).__name__)
        return WebhookAnswer(status=503)


async def _looked(ready: Ready) -> list[Finding]:
    try:
        async with asyncio.timeout(_READY_SECONDS):
            return await ready()
    except TimeoutError:
        return [Finding(part="service", fine=False, seen=f"no answer in {_READY_SECONDS:g} s")]


def _stopping() -> Finding:
    return Finding(part="service", fine=False, seen="stopping")
