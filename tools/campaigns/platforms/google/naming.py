"""How what we make is known again: a marker of the key in every name, and the order after it.

The campaigns of one key are called `Autumn · CN 18-35 #hk-0123456789ab.1`, `… .2` and so on.
"""

import hashlib
import re

_DIGITS = 12
_LONGEST_KEY = 200
_SEPARATOR = " · "
_NAME = re.compile(r"(?P<name>.*) #(?P<marker>hk-[0-9a-f]{12})\.(?P<place>[1-9][0-9]*)")


# RE2 for GAQL: whole names of campaigns with any marker.
ANY = ".* #hk-[0-9a-f]+[.][0-9]+"


def marker_of(key: str) -> str:
    """What stands for a key; also the name of the label that holds the campaigns together."""
    return f"hk-{hashlib.sha256(key.encode()).hexdigest()[:_DIGITS]}"


def is_marker(name: str) -> bool:
    return re.fullmatch(r"hk-[0-9a-f]{12}", name) is not None


def kept_key(key: str) -> str:
    """The key as far as the description of a label can hold it."""
    return key[:_LONGEST_KEY]


def campaign_name(name: str, ad_set: str, marker: str, place: int) -> str:
    return f"{one_line(name)}{_SEPARATOR}{one_line(ad_set)} #{marker}.{place}"


def one_line(name: str) -> str:
    """Google's names cannot hold ends of lines."""
    return re.sub(r"[\0\r\n]+", " ", name)


def shown_name(full: str, ad_set: str) -> str:
    """The name that was asked for, without what was added to it."""
    match = _NAME.fullmatch(full)
    return (match["name"] if match else full).removesuffix(f"{_SEPARATOR}{ad_set}")


def marker_in(full: str) -> str | None:
    match = _NAME.fullmatch(full)
    return match["marker"] if match else None


def place_in(full: str) -> int:
    match = _NAME.fullmatch(full)
    return int(match["place"]) if match else 0


def pattern(markers: list[str]) -> str:
    """RE2 for GAQL: whole names of the campaigns of these markers."""
    return rf".* #({'|'.join(sorted(markers))})[.][0-9]+"
