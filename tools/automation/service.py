"""The door to campaign automation as a module: one function for programs (CA-9).

`execute(action, parameters, context)` answers `{"status": "success", …}` or `{"status": "error",
"error": {code, type, message, details, timestamp, request_id}}`; docs/automation.md has the shapes.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, replace
from traceback import format_tb
from typing import Any, Protocol
from uuid import uuid4

import structlog
from pydantic import ValidationError

from config.clock import Clock
from config.i18n import Language
from config.masking import Mask, named_secrets
from config.settings import ApprovalSettings
from storage.database import Database
from storage.ledger import digest
from tools.automation.actions import ACTIONS, Action
from tools.automation.caller import REQUEST_ID, Caller, NoTurn, greet
from tools.automation.creatives import CreativeSource, bring
from tools.automation.errors import (
    FAILURES,
    RoleTooLow,
    UnknownAction,
    code_of,
    details_of,
    message_of,
)
from tools.automation.ordering import Orders
from tools.automation.parameters import CreateAbTest, CreateCampaign
from tools.automation.saving import handlers, save
from tools.automation.web_platform import WebPlatform, WebStore
from tools.campaigns.platforms.errors import ErrorCode, PlatformError
from tools.context import ToolContext
from tools.layer import ToolLayer

__all__ = [
    "ACTIONS",
    "Action",
    "CampaignAutomation",
    "Execute",
    "NoTurn",
    "Web",
    "WebPlatform",
    "handlers",
]

log = structlog.get_logger()

Answer = dict[str, Any]
Execute = Callable[[str, Mapping[str, Any], Mapping[str, Any]], Awaitable[Answer]]
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
    accounts by platform."""

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

    async def execute(
        self, action: str, parameters: Mapping[str, Any], context: Mapping[str, Any]
    ) -> Answer:
        """`context` says who calls: user_id, session_id and organisation, and the caller's own
        request_id when a repeated request is to have no second effect."""
        call = _Call(action, parameters, context, _request_id(context), self._language)
        try:
            return {"status": "success", **await self._done(call)}
        except FAILURES as error:
            return self._refused(call, error)

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
        details = dict(mask(None, "", details_of(error, self._account_ids)))
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
