"""What can go wrong with a lead."""

from collections.abc import Sequence

from config.errors import InvalidInput, NotAllowed, NotFound


class LeadNotFound(NotFound):
    """`latest` is the newest id there is, None before the first lead."""

    def __init__(self, ref: str, latest: str | None) -> None:
        if latest is None:
            super().__init__("leads.not_found_none_yet", ref=ref)
        else:
            super().__init__("leads.not_found", ref=ref, latest=latest)


class BadPhone(InvalidInput):
    def __init__(self, phone: str) -> None:
        super().__init__("leads.bad_phone", phone=phone)


class BadEmail(InvalidInput):
    def __init__(self, email: str) -> None:
        super().__init__("leads.bad_email", email=email)


class BadTag(InvalidInput):
    def __init__(self, tag: str, most: int) -> None:
        super().__init__("leads.bad_tag", tag=tag, most=most)


class NobodyToAssign(InvalidInput):
    def __init__(self) -> None:
        super().__init__("leads.nobody_to_assign")


class NotStaff(InvalidInput):
    def __init__(self, name: str, staff: Sequence[str]) -> None:
        super().__init__("leads.not_staff", name=name, staff=" · ".join(staff))


class ImportNotFound(NotFound):
    def __init__(self, ref: str) -> None:
        super().__init__("leads.imports.not_found", ref=ref)


class ChangedSince(NotAllowed):
    """Somebody changed the lead again, so that going back would undo their work too."""

    def __init__(self, ref: str) -> None:
        super().__init__("leads.undo.changed_since", ref=ref)
