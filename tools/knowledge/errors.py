"""What can go wrong with documents and their categories."""

from config.errors import InvalidInput, NotFound


class DocumentNotFound(NotFound):
    """`latest` is the newest id there is, None before the first document."""

    def __init__(self, ref: str, latest: str | None) -> None:
        if latest is None:
            super().__init__("documents.not_found_none_yet", ref=ref)
        else:
            super().__init__("documents.not_found", ref=ref, latest=latest)


class VersionNotFound(NotFound):
    def __init__(self, ref: str, version: int, newest: int) -> None:
        super().__init__("documents.no_version", ref=ref, version=version, newest=newest)


class BadCategory(InvalidInput):
    def __init__(self, said: str) -> None:
        super().__init__("documents.bad_category", said=said[:80])


class FileGone(NotFound):
    """The content of a received file is kept no longer, or never came."""

    def __init__(self, name: str) -> None:
        super().__init__("documents.file_gone", name=name)


class NothingInside(InvalidInput):
    """A document without a sentence that could answer anything."""

    def __init__(self, name: str) -> None:
        super().__init__("documents.nothing_inside", name=name)


class BadPair(InvalidInput):
    def __init__(self) -> None:
        super().__init__("documents.bad_pair")
