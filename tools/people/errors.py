"""What can go wrong with people."""

from collections.abc import Sequence

from config.errors import InvalidInput, NotAllowed, NotFound
from config.roles import Role


class PersonNotFound(NotFound):
    def __init__(self, ref: str) -> None:
        super().__init__("people.not_found", ref=ref)


class PersonAmbiguous(InvalidInput):
    def __init__(self, ref: str, names: Sequence[str]) -> None:
        super().__init__("people.ambiguous", ref=ref, names="、".join(names))


class UnknownRole(InvalidInput):
    def __init__(self, role: str) -> None:
        super().__init__("people.unknown_role", role=role, roles=", ".join(Role))


class LastAdmin(NotAllowed):
    def __init__(self, name: str) -> None:
        super().__init__("people.last_admin", name=name)


class InviteInvalid(InvalidInput):
    def __init__(self) -> None:
        super().__init__("people.invite_invalid")


class NoPrivateChat(InvalidInput):
    def __init__(self, channel: str, known: Sequence[str]) -> None:
        super().__init__("people.no_private_chat", channel=channel, known=", ".join(known) or "-")


class AccountTaken(NotAllowed):
    def __init__(self, name: str) -> None:
        super().__init__("people.account_taken", name=name)
