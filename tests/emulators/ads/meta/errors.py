"""What the Graph API says when it refuses; codes and subcodes are a contract."""

from typing import Any

Json = dict[str, Any]

OAUTH, METHOD = "OAuthException", "GraphMethodException"
TOKEN, INVALID = 190, 100
TOKEN_EXPIRED = 463
# Subcodes of 100
NO_OBJECT, NO_LOCATION, TWO_BUDGETS, LOW_BUDGET = 33, 1885364, 1885621, 1885272
BID_MISSING = 1815857


class GraphError(Exception):
    """An answer with `error`; `more` are further fields of it."""

    def __init__(
        self, code: int, message: str, *, subcode: int | None = None, status: int = 400,
        kind: str = OAUTH, transient: bool = False, said: str = "",
    ) -> None:  # fmt: skip
        super().__init__(f"{code}/{subcode}: {message}" if subcode else f"{code}: {message}")
        self.code, self.subcode, self.status = code, subcode, status
        self.message, self.kind, self.transient, self.said = message, kind, transient, said

    def body(self, trace: str) -> Json:
        error: Json = {
            "message": self.message, "type": self.kind, "code": self.code,
            "is_transient": self.transient, "fbtrace_id": trace,
        }  # fmt: skip
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.said:
            error["error_user_title"], error["error_user_msg"] = "Invalid Request", self.said
        return {"error": error}


def invalid(said: str, *, subcode: int | None = None) -> GraphError:
    return GraphError(INVALID, "Invalid parameter", subcode=subcode, said=said)


def bad_parameter(text: str) -> GraphError:
    return GraphError(INVALID, f"(#100) {text}")


def no_such_object(ref: str, method: str) -> GraphError:
    return GraphError(
        INVALID,
        f"Unsupported {method.lower()} request. Object with ID '{ref}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation",
        subcode=NO_OBJECT, kind=METHOD,
    )  # fmt: skip


def no_field(name: str, kind: str) -> GraphError:
    return bad_parameter(f"Tried accessing nonexisting field ({name}) on node type ({kind})")


def no_token() -> GraphError:
    return GraphError(104, "An access token is required to request this resource.")


def bad_token(token: str) -> GraphError:
    """As Meta, it says the token that it does not know."""
    return GraphError(TOKEN, f"Malformed access token {token}")


def expired_token() -> GraphError:
    return GraphError(
        TOKEN, "Error validating access token: Session has expired", subcode=TOKEN_EXPIRED
    )


def bad_proof() -> GraphError:
    return GraphError(INVALID, "Invalid appsecret_proof provided in the API argument", kind=METHOD)


def service(code: int = 2) -> GraphError:
    """1 or 2: something went wrong on Meta's side."""
    return GraphError(
        code, "An unexpected error has occurred. Please retry your request later.",
        status=500, transient=True,
    )  # fmt: skip
