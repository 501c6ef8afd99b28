"""The parameters of a call, checked strictly: unknown, missing and mistyped ones are refused."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.emulators.ads.meta.errors import bad_parameter

Json = dict[str, Any]
Reader = Callable[[str, str], Any]

# Every call may bring these.
_COMMON = frozenset({"access_token", "appsecret_proof", "fields", "summary"})


def text(name: str, value: str) -> str:
    if not value:
        raise bad_parameter(f"The parameter {name} is required.")
    return value


def whole(name: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal()):
        raise bad_parameter(f"Param {name} must be an integer greater than or equal to 0")
    return int(value)


def flag(name: str, value: str) -> bool:
    if value not in ("true", "false", "1", "0"):
        raise bad_parameter(f"Param {name} must be a boolean")
    return value in ("true", "1")


def mapping(name: str, value: str) -> Json:
    found = _json(name, value)
    if not isinstance(found, dict):
        raise bad_parameter(f"Param {name} must be a JSON object")
    return found


def array(name: str, value: str) -> list[Any]:
    found = _json(name, value)
    if not isinstance(found, list):
        raise bad_parameter(f"Param {name} must be an array.")
    return found


def names(name: str, value: str) -> list[str]:
    """A list as JSON, or separated by commas."""
    return [str(one) for one in array(name, value)] if value.startswith("[") else value.split(",")


def one_of(*allowed: str) -> Reader:
    def read(name: str, value: str) -> str:
        if value not in allowed:
            raise bad_parameter(f"Param {name} must be one of {{{', '.join(allowed)}}}")
        return value

    return read


def list_of(*allowed: str) -> Reader:
    def read(name: str, value: str) -> list[str]:
        found = array(name, value)
        for number, one in enumerate(found):
            if one not in allowed:
                raise bad_parameter(
                    f"Param {name}[{number}] must be one of {{{', '.join(allowed)}}}"
                )
        return found

    return read


def read(
    given: Mapping[str, str], schema: Mapping[str, Reader], required: tuple[str, ...] = ()
) -> Json:
    """The values by name, without those that every call may bring."""
    for name in given:
        if name not in schema and name not in _COMMON:
            raise bad_parameter(f"Unknown parameter: {name}")
    for name in required:
        if name not in given:
            raise bad_parameter(f"The parameter {name} is required.")
    return {name: schema[name](name, value) for name, value in given.items() if name in schema}


def check_keys(name: str, found: Json, allowed: set[str], required: tuple[str, ...] = ()) -> None:
    """The same for an object inside of a parameter."""
    for key in found:
        if key not in allowed:
            raise bad_parameter(f'Invalid keys "{key}" were found in param "{name}".')
    for key in required:
        if not found.get(key):
            raise bad_parameter(f"The parameter {name}[{key}] is required.")


def _json(name: str, value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        raise bad_parameter(f"Param {name} must be valid JSON") from None
