"""What can be wrong with playbooks."""

from config.errors import InvalidInput, NotFound


class PlaybookNotFound(NotFound):
    def __init__(self, name: str, known: str) -> None:
        super().__init__("playbooks.not_found", name=name, known=known or "—")


class PlaybookVersionNotFound(NotFound):
    def __init__(self, name: str, number: int, newest: int) -> None:
        super().__init__("playbooks.version_not_found", name=name, number=number, newest=newest)


class PlaybookOff(InvalidInput):
    def __init__(self, name: str) -> None:
        super().__init__("playbooks.is_off", name=name)
