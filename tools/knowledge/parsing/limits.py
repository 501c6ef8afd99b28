"""How much of a document is read, and how it is said that one is not."""

MOST_BYTES = 50_000_000
# Of the text that is left of a document, in characters.
MOST_LETTERS = 2_000_000
MOST_PAGES, MOST_ROWS = 2_000, 20_000
# Of an Office file: parts, bytes of all of them, and how many times larger than packed.
MOST_PARTS, MOST_UNPACKED, MOST_RATIO = 5_000, 200_000_000, 200
MEMORY, CPU_SECONDS, SECONDS, OPEN_FILES = 1_024 * 1_024 * 1_024, 40, 60, 64


class Refused(ValueError):
    """The argument is a key below knowledge.parsing."""


def within(letters: int) -> None:
    if letters > MOST_LETTERS:
        raise Refused("too_long")
