"""What can go wrong with a ticket."""

from config.errors import InvalidInput, NotFound
from storage.tables.ticket import TicketPriority


class TicketNotFound(NotFound):
    """`latest` is the newest id there is, None before the first ticket."""

    def __init__(self, ref: str, latest: str | None) -> None:
        if latest is None:
            super().__init__("tickets.not_found_none_yet", ref=ref)
        else:
            super().__init__("tickets.not_found", ref=ref, latest=latest)


class NotOnStaff(InvalidInput):
    def __init__(self, name: str) -> None:
        super().__init__("tickets.not_on_staff", name=name)


class NoRequester(InvalidInput):
    """There is nobody whom an answer could reach."""

    def __init__(self, ref: str) -> None:
        super().__init__("tickets.no_requester", ref=ref)


class WrongStep(InvalidInput):
    """The ticket is in a status from which this step leads nowhere; `ways` are what can be done."""

    def __init__(self, ref: str, status: str, ways: str) -> None:
        super().__init__("tickets.wrong_step", ref=ref, status=status, ways=ways)


class UnknownPriority(InvalidInput):
    def __init__(self, said: str) -> None:
        super().__init__("tickets.unknown_priority", said=said, known=", ".join(TicketPriority))


class NothingSaid(InvalidInput):
    def __init__(self, ref: str) -> None:
        super().__init__("tickets.nothing_said", ref=ref)


class NotAsked(NotFound):
    """There is no such question to this person."""

    def __init__(self) -> None:
        super().__init__("tickets.rating.not_asked")
