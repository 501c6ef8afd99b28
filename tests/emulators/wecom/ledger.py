"""What really happened, written before anybody is told: what was shown, and each event's way."""

from typing import Any

from tests.emulators.telegram.ledger import Ledger as Base

Json = dict[str, Any]


class Ledger(Base):
    """Entries have n, at and kind.

    effect: path, to, outcome: ok, dropped (above a limit, in silence), known (a duplicate, shown
    before), or the fault that kept the client from seeing the answer; content and msgid.
    update: event (created, attempt, taken, dropped), id, from, and of an attempt status.
    """

    def shown(self, path: str | None = None, to: str | None = None) -> list[Json]:
        """Effects that somebody saw."""
        found = self._matching("effect", path=path, to=to)
        return [entry for entry in found if entry["outcome"] not in ("dropped", "known")]

    def about(self, path: str | None = None, to: str | None = None) -> list[Json]:
        return [*self._matching("effect", path=path, to=to)]

    def pushes(self, event: str | None = None, id_: str | None = None) -> list[Json]:
        return [*self._matching("update", event=event, id=id_)]
