"""The ids that the sandbox gives to the world: sb-c12, sb-s34, sb-a56."""

import re

CAMPAIGN = "c"
AD_SET = "s"
AD = "a"

_FORM = re.compile(r"sb-([csa])([1-9][0-9]{0,17})")


def external(kind: str, row_id: int) -> str:
    return f"sb-{kind}{row_id}"


def row_id(kind: str, external_id: str) -> int:
    """The row behind an id; 0, which no row has, when it is not an id of that kind."""
    match = _FORM.fullmatch(external_id)
    return int(match[2]) if match and match[1] == kind else 0
