"""What the address of a page says of the product."""

import re
from urllib.parse import unquote, urlsplit

_FILE_END = re.compile(r"\.(?:html?|php|aspx?|jsp)$")
_LONGEST = 40


def product_of(url: str) -> str:
    """What the address calls the product: the words of its last part; empty when there are none."""
    parts = [part for part in unquote(urlsplit(url).path).split("/") if part]
    words = re.split(r"[-_+\s]+", _FILE_END.sub("", parts[-1])) if parts else []
    named = " ".join(word for word in words if word and not word.isdigit())
    return named if len(named) <= _LONGEST else ""
