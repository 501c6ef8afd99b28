"""Every text exists in every language, says something, and is used."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.i18n import Language, catalogue, say
from config.i18n.detect import detect

ROOT = Path(__file__).parents[2]
SOURCES = [
    *(path for folder in ("config", "storage", "memory", "tools", "agent", "bot")
      for path in (ROOT / folder).rglob("*.py")),
    ROOT / "run_bot.py",
]  # fmt: skip


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def plain(keys: set[str]) -> set[str]:
    """Without the singular wordings, which only some languages need."""
    return {key for key in keys if not key.endswith("_one")}


def literals() -> Iterator[str]:
    """Every string of the sources; the fixed beginning of an f-string ends with an asterisk."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                yield f"{node.values[0].value!s}*"


def is_used(key: str, exact: set[str], beginnings: set[str]) -> bool:
    key = key.removesuffix("_one")
    return key in exact or any(
        key.startswith(start) and "." in start and len(start) > len(key.split(".")[0])
        for start in beginnings
    )


@pytest.mark.parametrize("language", Language)
def test_every_language_has_every_text(language: Language) -> None:
    assert plain(set(catalogue(language))) == plain(set(catalogue(Language.zh_cn)))


@pytest.mark.parametrize("language", Language)
def test_texts_take_the_same_values_in_every_language(language: Language) -> None:
    model = catalogue(Language.zh_cn)
    different = {
        key: (fields(text), fields(model[key.removesuffix("_one")]))
        for key, text in catalogue(language).items()
        if not fields(text) <= fields(model[key.removesuffix("_one")])
    }
    assert different == {}


@pytest.mark.parametrize("language", Language)
def test_no_text_is_empty(language: Language) -> None:
    assert [key for key, text in catalogue(language).items() if not text.strip()] == []


def test_every_text_is_used() -> None:
    found = list(literals())
    exact = {text for text in found if not text.endswith("*")}
    beginnings = {text.removesuffix("*") for text in found if text.endswith("*")}
    assert [key for key in catalogue(Language.zh_cn) if not is_used(key, exact, beginnings)] == []


def test_one_is_worded_as_one() -> None:
    assert say(Language.en, "commands.users", n=1) == "One person in the organisation:"
    assert say(Language.en, "commands.users", n=2) == "2 people in the organisation:"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("今天抖音来了多少线索？", Language.zh_cn),
        ("C-3 預算加 20%", Language.zh_tw),
        ("raise C-3 by 20%", Language.en),
        ("hello", Language.en),
        ("C-3", None), ("500", None), ("ok", None), ("", None), ("？？", None),
    ],
)  # fmt: skip
def test_the_language_of_a_message(text: str, language: Language | None) -> None:
    assert detect(text) is language
