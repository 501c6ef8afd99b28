"""Why a budget cannot be optimised."""

from config.errors import InvalidInput


class NotRunning(InvalidInput):
    def __init__(self, ref: str, status: str) -> None:
        super().__init__("optimization.not_running", ref=ref, status=status)


class NothingToChange(InvalidInput):
    """`notes` say what was looked at and why nothing follows, one line each."""

    def __init__(self, ref: str, notes: str) -> None:
        super().__init__("optimization.nothing_to_change", ref=ref, notes=notes)
