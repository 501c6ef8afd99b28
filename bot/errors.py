"""What can go wrong on the way to a chat."""

from config.errors import AppError, PermanentError


class NotDelivered(AppError):
    """The platform surely did not take the message; sending it again is safe."""


class Busy(NotDelivered):
    """The platform asks to wait `seconds`."""

    def __init__(self, message: str, *, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class Moved(NotDelivered):
    """The chat has the id `chat` now."""

    def __init__(self, message: str, *, chat: str) -> None:
        super().__init__(message)
        self.chat = chat


class NotTransferred(PermanentError):
    """The message is out, under this id, but nobody took the chat over."""

    def __init__(self, message: str, *, external_id: str) -> None:
        super().__init__(message)
        self.external_id = external_id


class Closed(PermanentError):
    """Nobody can be reached there until they write again."""
