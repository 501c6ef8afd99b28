"""Why an approval cannot be answered as wished."""

from datetime import datetime

from config.errors import InvalidInput, NotAllowed, NotFound


class ApprovalNotFound(NotFound):
    def __init__(self, ref: str) -> None:
        super().__init__("approvals.not_found", ref=ref)


class ApprovalClosed(InvalidInput):
    """Somebody answered before, or it was carried out; `status` is a word of the catalogue."""

    def __init__(self, ref: str, status: str) -> None:
        super().__init__(f"approvals.closed_{status}", ref=ref)


class ApprovalExpired(InvalidInput):
    def __init__(self, ref: str, at: datetime) -> None:
        super().__init__("approvals.expired_at", ref=ref, at=f"{at:%m-%d %H:%M}")


class NotYourApproval(NotAllowed):
    def __init__(self, ref: str, reason: str) -> None:
        super().__init__(f"approvals.{reason}", ref=ref)


class PlanChanged(NotAllowed):
    """The stored plan is not the one that was agreed to."""

    def __init__(self, ref: str) -> None:
        super().__init__("approvals.plan_changed", ref=ref)


class ApprovalRevised(NotAllowed):
    """The plan was changed after the version that this person speaks of; it has to be looked at
    again."""

    def __init__(self, ref: str) -> None:
        super().__init__("approvals.revised_since", ref=ref)


class NotRevisable(InvalidInput):
    """The plan of this approval cannot be changed any more, or never could: `key` says which."""

    def __init__(self, ref: str, key: str) -> None:
        super().__init__(key, ref=ref)
