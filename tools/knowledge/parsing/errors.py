"""What can go wrong with a document."""

from config.errors import InvalidInput


class Unreadable(InvalidInput):
    """`why` is a key below knowledge.parsing."""

    def __init__(self, why: str, name: str) -> None:
        super().__init__(f"knowledge.parsing.{why}", name=name)
        self.why = why
