"""What is wrong with somebody's wishes about notices."""

from config.errors import InvalidInput


class NoQuietHours(InvalidInput):
    def __init__(self, said: str) -> None:
        super().__init__("notices.no_quiet_hours", said=said)


class UnknownKind(InvalidInput):
    def __init__(self, said: str, known: str) -> None:
        super().__init__("notices.unknown_kind", said=said, known=known)
