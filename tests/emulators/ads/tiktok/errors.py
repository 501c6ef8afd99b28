"""What the emulator refuses, by TikTok's codes."""

PARAMETERS, NO_PERMISSION, WRONG_VALUE, NOT_THERE, DUPLICATE = 40000, 40001, 40002, 40007, 40050
TOO_FREQUENT, EXPIRED, EMPTY_TOKEN, WRONG_TOKEN = 40100, 40102, 40104, 40105
NO_ROUTE, TOO_MANY_ADS, NO_FILE = 40400, 40502, 40903
SYSTEM, PARTIAL = 50000, 20001


class Refusal(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message


def missing(field: str) -> Refusal:
    return Refusal(WRONG_VALUE, f"{field}: Missing data for required field.")


def wrong(field: str, reason: str) -> Refusal:
    return Refusal(WRONG_VALUE, f"{field}: {reason}")


def unknown(kind: str, ref: str) -> Refusal:
    return Refusal(NOT_THERE, f"The {kind} {ref} does not exist.")
