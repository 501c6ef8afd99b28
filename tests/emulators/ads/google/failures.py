"""GoogleAdsFailure, as both faces answer with it."""

import json
from typing import Any

import grpc
from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
from google.protobuf.json_format import MessageToDict

# Of the status names that are used: what HTTP calls them.
HTTP = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}
_STATUS = {
    "authentication_error": "UNAUTHENTICATED",
    "authorization_error": "PERMISSION_DENIED",
    "internal_error": "INTERNAL",
    "quota_error": "RESOURCE_EXHAUSTED",
}
METADATA_KEY = "google.ads.googleads.v26.errors.googleadsfailure-bin"


class GoogleAdsError(Exception):
    """`said` are pairs of a code such as `label_error.DUPLICATE_NAME` and where it is: the path
    of the field, whose numbers are indexes. `retry_after` is in seconds."""

    def __init__(
        self, *said: tuple[str, str], status: str | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(", ".join(code for code, _ in said))
        self.said = said
        self.retry_after = retry_after
        kind = said[0][0].partition(".")[0]
        self.status = status or _STATUS.get(kind, "INVALID_ARGUMENT")

    def failure(self, request_id: str) -> Any:
        """The message; a code that Google does not have is a KeyError."""
        failure = GoogleAdsFailure.pb(GoogleAdsFailure())
        failure.request_id = request_id
        for code, path in self.said:
            error = failure.errors.add()
            kind, _, name = code.partition(".")
            field = error.error_code.DESCRIPTOR.fields_by_name[kind]
            setattr(error.error_code, kind, field.enum_type.values_by_name[name].number)
            error.message = f"{name} at {path or 'the request'}"
            for part in path.split(".") if path else ():
                _add(error.location, part)
            if self.retry_after is not None:
                delay = error.details.quota_error_details
                delay.rate_name = "Number of operations for explorer access"
                delay.retry_delay.FromSeconds(self.retry_after)
        return failure

    def rest(self, request_id: str) -> tuple[int, bytes]:
        detail = {
            "@type": "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure",
            **MessageToDict(self.failure(request_id)),
        }
        return rest_error(self.status, "Request contains an invalid argument.", detail)

    def grpc_code(self) -> grpc.StatusCode:
        return grpc.StatusCode[self.status]


def rest_error(status: str, message: str, *details: dict[str, Any]) -> tuple[int, bytes]:
    error = {"code": HTTP[status], "message": message, "status": status, "details": [*details]}
    return HTTP[status], json.dumps({"error": error}).encode()


def _add(location: Any, part: str) -> None:
    name, _, index = part.partition("[")
    element = location.field_path_elements.add(field_name=name)
    if index:
        element.index = int(index.rstrip("]"))
