"""What a database can keep of what came from outside."""

_NAME_LETTERS = 120


def storable(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters that some terminals send."""
    return (
        text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\N{REPLACEMENT CHARACTER}")
    )


def named(said: str) -> str:
    """A name that somebody gave themselves or a file, as long as a column is; of a long one the end
    is kept, with the kind of the file."""
    return "".join(each for each in storable(said) if each.isprintable())[-_NAME_LETTERS:]
