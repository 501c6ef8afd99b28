"""GoogleAdsService behind both faces: who calls, what is planned to go wrong, what is done."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import uuid4

from google.ads.googleads.v26.services.types.google_ads_service import (
    SearchGoogleAdsResponse,
    SearchGoogleAdsStreamResponse,
)

from tests.emulators.ads.google.accounts import Account, Ids
from tests.emulators.ads.google.failures import GoogleAdsError
from tests.emulators.ads.google.mutating import Mutation
from tests.emulators.ads.google.searching import Search
from tests.emulators.ads.google.selling import Sales
from tests.emulators.ads.google.tokens import Tokens
from tests.emulators.ads.market import Market

DEVELOPER_TOKEN = "developer-token-of-the-tests"


class Fault(StrEnum):
    """What happens to one call, once. The first ones are refusals: nothing is done."""

    throttled = "throttled"  # and says when to come again: 3 s
    exhausted = "exhausted"
    unavailable = "unavailable"
    concurrent = "concurrent"
    token_expired = "token_expired"
    account_disabled = "account_disabled"
    removed = "removed"  # somebody removed what it is about, a moment before
    reset_before = "reset_before"  # the connection is gone, nothing was done
    # What was asked for is done, and the caller does not learn it.
    reset_after = "reset_after"
    unavailable_after = "unavailable_after"
    malformed = "malformed"
    silent = "silent"  # nothing comes back, until the caller gives up


AFTER = frozenset({Fault.reset_after, Fault.unavailable_after, Fault.malformed, Fault.silent})
_REFUSALS = {
    Fault.throttled: GoogleAdsError(("quota_error.RESOURCE_TEMPORARILY_EXHAUSTED", ""),
                                    retry_after=3),
    Fault.exhausted: GoogleAdsError(("quota_error.RESOURCE_EXHAUSTED", "")),
    Fault.unavailable: GoogleAdsError(("internal_error.TRANSIENT_ERROR", ""),
                                      status="UNAVAILABLE"),
    Fault.concurrent: GoogleAdsError(("database_error.CONCURRENT_MODIFICATION", "")),
    Fault.token_expired: GoogleAdsError(("authentication_error.OAUTH_TOKEN_EXPIRED", "")),
    Fault.removed: GoogleAdsError(
        ("context_error.OPERATION_NOT_PERMITTED_FOR_REMOVED_RESOURCE", "")
    ),
    Fault.account_disabled: GoogleAdsError(("authorization_error.CUSTOMER_NOT_ENABLED", "")),
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Call:
    """`method` is Mutate, Search or SearchStream; header names are in lower case."""

    method: str
    customer_id: str
    headers: Mapping[str, str]
    request: Any = None
    fault: Fault | None = None
    request_id: str = field(default_factory=lambda: uuid4().hex)


class Service:
    """`calls` are the methods that were asked for, in order; `faults` await the next calls of a
    method (None: goes well)."""

    def __init__(self, market: Market, tokens: Tokens) -> None:
        self._lock = threading.Lock()
        self._market = market
        self._tokens = tokens
        self._ids = Ids()
        self._sales: dict[str, Sales] = {}
        self.accounts: dict[str, Account] = {}
        self.calls: list[str] = []
        self.faults: dict[str, list[Fault | None]] = {}

    def open(self, account: Account) -> Account:
        self.accounts[account.customer_id] = account
        self._sales[account.customer_id] = Sales(account, self._market)
        self._tokens.grants[account.refresh_token] = account.customer_id
        return account

    def meet(self, call: Call) -> None:
        """Notes the call and its fault; before anything else of it."""
        with self._lock:
            self.calls.append(call.method)
            waiting = self.faults.get(call.method)
            call.fault = waiting.pop(0) if waiting else None

    def mutate(self, call: Call) -> Any:
        with self._lock:
            account = self._account(call)
            if account.read_only:
                raise GoogleAdsError(("authorization_error.ACTION_NOT_PERMITTED", ""))
            mutation = Mutation(account, self._ids)
            if call.request.partial_failure:
                raise GoogleAdsError(
                    ("mutate_error.OPERATION_DOES_NOT_SUPPORT_PARTIAL_FAILURE", "partial_failure")
                )
            mutation.run(call.request.mutate_operations)
            if call.request.validate_only:
                return type(mutation.response)()
            account.resources = mutation.draft
            self._sales[account.customer_id].follow()
            return mutation.response

    def search_stream(self, call: Call) -> Any:
        response = SearchGoogleAdsStreamResponse.pb(SearchGoogleAdsStreamResponse())
        response.request_id = call.request_id
        return self._filled(response, call)

    def search(self, call: Call) -> Any:
        """Everything on one page: an account of a test never has 10,000 rows."""
        response = self._filled(SearchGoogleAdsResponse.pb(SearchGoogleAdsResponse()), call)
        response.total_results_count = len(response.results)
        return response

    def _filled(self, response: Any, call: Call) -> Any:
        with self._lock:
            account = self._account(call)
            if not call.request.query:
                raise GoogleAdsError(("request_error.REQUIRED_FIELD_MISSING", "query"))
            rows, mask = Search(account, self._sales[account.customer_id]).run(call.request.query)
        response.results.extend(rows)
        response.field_mask.CopyFrom(mask)
        return response

    def _account(self, call: Call) -> Account:
        """Raises what a caller without the right to this account gets, and planned refusals."""
        if call.fault in _REFUSALS:
            raise _REFUSALS[call.fault]
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer":
            raise GoogleAdsError(("authentication_error.OAUTH_TOKEN_HEADER_INVALID", ""))
        grant = self._tokens.grant_of(token)
        developer = call.headers.get("developer-token")
        if developer is None:
            raise GoogleAdsError(("request_error.DEVELOPER_TOKEN_PARAMETER_MISSING", ""))
        if developer != DEVELOPER_TOKEN:
            raise GoogleAdsError(("authentication_error.DEVELOPER_TOKEN_INVALID", ""))
        account = self.accounts.get(call.customer_id)
        login = call.headers.get("login-customer-id", call.customer_id)
        if account is None or grant != account.customer_id:
            raise GoogleAdsError(("authorization_error.USER_PERMISSION_DENIED", ""))
        if login != (account.login_customer_id or account.customer_id):
            raise GoogleAdsError(("authorization_error.USER_PERMISSION_DENIED", ""))
        if not account.enabled:
            raise GoogleAdsError(("authorization_error.CUSTOMER_NOT_ENABLED", ""))
        return account
