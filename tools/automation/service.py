"""The door to campaign automation as a module: one function for programs (CA-9).

`execute(action, parameters, context)` answers `{"status": "success", …}` or `{"status": "error",
"error": {code, type, message, details, timestamp, request_id}}`; docs/automation.md has the shapes.
"""

import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from traceback import format_tb
from typing import Any, Protocol
from uuid import uuid4

import structlog
from pydantic import ValidationError
from sqlalchemy import func, select

from config.clock import Clock
from config.errors import AppError
from config.i18n import Language
from config.masking import Mask, named_secrets
from config.settings import ApprovalSettings
from storage.database import Database, ReadSession
from storage.ledger import digest
from storage.tables.optimization import Rule
from tools.automation.actions import ACTIONS, Action
from tools.automation.caller import REQUEST_ID, Caller, NoTurn, greet
from tools.automation.creatives import CreativeSource, bring
from tools.automation.errors import (
    FAILURES,
    RoleTooLow,
    TooManyCalls,
    UnknownAction,
    UnknownCaller,
    UnknownToken,
    Unreadable,
    code_of,
    details_of,
    message_of,
)
from tools.automation.ordering import Orders
from tools.automation.parameters import CreateAbTest, CreateCampaign
from tools.automation.saving import Keeper, handlers, save
from tools.automation.shapes import ANSWERS, Failure
from tools.automation.web_platform import WebPlatform, WebStore
from tools.campaigns.platforms.errors import ErrorCode, PlatformError
from tools.context import ToolContext
from tools.layer import ToolLayer

__all__ = [
    "ACTIONS",
    "ANSWERS",
    "Action",
    "CampaignAutomation",
    "Execute",
    "Failure",
    "Keeper",
    "NoTurn",
    "Observe",
    "TooManyCalls",
    "UnknownCaller",
    "UnknownToken",
    "Unreadable",
    "Web",
    "WebPlatform",
    "active_rules",
    "handlers",
]

log = structlog.get_logger()

_IDS = frozenset({"ad_account_id", "platform_request_id"})

Answer = dict[str, Any]
Execute = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Awaitable[Answer]]
# Hears of every answer: the action, success or error, and the seconds that it took.
Observe = Callable[[str, str, float], None]
# A context in a person's name, with the role that they have now.
OpenTools = Callable[[int], Awaitable[ToolContext]]


class Web(WebStore, CreativeSource, Protocol):
    """The organisation's own platform: has creatives, keeps campaigns."""


@dataclass(slots=True)
class _Call:
    """`language` and `platform` as soon as they are known."""

    action: str
    parameters: Mapping[str, Any]
    context: Mapping[str, Any]
    request_id: str
    language: Language
    platform: str = ""

    def told(self, name: str) -> Any:
        return self.context.get(name) if isinstance(self.context, Mapping) else None


class CampaignAutomation:
    """`secrets` are those of the settings, masked wherever they stand; `account_ids` are the ad
    accounts by platform; `observe` counts, and never gets a text of a caller's."""

    def __init__(
        self,
        *,
        database: Database,
        organisation_id: int,
        clock: Clock,
        language: Language,
        layer: ToolLayer,
        approvals: ApprovalSettings,
        open_tools: OpenTools,
        web: Web | None = None,
        secrets: Collection[str] = (),
        account_ids: Mapping[str, str] | None = None,
        observe: Observe | None = None,
    ) -> None:
        self._database = database
        self._organisation_id = organisation_id
        self._clock = clock
        self._language = language
        self._orders = Orders(layer, approvals)
        self._open_tools = open_tools
        self._web = web
        self._secrets = frozenset(secrets)
        self._account_ids = dict(account_ids or {})
        self._observe = observe or _ignore

    async def execute(
        self, action: str, parameters: Mapping[str, Any], context: Mapping[str, Any]
    ) -> Answer:
        """`context` says who calls: user_id, session_id and organisation, and the caller's own
        request_id when a repeated request is to have no second effect."""
        call = _Call(action, parameters, context, _request_id(context), self._language)
        begun, status = time.monotonic(), "error"
        try:
            done = await self._done(call)
            status = "success"
            return {"status": status, **done}
        except FAILURES as error:
            return self._refused(call, error)
        finally:
            self._observe(_counted(action), status, time.monotonic() - begun)

    def refuse(
        self, action: str, error: AppError | ValidationError, context: Mapping[str, Any]
    ) -> Answer:
        """The answer to a call that came to nothing before it could be executed."""
        self._observe(_counted(action), "error", 0.0)
        return self._refused(
            _Call(action, {}, context, _request_id(context), self._language), error
        )

    async def _done(self, call: _Call) -> Answer:
        action = ACTIONS.get(call.action) if isinstance(call.action, str) else None
        if action is None:
            raise UnknownAction(list(ACTIONS))
        caller = Caller.model_validate(call.context)
        person, conversation = await greet(
            self._database, self._organisation_id, self._clock, caller
        )
        context = await self._open_tools(person.id)
        call.language = context.language
        needed = self._orders.layer.tools[call.action].role
        if not person.role.includes(needed):
            raise RoleTooLow
        asked = action.parameters.model_validate(call.parameters)
        call.platform = getattr(asked, "platform", "")
        wanted = asked.model_dump(mode="json")
        key = digest([caller.user_id, call.request_id, call.action, wanted])[:40]
        order = replace(context, conversation_id=conversation, order_key=f"module:{key}")
        if self._web is not None and isinstance(asked, CreateCampaign | CreateAbTest):
            refs = await bring(self._web, order, asked.creative_ids, asked.platform)
            asked = asked.model_copy(update={"creative_ids": refs})
        answer = await action.run(self._orders, order, asked)
        # Of an optimisation the campaign is known from what was asked.
        ref = answer.get("campaign_id", getattr(asked, "campaign_id", None))
        saved = self._web and await save(self._web, order, call.action, ref)
        return answer | {"web_platform": saved} if saved else answer

    def _refused(self, call: _Call, error: BaseException) -> Answer:
        code = code_of(error)
        mask = Mask(self._secrets | named_secrets(call.parameters))
        self._log(call, code, error, mask)
        told = details_of(error, self._account_ids)
        # Neither is a secret, though it may look like the number of a card or a phone.
        plain = {name: told[name] for name in told if name in _IDS}
        details = dict(mask(None, "", told)) | plain
        return {
            "status": "error",
            "error": {
                "code": code.value,
                "type": code.name,
                "message": mask.text(message_of(error, call.language, call.platform)),
                "details": details,
                "timestamp": self._clock.now().isoformat(),
                "request_id": call.request_id,
            },
        }

    def _log(self, call: _Call, code: ErrorCode, error: BaseException, mask: Mask) -> None:
        cause = error if isinstance(error, PlatformError) else error.__cause__
        fields = mask(None, "", {
            "error_code": code.value, "error_type": code.name, "action": call.action,
            "user_id": call.told("user_id"), "session_id": call.told("session_id"),
            "platform": call.platform or getattr(cause, "platform", ""),
            "parameters": call.parameters, "retry_count": getattr(cause, "retries", 0),
            "request_id": call.request_id, "stack": _stack(error),
        })  # fmt: skip
        log.warning("automation.failed", **fields)


async def active_rules(session: ReadSession, organisation_id: int) -> int:
    """How many rules of the organisation are on."""
    count = select(func.count(Rule.id)).where(
        Rule.organisation_id == organisation_id, Rule.enabled.is_(True)
    )
    return await session.scalar(count) or 0


def _counted(action: object) -> str:
    return action if isinstance(action, str) and action in ACTIONS else "unknown"


def _ignore(action: str, status: str, seconds: float) -> None:
    """Nobody counts."""


def _request_id(context: object) -> str:
    """The caller's own, when it can be one."""
    given = context.get("request_id") if isinstance(context, Mapping) else None
    try:
        return REQUEST_ID.validate_python(given)
    except ValidationError:
        return uuid4().hex


def _stack(error: BaseException) -> str:
    """Where it happened; texts of errors repeat what the caller sent, so only their kinds."""
    kinds = [type(each).__name__ for each in (error, error.__cause__) if each is not None]
    return "".join([*format_tb(error.__traceback__), " from ".join(kinds)])
