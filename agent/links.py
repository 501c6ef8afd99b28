"""What a reply to a customer may link to: nothing that its words merely name.

Addresses in documents, in other people's messages and in a model's ideas may be a trap, and an image
is fetched without being asked. Only what the organisation published as a source, or the customer
wrote, stays; of the rest the words do.
"""

import re
from collections.abc import Collection

_IMAGE = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?|<img\b[^>]*>?", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]]*)\]\(\s*<?([^)\s>]*[./:#?][^)\s>]*)[^)]*\)")
_REFERENCE = re.compile(r"^[ \t]*\[[^\]]+\]:[ \t]*\S+.*$", re.MULTILINE)
_TAG = re.compile(
    r"</?(?:a|iframe|script|link|video|audio|embed|object|form|svg)\b[^>]*>?", re.IGNORECASE
)
_ENDINGS = (
    "com|cn|net|org|io|co|cc|me|tv|top|xyz|shop|store|app|dev|ai|info|biz|vip|site|online|link|live|club|wang|ltd"
    "|group|work|fun|art|tech|pro|mobi|name|ly|gl|gg|to|so|sh|ru|su|tk|ml|ga|cf|pw|ws|la|in|us|uk|de|fr|it|es|nl|eu"
    "|jp|kr|hk|tw|sg|my|vn|th|au|ca|br|mx|za|ch|at|be|se|no|fi|dk|pl|cz|test|example|local|invalid|onion|zip|mov|click"
    "|gov|edu|mil|int|page|cloud|blog|news|web|win|bid|icu|cyou|buzz|rest|bar|lol|moe|ink|red|pub|run|today|world|中国|公司|网络|网址|集团"
)
_ADDRESS = re.compile(
    # With a scheme, whatever it is: up to the next space or word that is none of its own.
    r"(?<![A-Za-z0-9+.-])[A-Za-z][A-Za-z0-9+.-]{0,30}:/{1,3}(?:[!-~]+|\S*)"
    r"|(?<![A-Za-z])(?:javascript|vbscript|intent|tg|weixin|alipays?|dingtalk|magnet|mailto|sms):[!-~]+"
    r"|(?<![A-Za-z])data:[\w.+-]+/[!-~]+"
    r"|(?<![A-Za-z0-9:/])//[A-Za-z0-9][!-~]*\.[!-~]+"
    r"|(?<![A-Za-z0-9@._%+-])www\.[!-~]+"
    # Without one, as chat programs recognise it too: a name with a known ending, or one with a path.
    rf"|(?<![A-Za-z0-9@._%+-])(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+(?:{_ENDINGS})(?![A-Za-z0-9@-])(?:[:/?#][!-~]*)?"
    r"|(?<![A-Za-z0-9@._%+-])(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}/[!-~]*"
    rf"|(?<=[^\x00-\x7f])\.(?:{_ENDINGS})(?![A-Za-z0-9@-])(?:[:/?#][!-~]*)?"
    r"|(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?::\d+|/)[!-~]*",
    re.IGNORECASE,
)
_BEHIND = ".,;:!?)]}'\"*_`>|"
_EMPTY = re.compile(r"\(\s*\)|（\s*）|<\s*>|【\s*】|(?<![\]\w])\[\s*\]")
_SPACES = re.compile(r"[ \t]{2,}")
_TRAILING = re.compile(r"[ \t]+$", re.MULTILINE)
_NUMBER = re.compile(r"\d{1,3}")


def links_in(text: str) -> list[str]:
    """The addresses that `text` names, without what merely stands behind them."""
    return [_bare(match[0]) for match in _ADDRESS.finditer(text)]


def same_link(address: str) -> str:
    """One spelling of an address: without a scheme's or a host's case, and its last slash."""
    scheme, between, rest = address.rpartition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme.lower()}{between}{host.lower()}{slash}{path}".rstrip("/")


def without_foreign_links(text: str, allowed: Collection[str]) -> str:
    """The same words without images, and without addresses that are not `allowed`."""
    known = {same_link(each) for each in allowed}
    while (cleaned := _once(text, known)) != text:
        # What was taken out may have parted the halves of another one.
        text = cleaned
    return text


def _once(text: str, known: Collection[str]) -> str:
    plain = _TAG.sub("", _IMAGE.sub("", text))
    plain = _LINK.sub(lambda match: _shown(match[1], match[2], known), plain)
    plain = _REFERENCE.sub(lambda match: _kept_line(match[0], known), plain)
    plain = _ADDRESS.sub(lambda match: _kept(match[0], known), plain)
    if plain == text:
        return text
    return _TRAILING.sub("", _SPACES.sub(" ", _EMPTY.sub("", plain))).strip()


def _shown(words: str, address: str, known: Collection[str]) -> str:
    """A link hidden behind words, as words and, when it may be shown, the address behind them."""
    if _NUMBER.fullmatch(words):
        words = f"[{words}]"
    if same_link(address) not in known:
        return words
    return words if same_link(words.strip()) == same_link(address) else f"{words} {address}".strip()


def _kept_line(line: str, known: Collection[str]) -> str:
    return line if all(same_link(each) in known for each in links_in(line)) else ""


def _kept(found: str, known: Collection[str]) -> str:
    address = _bare(found)
    return found if same_link(address) in known else found[len(address) :]


def _bare(found: str) -> str:
    return found.rstrip(_BEHIND) or found
