"""The texts that people see: YAML catalogues per language, one file per domain.

A key is `<file>.<path>`, for example `leads.created`. Values fill `{placeholders}`. When a value
named `n` is 1 and the catalogue has `<key>_one`, that wording is used.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FOLDER = Path(__file__).parent


class Language(StrEnum):
    zh_cn = "zh-CN"
    zh_tw = "zh-TW"
    en = "en"


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """All texts of one language by their full key."""
    texts: dict[str, str] = {}
    for file in sorted((_FOLDER / language.value).glob("*.yaml")):
        content = yaml.load(file.read_bytes(), Loader=_LOADER) or {}
        texts.update(_flatten(file.stem, content))
    return texts


def say(language: Language, key: str, /, **values: Any) -> str:
    """The text of `key` in `language`; an unknown key or a missing value is a bug and raises."""
    texts = catalogue(language)
    singular = f"{key}_one"
    if values.get("n") == 1 and singular in texts:
        key = singular
    return texts[key].format(**values)


def knows(key: str) -> bool:
    return key in catalogue(Language.zh_cn)


_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _flatten(prefix: str, content: Mapping[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in content.items():
        key = f"{prefix}.{name}"
        if isinstance(value, Mapping):
            flat |= _flatten(key, value)
        else:
            flat[key] = str(value).rstrip("\n")
    return flat
