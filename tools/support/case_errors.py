"""What can be wrong with a case, as the staff is told."""

from collections.abc import Sequence

from config.errors import InvalidInput, NotAllowed, NotFound
from storage.tables.case import Case


class CaseNotFound(NotFound):
    def __init__(self, ref: str, newest: str) -> None:
        super().__init__("cases.not_found", ref=ref, newest=newest)


class NoOpenCase(NotFound):
    """Nothing that the words could be about."""

    def __init__(self) -> None:
        super().__init__("cases.none_open")


class CaseEnded(InvalidInput):
    def __init__(self, case: Case) -> None:
        super().__init__("cases.ended_already", ref=case.ref)


class ServedByPlatform(InvalidInput):
    def __init__(self, case: Case) -> None:
        super().__init__("cases.served_by_platform", ref=case.ref)


class NotServing(NotAllowed):
    def __init__(self, case: Case) -> None:
        super().__init__("cases.not_serving", ref=case.ref)


class OnlyInPrivate(NotAllowed):
    def __init__(self) -> None:
        super().__init__("cases.only_in_private")


class NotOfferable(InvalidInput):
    def __init__(self, name: str) -> None:
        super().__init__("cases.not_offerable", name=name)


class NoConversation(NotFound):
    def __init__(self, name: str) -> None:
        super().__init__("cases.no_conversation", name=name)


class NoQuickReply(NotFound):
    def __init__(self, said: str, known: Sequence[str]) -> None:
        super().__init__("cases.no_quick_reply", said=said, known=", ".join(known) or "—")
