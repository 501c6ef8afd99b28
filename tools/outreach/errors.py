"""What can be wrong with a broadcast."""

from config.errors import InvalidInput, NotFound


class NotConfigured(InvalidInput):
    """No platform for group sends is set up."""

    def __init__(self) -> None:
        super().__init__("outreach.not_configured")


class BroadcastNotFound(NotFound):
    def __init__(self, ref: str) -> None:
        super().__init__("outreach.not_found", ref=ref)


class TextTooLong(InvalidInput):
    """`size` and `most` in bytes of UTF-8."""

    def __init__(self, size: int, most: int) -> None:
        super().__init__("outreach.too_long", size=size, most=most)


class NobodyToSendTo(InvalidInput):
    def __init__(self, tag: str) -> None:
        super().__init__("outreach.nobody_tagged" if tag else "outreach.nobody", tag=tag)


class NobodyLeft(InvalidInput):
    """All who were chosen want no messages, or got as many as one gets in a month."""

    def __init__(self, opted_out: int, capped: int) -> None:
        super().__init__("outreach.nobody_left", opted_out=opted_out, capped=capped)


class NotWaiting(InvalidInput):
    def __init__(self, ref: str) -> None:
        super().__init__("outreach.not_waiting", ref=ref)


class TooManyReminders(InvalidInput):
    def __init__(self, ref: str, most: int) -> None:
        super().__init__("outreach.too_many_reminders", ref=ref, n=most)
